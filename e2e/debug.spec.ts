/** Stepping, watching and asking, by keyboard. */
import { expect, test } from './fixtures.ts';

test('steps into a program, follows registers back to their writers, and steps out', async ({ lab, page }) => {
  await lab.press('F11', 'F11', 'F11', 'F11');
  await expect(lab.status).toContainText('Stopped in reno_cong_avoid, instruction 3');
  const registers = lab.programs.getByLabel('Registers');
  await registers.getByRole('button', { name: /^sk \d/ }).click();
  await expect(lab.status).toContainText('instruction 0');
  await lab.command('Show stack, watches and breaks');
  const debug = page.getByRole('region', { name: 'Debug' });
  await debug.getByLabel('Expression to watch').fill('r3');
  await debug.getByLabel('Expression to watch').press('Enter');
  const asked = debug.getByLabel('Value of r3');
  await asked.fill('-77');
  await asked.press('Enter');
  await expect(lab.notices).toContainText('It never had this value before');
  await asked.fill('1');
  await asked.press('Enter');
  await expect(lab.notices).toContainText(/r3: \d+ became 1 with this instruction/);
  await expect(lab.status).toContainText(/Stopped in reno_cong_avoid/);
  await lab.command('Step out');
  await expect(lab.status).toContainText('Paused');
});

test('a watch shows its value at every stop, and leads back to its writer @long', async ({ lab, page }) => {
  await lab.command('Show stack, watches and breaks');
  const debug = page.getByRole('region', { name: 'Debug' });
  const watch = debug.getByLabel('Expression to watch');
  await watch.fill('sk1.nothing');
  await expect(debug).toContainText('struct tcp_sock has no nothing');
  await watch.fill('sk1.snd_cwnd');
  await watch.press('Enter');
  const asked = debug.getByLabel('Value of sk1.snd_cwnd');
  await asked.fill('12');
  await asked.press('Enter');
  await expect(lab.notices).toContainText(/Written by/);
  const value = debug.getByTitle('Back to what wrote it last', { exact: true });
  await expect(value).toHaveText(/^\d+$/);
  await value.click();
  await expect(lab.notices).toContainText(/Written by reno_\w+, line \d+/);
  await expect(lab.status).toContainText(/Stopped in reno_/);
});

test('finds when a field had a value', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Show the struct');
  await page.keyboard.press('Home');
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  await page
    .getByRole('region', { name: 'Kernel objects' })
    .getByRole('button', { name: /common\.state/ })
    .first()
    .click();
  const asked = page.getByLabel('Value of common.state');
  await asked.fill('1');
  await asked.press('Enter');
  await expect(lab.notices).toContainText('Written by #');
  await expect.poll(() => lab.time()).toContain('60.0 ms');
});

test('the heat map counts lines, and a program is shown beside its WebAssembly', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await page.keyboard.press('h');
  await expect(page.locator('.heat').first()).toBeAttached({ timeout: 20_000 });
  await lab.command('Show the trampoline');
  const members = page.getByRole('region', { name: 'Members' });
  await members.getByRole('region', { name: 'cong_avoid' }).getByText('the program, and its WebAssembly').click();
  const rows = page.locator('.compiled li');
  await expect(rows.first()).toContainText('r6 = *(u64 *)(r1 + 0)');
  await expect(rows.first()).toContainText('local.get $r1');
  await rows.nth(3).getByRole('button').press('Enter');
  await expect(rows.nth(3)).toHaveAttribute('data-cursor', 'true');
  await lab.press('ArrowDown', 'ArrowDown');
  await expect(rows.nth(3)).toHaveAttribute('data-cursor', 'false');
  await expect(page.locator('.compiled [data-cursor="true"]')).toBeVisible();
  await expect(
    page
      .locator('.compiled')
      .getByText(/ran [\d,]+×/)
      .first(),
  ).toBeVisible();
});

test('a tracepoint prints lines and playing goes on; a condition stops it, and going back finds it @long', async ({
  lab,
  page,
}) => {
  await lab.command('Show stack, watches and breaks');
  const debug = page.getByRole('region', { name: 'Debug' });
  await debug.getByLabel('When').selectOption('A condition becomes true');
  const condition = debug.getByLabel('Condition', { exact: true });
  await condition.fill('tp->snd_cwdn > 30');
  await expect(debug).toContainText('tcp_sock has no number "snd_cwdn"');
  await condition.fill('tp->snd_cwnd > 30');
  await expect(debug).not.toContainText('tcp_sock has no number');
  await condition.press('Enter');
  await debug.getByRole('button', { name: 'Condition of tp->snd_cwnd > 30' }).press('Enter');
  await debug.getByLabel('prints a line, and goes on').check();
  await debug.getByLabel('The line shows').fill('tp->snd_cwnd, queue');
  await debug.getByRole('button', { name: 'Keep' }).press('Enter');
  await expect(debug).toContainText('prints tp->snd_cwnd, queue, goes on');
  await lab.command('To the start');
  await lab.command('Faster');
  await lab.command('Faster');
  await lab.command('Play or pause');
  const lines = debug.getByRole('list', { name: 'Lines of tracepoints' }).getByRole('button');
  await expect(lines.first()).toContainText(/tp->snd_cwnd > 30 for connection 1: tp->snd_cwnd=\d+ queue=\d+/, {
    timeout: 40_000,
  });
  await lab.press('F5');
  await expect(lab.status).toContainText('Paused');
  await lines.first().press('Enter');
  await expect(lines).toHaveCount(1);
});
