/** The inspector by keyboard: search, fields, pointers, two kernels, who uses a field, files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { drop, expect, type Lab, share, test, violations } from './fixtures.ts';

const PUBLIC = join(import.meta.dirname, '..', 'public');

const pane = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Searches in the box that `/` focuses. */
async function open(lab: Lab, name: string): Promise<void> {
  await lab.press('/');
  const box = lab.page.getByRole('combobox', { name: 'Search types' });
  await expect(box).toBeFocused({ timeout: 20_000 });
  await lab.page.keyboard.type(name);
  await expect(lab.page.getByRole('option', { selected: true })).toContainText(name.replace(/^\./, ''), {
    timeout: 20_000,
  });
  await lab.press('Enter');
  await expect(box).not.toBeFocused();
}

const way = (page: Page) => page.getByRole('navigation', { name: 'Path to this type' });
const selected = (page: Page) => pane(page, 'Type').locator('.field-foot b').first();

test('the first search fetches all types; results follow typing, and Enter opens one', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('whole')) asked.push(request.url());
  });
  await lab.press('2');
  await expect(pane(page, 'Layout').getByRole('toolbar')).toBeVisible();
  expect(asked).toEqual([]);
  await lab.press('/');
  await page.keyboard.type('task_struct');
  const options = page.getByRole('option');
  await expect(options.first()).toContainText('task_struct', { timeout: 20_000 });
  expect(asked).toHaveLength(1);
  // only visible rows are in the document
  await page.keyboard.press('Control+a');
  await page.keyboard.type('tcp');
  await expect(pane(page, 'Type').getByRole('status').first()).toContainText('The first 500');
  expect(await options.count()).toBeLessThan(60);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('nobody has this');
  await expect(pane(page, 'Type')).toContainText('Open a BTF or .bpf.o that has it');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('enum tcp_ca_state');
  await lab.press('Enter');
  await expect(pane(page, 'Type')).toContainText('TCP_CA_Recovery = 3');
  await lab.press('/');
  await expect(options.first()).toContainText('tcp_ca_state');
  await lab.press('Escape');
  await expect(page.getByRole('combobox', { name: 'Search types' })).not.toBeFocused();
});

test('a field is highlighted in C, in the blocks and in the bytes', { tag: '@long' }, async ({ lab, page }) => {
  await lab.press('2');
  await expect(pane(page, 'Layout').getByRole('toolbar')).toBeVisible();
  await lab.press('j', 'j', 'j');
  await expect(selected(page)).toHaveText('data.ssthresh');
  await pane(page, 'Memory')
    .getByRole('button', { name: /^data\.name/ })
    .first()
    .hover();
  const lit = page.locator('rect[fill="var(--selection)"]');
  // a bar in the C, a block, and a run of bytes
  await expect.poll(() => lit.count()).toBeGreaterThanOrEqual(3);
  await lab.press('j');
  await expect(selected(page)).toHaveText('data.cong_avoid');
  await lab.press('k');
  await expect(selected(page)).toHaveText('data.ssthresh');
  await lab.command('Inspect: who reads and writes the field');
  await expect(pane(page, 'Related code')).toContainText('Loads of the arguments');
});

test('a pointer leads to the ops and back; a NULL pointer says so', { tag: '@long' }, async ({ lab, page }) => {
  await open(lab, 'inet_connection_sock');
  await lab.command('Inspect: the fields as a tree');
  await open(lab, '.icsk_ca_ops');
  await expect(selected(page)).toHaveText('icsk_ca_ops');
  await lab.press('g');
  await expect(way(page)).toContainText('tcp_congestion_ops');
  await expect(pane(page, 'Layout')).toContainText(/map [AB] at/);
  await lab.press('Shift+G');
  await expect(way(page)).not.toContainText('tcp_congestion_ops');
  await expect(selected(page)).toHaveText('icsk_ca_ops');
  await open(lab, '.icsk_ulp_ops');
  await expect(pane(page, 'Type')).toContainText('icsk_ulp_ops is NULL.');
  await lab.press('g');
  await expect(lab.notices).toContainText('icsk_ulp_ops cannot be followed');
});

