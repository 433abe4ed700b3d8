/** Questions to the run by keyboard: an answer to walk, a histogram, a lane, a difference, and what is wrong where. */
import type { Page } from '@playwright/test';
import { expect, type Lab, test, violations } from './fixtures.ts';

const line = (page: Page) => page.getByRole('combobox', { name: 'Question' });
const pane = (page: Page) => page.getByRole('region', { name: 'Questions to the run' });

async function ask(lab: Lab, text: string): Promise<void> {
  await line(lab.page).fill(text);
  await lab.press('Enter');
  await expect(pane(lab.page).getByText('On its way.')).toHaveCount(0, { timeout: 30_000 });
}

test('who took, how often, a histogram, a watch, a difference, an error with its place', async ({ lab }) => {
  await lab.command('Show questions to the run');
  await line(lab.page).focus();
  await ask(lab, 'who took of map A');
  await expect(pane(lab.page).getByRole('status')).toHaveText('4 times');
  const before = await lab.time();
  const rows = pane(lab.page)
    .getByRole('list', { name: /Rows of the answer/ })
    .getByRole('button');
  await rows.first().focus();
  await lab.press('Enter');
  await expect.poll(() => lab.time()).not.toBe(before);
  const first = await lab.time();
  await lab.press('n');
  await expect.poll(() => lab.time()).not.toBe(first);
  await lab.press('p');
  await expect.poll(() => lab.time()).toBe(first);

  await ask(lab, 'tcp:cwnd { @cwnd = hist(cwnd); }');
  await expect(pane(lab.page).getByRole('table', { name: '@cwnd' }).getByRole('meter').first()).toBeVisible();
  await ask(lab, 'struct_ops:* { @[name] = count(); }');
  await expect(pane(lab.page)).toContainText('cong_avoid', { timeout: 30_000 });
  await ask(lab, 'watch tp->snd_cwnd * tp->srtt_us');
  await expect(pane(lab.page).getByRole('img', { name: /socket 1: min/ })).toBeVisible({ timeout: 30_000 });
  await ask(lab, 'diff 0.5s 1.2s');
  await expect(pane(lab.page).getByRole('table', { name: 'Differences' })).toContainText('TOBEFREE', {
    timeout: 30_000,
  });
  await ask(lab, 'who tok');
  await expect(pane(lab.page).getByRole('alert')).toContainText('took, gave back');
  expect(await violations(lab.page)).toEqual([]);
});
