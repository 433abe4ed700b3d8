/* Scenarios on kernels that lack what they need, and every one of them by keyboard. */
import { createServer } from 'vite';
import type { Scenario } from '../src/engine/index.ts';
import { expect, share, test } from './fixtures.ts';

/** The scenarios with their texts, which only the bundler can read. */
async function allScenarios(): Promise<readonly Scenario[]> {
  const server = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
  const { ALL_SCENARIOS } = await server.ssrLoadModule('/src/scenarios/all.ts');
  await server.close();
  return ALL_SCENARIOS as readonly Scenario[];
}

test('where the kernel lacks something it is said, and the kernel that has it is offered', async ({ lab, page }) => {
  await lab.command('Kernel v6.1');
  await lab.expectAt('A', 'TOBEFREE');
  await lab.command('Scenario: Swap by link update');
  const about = page.getByRole('region', { name: 'About this page' });
  await expect(about).toContainText(
    'v6.1 does not have what this scenario needs: links of struct_ops maps (since 6.4)',
  );
  await expect(lab.lifecycle).toContainText('Otherwise than this scenario tells it');
  await page.getByRole('button', { name: /^Kernel:/ }).press('Enter');
  await expect(page.getByRole('menuitemradio', { name: /v5\.6/ })).toContainText('This scenario needs links');
  await lab.press('Escape');
  await about.getByRole('button', { name: 'Open it on v6.12' }).press('Enter');
  await lab.expectAt('B', 'READY');
  await expect(about).not.toContainText('does not have');
});

test('every scenario opens from the palette, and its facts are in the words of the page', async ({ lab }) => {
  test.setTimeout(300_000);
  for (const { title, expect: facts, openAt } of share(await allScenarios(), 4)) {
    await lab.command(`Scenario: ${title}`);
    await expect(lab.page.getByRole('button', { name: /^Scenario:/ })).toContainText(title);
    const shown = facts.filter((fact) => fact.at <= openAt && fact.map !== undefined && fact.state !== undefined);
    const last = new Map(shown.map((fact) => [fact.map, fact.state]));
    if (openAt >= Math.max(0, ...shown.map(({ at }) => at)))
      for (const [map, state] of last) if (shown.at(-1)?.at === openAt) await lab.expectAt(map ?? '', state ?? '');
    await lab.command('To the end of what is known');
    const end = new Map(facts.filter(({ map }) => map !== undefined).map((fact) => [fact.map, fact.state]));
    for (const [map, state] of end) await lab.expectAt(map ?? '', state ?? '');
  }
});
