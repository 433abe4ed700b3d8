/* A part that fails says so in its place, and the rest of the page works. */
import { expect, Lab, test } from './fixtures.ts';

test('a chunk that cannot be fetched is reported in its place, and can be retried', async ({ page, site }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route(/\/(inspector|trampoline-tab|palette|key-sheet)-[\w-]+\.js/, (route) => route.abort());
  const lab = new Lab(page, site);
  await lab.open();

  await page.getByRole('tab', { name: 'Trampoline' }).click();
  const side = page.getByRole('region', { name: 'Kernel objects' });
  await expect(side.getByRole('alert')).toContainText('Trampoline failed');
  await expect(lab.lifecycle).toBeVisible();

  await lab.press('Control+k');
  const sheet = page.getByRole('alert').filter({ hasText: 'The command palette failed' });
  await expect(sheet).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await expect(sheet).toHaveCount(0);

  await page.unroute(/\/(inspector|trampoline-tab|palette|key-sheet)-[\w-]+\.js/);
  await side.getByRole('button', { name: 'Try again' }).click();
  await expect(side.getByRole('alert')).toHaveCount(0);
  await expect(lab.lifecycle).toBeVisible();
  expect(errors).toEqual([]);
});

test('a kernel that cannot be fetched leaves the one that runs, with a notice and another try', async ({
  page,
  site,
}) => {
  await page.route(/\/btf\/v6\.1\.btf/, (route) => route.abort());
  const lab = new Lab(page, site);
  await lab.open();
  await lab.command('Kernel v6.1:');
  await expect(lab.notices).toContainText('The types of v6.1 could not be fetched');
  const kernel = page.getByRole('button', { name: /^Kernel:/ });
  await expect(kernel).toHaveAccessibleName('Kernel: v6.12');
  await lab.press('Escape');
  await lab.command('Kernel v6.1:');
  await expect(lab.notices.getByRole('button', { name: 'Try again' })).toHaveCount(1);
  await lab.expectAt('A', 'TOBEFREE');
  await lab.step('n');
  await page.unroute(/\/btf\/v6\.1\.btf/);
  await lab.notices.getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(kernel).toHaveAccessibleName('Kernel: v6.1', { timeout: 20_000 });
  await expect(lab.notices.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await lab.expectAt('A', 'TOBEFREE');
});

test('before all maps the trampoline tab says why it is empty', {
  tag: '@long',
}, async ({ page, site }) => {
  const lab = new Lab(page, site);
  await lab.open();
  await lab.command('Show the trampoline');
  const members = page.getByRole('region', { name: 'Members' });
  await expect(members.getByRole('region').first()).toBeVisible();
  await lab.command('To the start');
  await expect(page.getByRole('tabpanel', { name: 'Trampoline' })).toContainText('No map yet');
});

test('a listing of a program that was open is there again after the run is moved and the page opened again', {
  tag: '@long',
}, async ({ page, site }) => {
  const lab = new Lab(page, site);
  await lab.open();
  await lab.command('Show the trampoline');
  await page.reload();
  const member = page.getByRole('region', { name: 'cong_avoid' });
  await member.getByText('the program, and its WebAssembly').click({ timeout: 20_000 });
  await expect(member.locator('.compiled li').first()).toContainText('r6', { timeout: 20_000 });
});
