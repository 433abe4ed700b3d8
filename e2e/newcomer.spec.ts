/* The path of a newcomer by keyboard: an own program, from the first line to a saved file and back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drop, expect, type Lab, test } from './fixtures.ts';

/** Presses Tab until the element with this name has the focus. */
async function tabTo(lab: Lab, name: RegExp): Promise<void> {
  const focused = lab.page.locator(':focus');
  for (let i = 0; i < 80; i++) {
    const words = await focused
      .evaluate((element) => `${element.getAttribute('aria-label') ?? ''} ${element.textContent ?? ''}`)
      .catch(() => '');
    if (name.test(words)) return;
    await lab.press('Tab');
  }
  throw new Error(`no way to ${name} by Tab`);
}

test('an own program is created, corrected, registered, compared, changed and kept', async ({ lab, page }) => {
  test.slow();
  await lab.command('New program');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.insertText('newcomer');
  await lab.press('Enter');
  await expect(page.getByRole('tab', { name: 'newcomer.s' })).toHaveAttribute('aria-selected', 'true');

  // an error, and its fix
  await lab.edit();
  await lab.press('Control+End', 'ArrowUp', 'Home');
  await page.keyboard.insertText('  r2 = *(u32 *)(r6 + tcp_sock.snd_cwn)\n');
  await lab.press('ArrowUp', 'End', 'ArrowLeft');
  await expect(lab.programs.getByRole('button', { name: '1 problem' })).toBeVisible({ timeout: 20_000 });
  await lab.press('Control+.');
  await expect(page.locator('.action-widget').first()).toContainText('snd_cwnd', { timeout: 20_000 });
  await lab.press('Enter');
  await expect(lab.programs).toContainText('tcp_sock.snd_cwnd)');
  await expect(lab.programs.getByRole('button', { name: /problem/ })).toHaveCount(0, { timeout: 20_000 });

  // registered, and it serves a connection
  await lab.press('Control+Shift+Enter');
  const offer = lab.lifecycle.getByRole('status').filter({ hasText: 'newcomer is registered' });
  await expect(offer).toBeVisible({ timeout: 20_000 });
  await lab.press('Escape', 'Tab');
  await tabTo(lab, /^ ?Connect one/);
  await lab.press('Enter');
  await expect(offer).toHaveCount(0);

  // beside reno
  await lab.command('Bench');
  const bench = page.getByRole('dialog', { name: 'Bench' });
  await expect(bench.getByLabel('Program of connection 1')).toHaveValue('newcomer.s');
  await tabTo(lab, /^ ?Run$/);
  await lab.press('Enter');
  const columns = bench.getByRole('table').first().getByRole('columnheader');
  await expect(columns).toHaveText(['newcomer', 'reno', 'all'], { timeout: 30_000 });
  await lab.press('Escape');
  await expect(bench).toHaveCount(0);

  // changed and restarted
  await lab.edit();
  await lab.press('Control+Home', 'Control+End');
  await page.keyboard.insertText('\n; mine\n');
  await lab.press('Control+Enter');
  await expect(lab.programs).not.toContainText('Text changed', { timeout: 20_000 });
  await lab.press('Escape', 'Tab');

  // saved under a name, saved as a file, and still there after a reload
  await lab.command('Rename this text');
  await expect(page.getByLabel('New name')).toBeFocused();
  await page.keyboard.insertText('mine');
  await lab.press('Enter');
  await expect(page.getByRole('tab', { name: 'mine.s' })).toBeVisible();
  const download = page.waitForEvent('download');
  await lab.command('Download this text');
  const path = await (await download).path();
  expect(readFileSync(path, 'utf8')).toContain('; mine');
  await page.reload();
  await expect(lab.programs).toContainText('mine.s', { timeout: 20_000 });
  await expect(page.getByRole('button', { name: /^Scenario/ })).toContainText('Bench');
});

test('the first stop in the text that is not shown shows its line @long', async ({ lab, page }) => {
  await expect(lab.programs.getByRole('textbox')).toBeAttached({ timeout: 20_000 });
  await lab.press('End', 'F11');
  await expect(lab.status).toContainText('Stopped in aimd_cong_avoid, instruction 0', { timeout: 20_000 });
  await expect(page.getByRole('tab', { name: 'bpf_aimd.s' })).toHaveAttribute('aria-selected', 'true');
  const line = lab.programs.locator('.view-line').filter({ hasText: 'aimd_cong_avoid:' });
  await expect(line).toBeInViewport({ timeout: 20_000 });
});

