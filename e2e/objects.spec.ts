/** Objects that clang built: samples, dropped files, and files that cannot be opened. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drop, expect, test } from './fixtures.ts';

const SAMPLES = join(import.meta.dirname, '..', 'public', 'samples');

test('a sample is loaded, listed with its C, and drives a connection', async ({ lab }) => {
  await lab.command('Load reno.bpf.o');
  await lab.expectAt('C', 'INUSE');
  await expect(lab.programs.getByRole('tab', { name: 'reno.bpf.o', selected: true })).toBeVisible();
  await expect(lab.programs).toContainText('return max32(SOCK(ctx)->snd_cwnd / 2, 2);');
  await lab.command('Connect: a new connection');
  await expect.poll(() => lab.refcnt('C')).toBe(2);
  await lab.press('F11', 'F11');
  await expect(lab.status).toContainText(/Stopped in/);
});

test('an object dropped on the page is loaded; one that is damaged says why', async ({ lab, page }) => {
  const bytes = readFileSync(join(SAMPLES, 'cubic.bpf.o'));
  await drop(page, 'cubic.bpf.o', bytes);
  await lab.expectAt('C', 'INUSE');
  await drop(page, 'damaged.bpf.o', bytes.subarray(0, 900));
  await expect(lab.notices).toContainText(/damaged\.bpf\.o: .* beyond the end of the file/);
  await lab.command('Show processes, maps and programs');
  await expect(page.getByRole('region', { name: 'Processes, maps and programs' })).toContainText('damaged.bpf.o');
});

test('a file that cannot be opened gets a message with the kinds that can', { tag: '@long' }, async ({ lab, page }) => {
  await drop(page, 'picture.png', Buffer.from([0x89, 0x50, 0, 0, 1]));
  await expect(lab.notices).toContainText('Drop an object that clang built');
  await drop(page, 'mine.s', Buffer.from('; my own\n.struct_ops tcp_congestion_ops\n'));
  await expect(lab.programs.getByRole('tab', { name: 'mine.s', selected: true })).toBeVisible();
});

const NAMED = (name: string): Buffer =>
  Buffer.from(
    `.struct_ops tcp_congestion_ops\n.name "${name}"\n${['ssthresh', 'undo_cwnd', 'cong_avoid']
      .map((member, i) => `.section struct_ops/${member}\nf${i}:\n  r0 = 2\n  exit\n`)
      .join('')}`,
  );

test('files named constructor, __proto__ and toString are loaded and run like others', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  test.slow();
  for (const [i, name] of ['constructor', '__proto__', 'toString'].entries()) {
    const letter = 'CDE'.charAt(i);
    await drop(page, name, NAMED(`own_${i}`));
    await expect(lab.programs.getByRole('tab', { name: `${name}.s`, exact: true, selected: true })).toBeVisible({
      timeout: 20_000,
    });
    await lab.command('Register this text');
    await lab.expectAt(letter, 'INUSE');
  }
  await drop(page, '__proto__', readFileSync(join(SAMPLES, 'reno.bpf.o')));
  await lab.expectAt('F', 'INUSE');
  await lab.command('Restart with this text');
  await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
  await page.reload();
  for (const name of ['constructor', '__proto__', 'toString'])
    await expect(lab.programs.getByRole('tab', { name: `${name}.s`, exact: true })).toBeVisible({ timeout: 20_000 });
});

test('a damaged object leaves the shown text, and its notice leads to the log of libbpf @long', async ({
  lab,
  page,
}) => {
  await lab.programs.getByRole('tab', { name: 'bpf_aimd.s' }).click();
  await drop(page, 'half.bpf.o', readFileSync(join(SAMPLES, 'reno.bpf.o')).subarray(0, 4000));
  await expect(lab.notices).toContainText('libbpf: elf: half.bpf.o');
  await expect(lab.programs.getByRole('tab', { name: 'bpf_aimd.s' })).toHaveAttribute('aria-selected', 'true');
  await lab.notices.getByRole('button', { name: 'Processes' }).press('Enter');
  await expect(page.getByRole('tab', { name: 'Processes' })).toHaveAttribute('aria-selected', 'true');
});
