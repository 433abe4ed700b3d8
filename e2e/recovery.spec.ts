/* The engine hangs: another stands in its place within two seconds, and what is typed is untouched. */
import { expect, test } from './fixtures.ts';

/** The first paint on a quiet machine of two cores: one that is slower now may take longer in proportion. */
const QUIET_MS = 500;

test('an engine that hangs is replaced within two seconds', async ({ lab, page }) => {
  await lab.press('.', '.');
  await expect(lab.status).toContainText('Paused');
  const time = await lab.time();
  const opened = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
  const engine = page.workers().find((worker) => /worker-/.test(worker.url()) && !/editor/.test(worker.url()));
  // told by the page's own clock: the test's is late on a busy machine
  await page.evaluate(() => {
    const told = new MutationObserver(() => {
      if (document.body.textContent?.includes('The engine was stopped and started again'))
        document.body.dataset.recovered ??= String(performance.now());
    });
    told.observe(document.body, { subtree: true, childList: true, characterData: true });
    document.body.dataset.hung = String(performance.now());
  });
  void engine
    ?.evaluate(() => {
      for (;;);
    })
    .catch(() => {});
  await expect(lab.notices).toContainText('The engine was stopped and started again', { timeout: 20_000 });
  const took = await page.evaluate(() => Number(document.body.dataset.recovered) - Number(document.body.dataset.hung));
  expect(took).toBeLessThan(2000 * Math.max(1, opened / QUIET_MS));
  await expect.poll(() => lab.time(), { timeout: 20_000 }).toBe(time);
});