test('closed sheets give the focus back, also those that the palette opened @long', async ({ lab, page }) => {
  await expect(lab.programs.getByRole('textbox')).toBeAttached({ timeout: 20_000 });
  const tab = page.getByRole('tab', { name: 'Checks' });
  await tab.focus();
  for (const key of ['Control+k', '?', 'F1']) {
    await lab.press(key);
    await expect(page.getByRole('dialog')).toBeVisible({ timeout: 20_000 });
    await lab.press('Escape');
    await expect(tab).toBeFocused();
  }
  await lab.edit();
  await lab.command('Bench');
  await expect(page.getByRole('dialog', { name: 'Bench' })).toBeVisible({ timeout: 20_000 });
  await lab.press('Escape');
  await expect(lab.programs.getByRole('textbox')).toBeFocused();
});

test('a text renamed to a taken name says what it becomes, and the cursor stays in it @long', async ({ lab, page }) => {
  await lab.command('New program');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await lab.press('Enter');
  await expect(page.getByRole('tab', { name: 'my_cc.s' })).toBeVisible();
  await lab.command('Rename this text');
  await expect(page.getByLabel('New name')).toBeFocused();
  await page.keyboard.insertText('bpf_reno');
  await expect(page.getByRole('dialog')).toContainText('The text becomes bpf_reno-2.s: bpf_reno.s is taken');
  await lab.press('Enter');
  await expect(page.getByRole('tab', { name: 'bpf_reno-2.s' })).toHaveAttribute('aria-selected', 'true');
  await expect(lab.programs.getByRole('textbox')).toBeFocused();
});

test('the command for questions puts the cursor into their field @long', async ({ lab, page }) => {
  await lab.command('Show questions about the run');
  await expect(page.getByLabel('Question', { exact: true })).toBeFocused();
  await page.keyboard.type('who took of map A');
  await lab.press('Enter');
  await expect(page.getByRole('region', { name: 'Questions about the run' })).toContainText('4 times');
});

test('the key for registering says of an object that it is loaded @long', async ({ lab, page }) => {
  const bytes = readFileSync(join(import.meta.dirname, '..', 'public', 'samples', 'reno.bpf.o'));
  await drop(page, 'reno.bpf.o', bytes);
  await expect(page.getByRole('tab', { name: 'reno.bpf.o' })).toHaveAttribute('aria-selected', 'true', {
    timeout: 20_000,
  });
  await lab.press('Control+Shift+Enter');
  await expect(lab.notices).toContainText('reno.bpf.o is an object, already loaded');
});

test('a command of the palette leaves the focus where it was, but not in a text @long', async ({ lab, page }) => {
  await lab.edit();
  await lab.press('Escape', 'Tab');
  const button = page.locator(':focus');
  await expect(button).toHaveAttribute('data-command', 'program.restart');
  await lab.command('Map: Pin the map');
  await expect(button).toHaveAttribute('data-command', 'program.restart');
  await lab.edit();
  await lab.command('Map: Connect');
  await expect(lab.programs.getByRole('textbox')).not.toBeFocused();
});

test('renaming a text keeps the place in it, and says under which name the machine has it @long', async ({
  lab,
  page,
}) => {
  await lab.command('New program');
  await expect(page.getByRole('dialog').getByRole('textbox').first()).toBeFocused();
  await page.keyboard.insertText('mine');
  await lab.press('Enter');
  await expect(lab.programs.getByRole('tab', { name: 'mine.s' })).toBeVisible();
  await lab.edit();
  await lab.press('Control+End', 'Control+Shift+Enter');
  await lab.expectAt('C', 'INUSE');
  await expect(lab.programs.getByRole('button', { name: 'Restart without this text' })).toBeVisible();
  await lab.command('Rename this text');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await lab.press('Control+a');
  await page.keyboard.insertText('yours');
  await lab.press('Enter');
  await expect(lab.programs).toContainText('The machine has this text under its old name, mine.s');
  await lab.edit();
  await page.keyboard.type('; the end');
  await lab.press('Control+End');
  await page.keyboard.type(' of it');
  await expect(lab.programs).toContainText('; the end of it');
});
