/* The page without a network after one visit, and the offer of a newer version. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../scripts/serve.mjs';
import { expect, Lab, share, test } from './fixtures.ts';

test.use({ serviceWorkers: 'allow' });

test('every scenario runs without a network after one visit; whole kernels are stored on first use', async ({
  page,
  site,
  context,
}) => {
  test.setTimeout(240_000);
  const { ABOUT } = await import('../src/scenarios/about.ts');
  await page.goto(site);
  const lab = new Lab(page, site);
  await lab.expectAt('A', 'TOBEFREE');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const kept = await page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((key) => key !== 'ops.play-kernels');
    return (await (await caches.open(name)).keys()).map(({ url }) => url);
  });
  expect(kept.filter((url) => url.includes('whole'))).toEqual([]);
  expect(kept.some((url) => url.endsWith('v6.18.btf'))).toBe(true);
  await context.setOffline(true);
  await page.reload();
  await lab.expectAt('A', 'TOBEFREE');
  for (const { title } of share(ABOUT, 3)) {
    await lab.command(`Scenario: ${title}`);
    await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText(title);
    await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
    await expect(lab.lifecycle.getByRole('list', { name: 'Lifecycle of the maps' })).toBeAttached();
  }
  await lab.command('Kernel v6.18');
  await expect(page.getByRole('button', { name: /^Kernel:/ })).toContainText('v6.18');
  await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
  await lab.edit();
});

test('a newer version is offered, and loaded only on request', { tag: '@long' }, async ({ page }) => {
  test.slow();
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  cpSync(join(import.meta.dirname, '..', 'dist'), folder, {
    recursive: true,
    filter: (path) => !/\.whole\.btf\.gz/.test(path),
  });
  const { server, url } = await serve(folder);
  try {
    await page.goto(url);
    const lab = new Lab(page, url);
    await lab.expectAt('A', 'TOBEFREE');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await lab.expectAt('A', 'TOBEFREE');
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
    await page.waitForTimeout(3500);
    const path = join(folder, 'service-worker.js');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"key":"[\da-f]{4}/, '"key":"0000'));
    await lab.command('Scenario: Any struct');
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await expect(lab.notices).toContainText('A newer version of this page is here', { timeout: 20_000 });
    await page.waitForTimeout(1000);
    await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText('Any struct');
    await page.evaluate(() => Object.assign(window, { before: true }));
    await lab.command('Reload to the newer version');
    await expect.poll(() => page.evaluate(() => 'before' in window).catch(() => true)).toBe(false);
    await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText('Any struct');
    expect(
      await page.evaluate(async () => (await caches.keys()).filter((key) => key.startsWith('ops.play-0000'))),
    ).toHaveLength(1);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
