/* What a visitor did becomes a scenario: captioned, tried, sent and opened elsewhere, by keyboard. */
import { expect, Lab, test, violations } from './fixtures.ts';

const keyOf = async (lab: Lab): Promise<string> => {
  const words = lab.page.getByText(/The machine’s state here is/);
  await expect(words).toBeVisible();
  return /is ([\da-f]{8})/.exec((await words.textContent()) ?? '')?.[1] ?? 'none';
};

test('a recorded scenario is captioned, tried, sent as a link and opened in a fresh profile with the same state', async ({
  lab,
  page,
  site,
}) => {
  test.slow();
  await lab.command('Scenario: Register and run');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Show the ledger');
  await lab.command('Map: Pin the map');
  await lab.command('Show the struct');
  await lab.command('Record');
  const sheet = page.getByRole('dialog', { name: 'Record a scenario' });
  await expect(sheet.getByRole('list', { name: 'Steps' }).getByRole('listitem')).toHaveCount(5);
  await sheet.getByRole('textbox', { name: 'Title' }).fill('Pinned by me');
  await sheet.getByRole('textbox', { name: 'Caption of step 5' }).fill('A pin keeps map A open.');
  await sheet.getByRole('textbox', { name: 'Note of step 5' }).fill('Say it slowly.');
  await sheet.getByRole('spinbutton', { name: 'Time of step 5, milliseconds' }).fill('130');
  const steps = sheet.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  const looks = steps.nth(4).locator('summary');
  await expect(looks).toContainText('ledger');
  await looks.press('Enter');
  await sheet.getByRole('combobox', { name: 'Tab of flows, step 5' }).selectOption('table');
  await sheet.getByRole('checkbox', { name: 'Playing pauses after step 5' }).press('Space');
  await expect(looks).toHaveText(/debug, .*table, ledger.*playing pauses/);
  await sheet.getByRole('button', { name: 'Step 5 earlier' }).press('Enter');
  await expect(steps.nth(3).getByRole('textbox', { name: 'Caption of step 4' })).toHaveValue('A pin keeps map A open.');
  await sheet.getByRole('button', { name: 'Step 4 later' }).press('Enter');
  expect(await violations(page)).toEqual([]);
  await sheet.getByRole('button', { name: 'Try it' }).press('Enter');
  await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText('Pinned by me');
  await expect(lab.lifecycle).toContainText('A pin keeps map A open.');
  await expect(page.getByRole('tab', { name: 'Ledger' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tab', { name: 'Table' })).toHaveAttribute('aria-selected', 'true');
  const file = page.waitForEvent('download');
  await lab.command('Record');
  await sheet.getByRole('button', { name: 'Save as a file' }).press('Enter');
  expect((await file).suggestedFilename()).toBe('mine-pinned-by-me.ops.json');
  await sheet.getByRole('button', { name: 'Send it as a link' }).press('Enter');
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toBeVisible();
  const link = await field.inputValue();
  const key = await keyOf(lab);
  await lab.press('Escape');

  const context = await page.context().browser()?.newContext();
  const other = await context?.newPage();
  if (!other || !context) return;
  await other.goto(link);
  const there = new Lab(other, site);
  await other.getByRole('button', { name: 'Run this lab' }).press('Enter');
  await expect(there.lifecycle).toContainText('A pin keeps map A open.');
  await there.command('Copy a link');
  expect(await keyOf(there)).toBe(key);
  await there.press('Escape');
  await expect(other.getByRole('tab', { name: 'Ledger' })).toHaveAttribute('aria-selected', 'true');
  await there.command('Present');
  await expect(other.getByRole('dialog', { name: 'Talk: Pinned by me' })).toBeVisible();
  await there.press('n');
  await expect(other.getByRole('region', { name: 'Notes' })).toContainText('Say it slowly.');
  await context.close();
});
