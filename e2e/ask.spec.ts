/** Questions about the run by keyboard: an answer with links, a histogram, a lane, a difference, and errors with their place. */
import type { Page } from '@playwright/test';
import { expect, type Lab, test, violations } from './fixtures.ts';

const line = (page: Page) => page.getByRole('combobox', { name: 'Question' });
const pane = (page: Page) => page.getByRole('region', { name: 'Questions about the run' });

async function ask(lab: Lab, text: string): Promise<void> {
  await line(lab.page).fill(text);
  await lab.press('Enter');
  await expect(pane(lab.page).getByText('Computing the answer.')).toHaveCount(0, { timeout: 30_000 });
}

test('answers: who took, how often, a histogram, a watch, a difference, an error with its place', async ({ lab }) => {
  await lab.command('Show questions about the run');
  await line(lab.page).focus();
  await ask(lab, 'who took of map A');
  await expect(pane(lab.page).getByRole('status')).toHaveText('4 times');
  const rows = pane(lab.page)
    .getByRole('list', { name: /Rows of the answer/ })
    .getByRole('button');
  await rows.first().focus();
  for (const [key, time] of [
    ['Enter', /^60\.0 ms/],
    ['n', /^110\.0 ms/],
    ['n', /^140\.0 ms/],
    ['p', /^110\.0 ms/],
  ] as const) {
    await lab.press(key);
    await expect.poll(() => lab.time()).toMatch(time);
  }

  await ask(lab, 'tcp:cwnd { @cwnd = hist(cwnd); }');
  await expect(pane(lab.page).getByRole('table', { name: '@cwnd' }).getByRole('meter').first()).toBeVisible();
  await ask(lab, 'struct_ops:* { @[name] = count(); }');
  await expect(pane(lab.page)).toContainText('cong_avoid', { timeout: 30_000 });
  await ask(lab, 'watch tp->snd_cwnd * tp->srtt_us');
  await expect(pane(lab.page).getByRole('img', { name: /socket 1: min/ })).toBeVisible({ timeout: 30_000 });
  await pane(lab.page).getByRole('button', { name: 'Show it as a lane of the timeline' }).press('Enter');
  const timeline = lab.page.getByRole('region', { name: 'Timeline' });
  await expect(timeline).toContainText(/Watch tp->snd_cwnd \* tp->srtt_us: connection 1: min/, { timeout: 20_000 });
  await ask(lab, 'diff 0.5s 1.2s');
  await expect(pane(lab.page).getByRole('table', { name: 'Differences' })).toContainText('TOBEFREE', {
    timeout: 30_000,
  });
  const changed = pane(lab.page).getByRole('table', { name: 'Differences' }).getByRole('button').first();
  await changed.press('Enter');
  await expect(pane(lab.page).getByRole('table', { name: 'Differences' })).toContainText('snd_cwnd');
  await line(lab.page).fill('who wr');
  await lab.press('Tab');
  await expect(line(lab.page)).toHaveValue('who wrote ');
  await ask(lab, 'who tok');
  await expect(pane(lab.page).getByRole('alert')).toContainText('took, gave back');
  expect(await violations(lab.page)).toEqual([]);
});

test('a branch is named, another one started, the two compared, and the first opened again', {
  tag: '@long',
}, async ({ lab }) => {
  await lab.command('Show questions about the run');
  const name = pane(lab.page).getByRole('textbox', { name: 'Name of this branch' });
  await name.fill('as told');
  await lab.press('Enter');
  await expect(pane(lab.page).getByRole('button', { name: 'Go to as told' })).toBeVisible();
  await lab.command('Show the console');
  await lab.page.getByRole('textbox', { name: 'Command line' }).fill('bpftool struct_ops unregister name bpf_aimd');
  await lab.press('Enter');
  await expect(lab.page.getByRole('log', { name: 'Output of the console' })).toContainText('Unregistered', {
    timeout: 20_000,
  });
  await lab.command('Show questions about the run');
  await name.fill('mine');
  await lab.press('Enter');
  await pane(lab.page).getByRole('button', { name: 'Compare with as told' }).click();
  const differences = pane(lab.page).getByRole('table', { name: 'Differences' });
  await expect(differences).toContainText('INUSE', { timeout: 30_000 });
  await expect(differences).toContainText('TOBEFREE');
  await pane(lab.page).getByRole('button', { name: 'Go to as told' }).click();
  await expect(lab.station('INUSE')).toContainText('B', { timeout: 30_000 });
  await pane(lab.page).getByRole('button', { name: 'Go to mine' }).click();
  await expect(lab.station('TOBEFREE')).toContainText('B', { timeout: 30_000 });
});
