/* Own programs under any name, and a debugger that follows execution. */
import { expect, test } from './fixtures.ts';

test('a text with another name replaces the example, and the page says so', async ({ lab, page }) => {
  await lab.edit();
  await page.keyboard.press('Control+Home');
  const line = page.locator('.view-line').filter({ hasText: '.name "bpf_reno"' });
  // the editor draws some time after a key: a few lines down, then a look
  await expect(async () => {
    if ((await line.count()) === 0) await lab.press('ArrowDown', 'ArrowDown', 'ArrowDown');
    await expect(line).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await line.click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.insertText('.name "my_fixed"');
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('my_fixed takes the place of bpf_reno', { timeout: 20_000 });
  await expect(lab.programs.getByRole('status').first()).toContainText('the scenario uses my_fixed');
  await lab.press('Escape');
  await lab.command('Show the connections as a table');
  await expect(page.getByRole('region', { name: 'Flows' }).getByRole('row', { name: /my_fixed/ })).toHaveCount(3);
});

test('an own program is offered to connections', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('New program');
  await page.getByLabel('Name', { exact: true }).fill('my_cc');
  await lab.press('Enter');
  await expect(page.getByRole('tab', { name: 'my_cc.s' })).toHaveAttribute('aria-selected', 'true');
  await lab.press('Escape', 'Control+Shift+Enter');
  const offer = lab.lifecycle
    .getByRole('status')
    .filter({ hasText: 'my_cc is registered as map C, no connection uses it' });
  await expect(offer).toBeVisible({ timeout: 20_000 });
  await offer.getByRole('button', { name: 'Connect one' }).press('Enter');
  await expect(offer).toHaveCount(0);
  await lab.press('F5');
  await lab.command('Show the connections as a table');
  await expect(page.getByRole('region', { name: 'Flows' }).getByRole('row', { name: /my_cc/ })).toHaveCount(1);
  await lab.press('F5');
  await lab.command('Map: Use it here');
  await expect
    .poll(async () => page.getByRole('region', { name: 'Flows' }).getByRole('row', { name: /my_cc/ }).count())
    .toBeGreaterThan(2);
});

test('a stop in the other map’s program shows its text, its map and its connection', async ({ lab, page }) => {
  await page.getByRole('tab', { name: 'bpf_aimd.s' }).click();
  await lab.edit();
  await page.locator('.view-line').filter({ hasText: 'tcp_sock.snd_cwnd' }).first().click();
  await lab.press('F9', 'Escape');
  await page.getByRole('tab', { name: 'bpf_reno.s' }).click();
  await lab.press('F5');
  await expect(lab.status).toContainText('Stopped in aimd', { timeout: 20_000 });
  await expect(page.getByRole('tab', { name: 'bpf_aimd.s' })).toHaveAttribute('aria-selected', 'true');
  await expect(lab.lifecycle).toContainText(/\w+ of connection [45], map B, an ACK at 1\d{3}\.\d ms/);
  await expect(page.getByRole('button', { name: /Connection [45], .*its program is stopped/ })).toHaveCount(1);
  await expect(page.getByRole('region', { name: 'Kernel objects' })).toContainText('map B');
  await lab.command('Show stack, watches and breaks');
  await expect(page.getByRole('region', { name: 'Debug' })).toContainText('Call chain');
});

test('a bench: two programs over one link, side by side, played fast to the end', async ({ lab, page }) => {
  await lab.command('Bench');
  const bench = page.getByRole('dialog', { name: 'Bench' });
  await bench.getByLabel('Length, s').fill('x');
  await expect(bench.locator('.problem')).toHaveText('Length, s: a number from 0.5 to 120.');
  await bench.getByLabel('Length, s').fill('3');
  await bench.getByLabel('Program of connection 1').selectOption('bpf_aimd.s');
  await lab.press('Enter');
  await bench.getByRole('button', { name: 'Run', exact: true }).press('Enter');
  const table = bench.getByRole('table', { name: /^20 Mbit\/s, 20 ms/ });
  await expect(table.getByRole('columnheader')).toHaveText(['bpf_aimd', 'reno', 'all'], { timeout: 20_000 });
  await expect(
    table
      .getByRole('row', { name: /Goodput/ })
      .getByRole('cell')
      .last(),
  ).toHaveText(/1[5-9](\.\d)? Mbit\/s/);
  await bench.getByLabel('Queue, packets').fill('16');
  await bench.getByLabel('Queue, packets').press('Enter');
  await expect(bench.getByRole('table')).toHaveCount(2, { timeout: 20_000 });
  await bench.getByRole('button', { name: 'Play to the end at 100×' }).press('Enter');
  await expect(bench).toHaveCount(0);
  await expect.poll(() => lab.time(), { timeout: 20_000 }).toContain('3050.0 ms');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Scenario' })).toHaveText(/Bench/, { timeout: 20_000 });
  await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
});

test('a text is duplicated, renamed, downloaded, closed and brought back; an example is reset', async ({
  lab,
  page,
}) => {
  const add = page.getByRole('button', { name: 'Add a program' });
  const choose = async (title: string): Promise<void> => {
    await add.click();
    await page.getByRole('menuitemradio', { name: title, exact: true }).press('Enter');
  };
  const tab = (name: string) => lab.programs.getByRole('tab', { name, exact: true });
  await choose('Duplicate');
  await expect(tab('bpf_reno-2.s')).toHaveAttribute('aria-selected', 'true');
  await choose('Rename');
  await page.getByLabel('New name').fill('mine');
  await lab.press('Enter');
  await expect(tab('mine.s')).toHaveAttribute('aria-selected', 'true');
  await expect(tab('bpf_reno-2.s')).toHaveCount(0);
  const download = page.waitForEvent('download');
  await choose('Download');
  expect((await download).suggestedFilename()).toBe('mine.s');
  await choose('Delete');
  await expect(tab('mine.s')).toHaveCount(0);
  await lab.command('Undo');
  await expect(tab('mine.s')).toBeVisible();
  await tab('bpf_reno.s').click();
  await lab.edit();
  await lab.press('Control+Home');
  await page.keyboard.insertText('; changed\n');
  await lab.press('Control+Enter');
  await expect(lab.programs).not.toContainText('Text changed', { timeout: 20_000 });
  await page.reload();
  await expect(lab.programs).toContainText('; changed', { timeout: 20_000 });
  await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
  await choose('Reset to the example');
  await expect(lab.programs).not.toContainText('; changed');
});
