/** Links, references, other kernels and the modules lens, as a person uses them. */
import { expect, test } from './fixtures.ts';

test.beforeEach(async ({ lab }) => {
  await lab.command('Scenario: Swap by link update');
  await lab.expectAt('B', 'READY');
});

test('two cases of READY are distinguished: registered by a link, and detached but still used @long', async ({
  lab,
}) => {
  await expect(lab.lifecycle).toContainText('A detached, still used');
  await expect(lab.lifecycle).toContainText('B registered by a link');
});

test('the ledger adds up, and leads back to who took a reference @long', async ({ lab, page }) => {
  await lab.command('Show the ledger of references');
  await page.getByRole('button', { name: /A READY$/ }).click();
  const ledger = page.getByRole('region', { name: 'References of map A' });
  await expect(ledger.getByRole('heading', { name: 'Map A has 2 references' })).toBeVisible();
  await ledger.getByRole('button', { name: /^\+1 link 1/ }).click();
  await expect.poll(() => lab.time()).toContain('90.0 ms');
  await expect(ledger.getByRole('heading', { name: 'Map A has 1 reference' })).toBeVisible();
});

test('a refusal shows the kernel’s errno, and a panic is shown as a panic', async ({ lab, page }) => {
  await page.getByRole('button', { name: /B READY$/ }).click();
  const bar = page.getByRole('toolbar', { name: 'Map B' });
  await bar.getByRole('button', { name: 'delete' }).click();
  await expect(lab.notices).toContainText('EOPNOTSUPP');
  await lab.command('Swap the map for itself');
  await expect(lab.lifecycle.getByRole('alert')).toContainText('Kernel panic');
  await lab.lifecycle.getByRole('button', { name: 'Back to before' }).click();
  await expect(lab.lifecycle.getByRole('alert')).toHaveCount(0);
});

test('the same run on an older kernel, side by side', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Show the sequence of system calls');
  await page
    .getByRole('toolbar', { name: 'Compare kernels' })
    .getByRole('button', { name: 'v6.1', exact: true })
    .click();
  const beside = page.getByRole('region', { name: 'v6.12 beside v6.1' });
  await expect(beside.getByRole('row', { name: /BPF_MAP_CREATE\s*ok.*BPF_MAP_CREATE\s*EINVAL/ }).first()).toBeVisible();
  await expect(beside.getByRole('row', { name: /^links of struct_ops maps yes no/ })).toBeVisible();
});

test('the scenario runs on another kernel, and the page says which', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Scenario: The loader is killed');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Kernel v5.6');
  await lab.expectAt('A', 'INUSE');
  await expect(page.getByRole('region', { name: 'About this page' })).toContainText('Derived from v6.1, not recorded');
  await expect(page.getByRole('button', { name: 'Kernel: v5.6' })).toBeVisible();
});

test('a held grace period keeps the map until it is released', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Hold the RCU-tasks');
  const clocks = page.getByRole('toolbar', { name: 'Grace periods' });
  // after a command the later run is computed again, and End leads to what is computed
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(clocks).toContainText('RCU-tasks held', { timeout: 500 });
    expect(await lab.time()).toContain('1700.0 ms');
    await expect(lab.station('READY')).toHaveText(/map A, map B/, { timeout: 500 });
  }).toPass();
  await clocks.getByRole('button', { name: 'go on' }).click();
  await expect(lab.station('FREED')).toHaveText(/map A, map B/);
});

test('playing stops at a break, and going back finds it', { tag: '@long' }, async ({ lab, page }) => {
  await page.keyboard.press('Home');
  await lab.command('Show stack, watches and breaks');
  const breaks = page.getByRole('region', { name: 'Breaks' });
  await breaks.getByLabel('When').selectOption('A map has a count');
  await breaks.getByLabel('References').fill('3');
  await breaks.getByRole('button', { name: 'Add' }).click();
  await expect(breaks).toContainText('any map has 3 references');
  await page.keyboard.press('F5');
  await expect.poll(() => lab.time(), { timeout: 20_000 }).toContain('150.0 ms');
  await expect(lab.status).toContainText('Paused');
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+F5');
  await expect.poll(() => lab.time()).toContain('150.0 ms');
});

test('the modules lens: insmod, rmmod that never refuses, and the strict one that does', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await lab.command('Scenario: As modules');
  await lab.expectAt('A', 'TOBEFREE');
  await lab.command('Show the modules lens');
  const lens = page.getByRole('region', { name: 'Modules lens' });
  const table = lens.getByRole('table', { name: 'lsmod' });
  await expect(table.getByRole('row', { name: /^A bpf_base Going/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /^B bpf_user Live .*give_up of A/ })).toBeVisible();
  await lens.getByLabel(/strict rmmod/).check();
  await table.getByRole('button', { name: 'rmmod B' }).click();
  await expect(lab.notices).toContainText('Not kernel behaviour');
  await lens.getByLabel(/strict rmmod/).uncheck();
  await table.getByRole('button', { name: 'rmmod B' }).click();
  await expect(table.getByRole('row', { name: /^B bpf_user Going/ })).toBeVisible();
  await expect(lens).toContainText('rmmod: bpf(BPF_MAP_DELETE_ELEM');
  await lens.getByRole('button', { name: /^insmod bpf_base/ }).click();
  // C is kept for the scenario's own next map
  await expect(table.getByRole('row', { name: /^D bpf_base Live/ })).toBeVisible();
});
