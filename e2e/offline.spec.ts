/* Loaded once, then the network is gone. */
import { expect, Lab, test } from './fixtures.ts';

test.use({ serviceWorkers: 'allow' });

test('every scenario runs without a network after one visit; whole kernels wait for their first use', async ({
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
  for (const { title } of ABOUT) {
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
