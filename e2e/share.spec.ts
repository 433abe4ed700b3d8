/* Links, by keyboard: one person opens what another has on the page. */
import { expect, Lab, test, violations } from './fixtures.ts';

/** The link in the sheet that the command opens. */
async function linkOf(lab: Lab): Promise<string> {
  await lab.command('Copy a link');
  const field = lab.page.getByRole('textbox', { name: 'Link' });
  await expect(field).toBeVisible();
  const link = await field.inputValue();
  return link;
}

test('a link with a scenario and a time seeks at once; its QR code is there', async ({ lab, page, site }) => {
  await lab.command('Scenario: Swap by link update');
  await lab.expectAt('B', 'READY');
  await lab.step('.');
  const time = await lab.time();
  const link = await linkOf(lab);
  expect(link).toMatch(/#scenario=swap-by-link&at=[\d.]+$/);
  await expect(page.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await lab.press('Escape');

  const other = await page.context().browser()?.newPage();
  if (!other) return;
  await other.goto(link);
  const there = new Lab(other, site);
  await there.expectAt('B', 'READY');
  await expect.poll(() => there.time()).toBe(time);
  await expect(other.getByRole('region', { name: 'A lab from elsewhere' })).toHaveCount(0);
  expect(new URL(other.url()).hash).toBe('');
  await other.close();
});

test('a link with texts and commands opens at 0, shows the text, and runs when told to', async ({
  lab,
  page,
  site,
}) => {
  test.slow();
  await lab.replaceText('; mine\n.struct_ops tcp_congestion_ops\n.name "mine"\n.license "GPL"\n');
  await lab.press('Escape', 'Tab');
  await lab.command('Map: Pin the map');
  const time = await lab.time();
  const link = await linkOf(lab);
  expect(link).toContain('#lab=1.');
  await lab.press('Escape');

  const context = await page.context().browser()?.newContext();
  const other = await context?.newPage();
  if (!other || !context) return;
  const errors: string[] = [];
  other.on('pageerror', ({ message }) => errors.push(message));
  await other.goto(link);
  const there = new Lab(other, site);
  const bar = other.getByRole('region', { name: 'A lab from elsewhere' });
  await expect(bar).toContainText('bpf_reno.s');
  await expect(there.station('INIT')).toHaveText('INIT: no map');
  expect(await there.time()).toMatch(/^0\.0 ms/);
  await expect(there.programs).toContainText('mine');
  expect(await violations(other)).toEqual([]);
  await bar.getByRole('button', { name: 'Run this lab' }).focus();
  await there.press('Enter');
  await there.expectAt('A', 'TOBEFREE');
  await expect.poll(() => there.time()).toBe(time);
  await expect(bar).toHaveCount(0);
  expect(errors).toEqual([]);
  await context.close();
});

test('damaged links, and links of a newer page, get a message, and the page works @long', async ({ page, site }) => {
  for (const [hash, words] of [
    ['#lab=1.AAAA', 'not whole'],
    ['#lab=9.AAAA', 'newer version'],
    ['#lab=nonsense', 'version'],
    ['#scenario=of-tomorrow', 'There is no scenario of-tomorrow'],
    ['#x=1', 'means nothing'],
  ]) {
    await page.goto('about:blank');
    await page.goto(site + hash);
    const lab = new Lab(page, site);
    await expect(lab.notices).toContainText(words);
    await lab.expectAt('A', 'TOBEFREE');
  }
});

test('a lab is saved as a file and opened again', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Scenario: Any struct');
  await lab.expectAt('A', 'INUSE');
  const time = await lab.time();
  const saved = page.waitForEvent('download');
  await lab.command('Save this lab');
  const download = await saved;
  expect(download.suggestedFilename()).toBe('any-struct.ops.json');
  const path = await download.path();
  await lab.command('Scenario: Register and run');
  await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText('Register and run');
  const chooser = page.waitForEvent('filechooser');
  await lab.command('Open a file');
  await (await chooser).setFiles({
    name: 'any-struct.ops.json',
    mimeType: 'application/json',
    buffer: await (await import('node:fs/promises')).readFile(path),
  });
  await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText('Any struct');
  await expect.poll(() => lab.time()).toBe(time);
  const broken = page.waitForEvent('filechooser');
  await lab.command('Open a file');
  await (await broken).setFiles({
    name: 'x.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"ops.play":1,"lab":{"scenario":3}}'),
  });
  await expect(lab.notices).toContainText('lab.scenario: must be text');
  await lab.expectAt('A', 'INUSE');
});

test('a lab too large for a QR code says what makes it large, and is offered as a file @long', async ({
  lab,
  page,
}) => {
  const lines = Array.from({ length: 400 }, (_, i) => `; ${Math.sin(i + 1)}`);
  await lab.replaceText(lines.join('\n'));
  await expect(lab.programs).toContainText('Text changed');
  await lab.command('Copy a link');
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText('Too long for a QR code');
  await expect(sheet).toContainText('most of it is the text bpf_reno.s');
  await lab.press('Escape');
  await lab.command('Present');
  const stage = page.getByRole('dialog', { name: /^Talk:/ });
  await expect(stage).toBeVisible();
  await lab.press('q');
  await expect(stage.getByRole('status').filter({ hasText: 'most of it is the text bpf_reno.s' })).toBeVisible();
  const saving = page.waitForEvent('download');
  await stage.getByRole('button', { name: 'Save as a file' }).press('Enter');
  expect((await saving).suggestedFilename()).toMatch(/\.ops\.json$/);
  await lab.press('PageDown');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step \d+ of/);
});