test('two kernels side by side, with a sentence that counts differences', { tag: '@long' }, async ({ lab, page }) => {
  await open(lab, 'tcp_sock');
  await lab.command('Inspect: the layouts of two kernels side by side');
  await expect(pane(page, 'Type')).toContainText(
    /\d+ of \d+ fields that the TCP of this page .* moved between v6\.12 and v6\.18/,
  );
  await open(lab, 'tcp_congestion_ops');
  await expect(pane(page, 'Type')).toContainText(
    /(Nothing|\d+ of \d+ fields) moved between v6\.12 and v6\.18|fields moved/,
  );
  // a type that only the whole BTF has
  await open(lab, 'task_struct');
  await expect(pane(page, 'Type')).toContainText(/\d+ of \d+ fields moved/, { timeout: 20_000 });
});

test('lists who uses a field, with the line', { tag: '@long' }, async ({ lab, page }) => {
  await open(lab, 'tcp_sock');
  await lab.command('Inspect: the fields as a tree');
  await pane(page, 'Type')
    .getByRole('button', { name: /^inet_conn, 1448 bytes/ })
    .press('Enter');
  await pane(page, 'Type')
    .getByRole('button', { name: /^snd_cwnd, 4 bytes/ })
    .press('Enter');
  await pane(page, 'Type').getByRole('button', { name: 'Who uses it?' }).press('Enter');
  const uses = page.getByRole('region', { name: 'Who uses the field' });
  const writes = uses.getByRole('button', { name: /writes/ }).first();
  await expect(writes).toBeVisible();
  await writes.press('Enter');
  await expect(pane(page, 'Related code').getByRole('textbox')).toBeAttached({ timeout: 20_000 });
  await expect(page.locator('.monaco-editor .view-line').filter({ hasText: 'snd_cwnd' }).first()).toBeVisible();
});

test('a BTF dropped on the page is searched; a damaged one says where it is wrong', async ({ lab, page }) => {
  const bytes = readFileSync(join(PUBLIC, 'btf', 'v6.1.btf'));
  await drop(page, 'mine.btf', bytes);
  await expect(lab.notices).toContainText('mine.btf: 305 types');
  const box = page.getByRole('combobox', { name: 'Search types' });
  await expect(box).toBeFocused({ timeout: 20_000 });
  await page.keyboard.type('rate_sample');
  await expect(page.getByRole('option').filter({ hasText: 'mine.btf' })).toHaveCount(1, { timeout: 20_000 });
  await lab.press('Enter');
  await expect(pane(page, 'Type')).toContainText('from mine.btf');
  await expect(pane(page, 'Memory')).toContainText('there are no bytes to show');
  await drop(page, 'damaged.btf', bytes.subarray(0, 4000));
  await expect(lab.notices).toContainText(
    /damaged\.btf is a damaged BTF.*\((header|type section|string section), offset \d+\)/,
  );
});

test('the types of an object can be searched', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Load reno.bpf.o');
  await lab.expectAt('C', 'INUSE');
  await lab.press('/');
  await expect(page.getByRole('combobox', { name: 'Search types' })).toBeFocused({ timeout: 20_000 });
  await page.keyboard.type('tcp_congestion_ops');
  await expect(page.getByRole('option').filter({ hasText: 'reno.bpf.o' }).first()).toBeVisible({ timeout: 20_000 });
});

for (const theme of share(['light', 'dark'] as const, 1)) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('axe finds no violation on any tab of the inspector', { tag: '@long' }, async ({ lab, page }) => {
      test.slow();
      const check = async (): Promise<void> => expect(await violations(page)).toEqual([]);
      await open(lab, 'tcp_sock');
      await lab.press('j');
      await check();
      for (const tab of ['the fields as a tree', 'who reads and writes the field'])
        await lab.command(`Inspect: ${tab}`);
      await check();
      await lab.command('Inspect: the layouts of two kernels side by side');
      await check();
      await lab.command('Inspect: the raw BTF');
      await lab.press('/');
      await page.keyboard.type('sock');
      await expect(page.getByRole('option').first()).toBeVisible();
      await check();
    });
  });
}
