/* What a newcomer types stays as it was typed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drop, expect, test } from './fixtures.ts';

/** Lines whose beginnings are offered as completions with other operands. */
const LINES = ['r0 >>= 2', 'if r0 > 3 goto done', 'w2 s>>= 31', 'call tcp_slow_start', 'exit', '.license "GPL"'];

test('Enter ends a finished line; a completion does not replace its number', async ({ lab, page }) => {
  await lab.edit();
  await lab.press('Control+a', 'Delete');
  for (const line of LINES) {
    await page.keyboard.type(line, { delay: 40 });
    // the list of completions needs a moment to open or close
    await page.waitForTimeout(250);
    await lab.press('Enter');
  }
  const shown = await page.locator('.view-line').evaluateAll((lines) =>
    lines
      .map((line) => ({
        top: line.getBoundingClientRect().top,
        text: line.textContent.replaceAll('\u00a0', ' ').trim(),
      }))
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text),
  );
  expect(shown.slice(0, LINES.length)).toEqual(LINES);
});

test('a restart leaves an own draft and a dropped object out, says so, and Ctrl+Z undoes it', async ({ lab, page }) => {
  const tab = (name: string) => lab.programs.getByRole('tab', { name });
  await drop(page, 'draft.s', Buffer.from('exti\n'));
  await expect(tab('draft.s')).toBeVisible();
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('The scenario does not use draft.s', { timeout: 20_000 });
  await expect(lab.notices).not.toContainText('does not assemble');
  await expect(lab.programs).toContainText('Text not loaded yet');
  await lab.expectAt('A', 'TOBEFREE');
  await lab.press('Escape');

  const object = readFileSync(join(import.meta.dirname, '..', 'public', 'samples', 'vegas.bpf.o'));
  await drop(page, 'vegas.bpf.o', object);
  await expect(tab('vegas.bpf.o')).toBeVisible({ timeout: 20_000 });
  await lab.expectAt('C', 'INUSE');
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('The scenario does not use vegas.bpf.o', { timeout: 20_000 });
  await expect(tab('vegas.bpf.o')).toHaveCount(0);
  await lab.press('Control+z');
  await expect(tab('vegas.bpf.o')).toBeVisible({ timeout: 20_000 });
  await lab.expectAt('C', 'INUSE');
  // three badges, none hidden
  const badges = lab.lifecycle.getByRole('list', { name: 'Maps', exact: true });
  const box = await badges.boundingBox();
  for (const badge of await badges.getByRole('button').all()) {
    const own = await badge.boundingBox();
    expect(own && box && own.y >= box.y - 1 && own.y + own.height <= box.y + box.height + 1).toBe(true);
  }
});

test('the palette finds a tab by its title, and the bench by what it does', async ({ lab, page }) => {
  for (const [typed, found] of [
    ['ask', 'questions to the run'],
    ['compare', 'Bench'],
  ] as const) {
    await lab.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
    await page.keyboard.type(typed);
    await expect(page.getByRole('option', { selected: true })).toContainText(found);
    await lab.press('Escape');
  }
});
