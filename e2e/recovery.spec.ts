/* An engine that hangs is replaced within two seconds, and typed text stays. */
import { expect, test } from './fixtures.ts';

/** Time of the first paint on a quiet machine with two cores; a machine that is slower now may take longer in proportion. */
const QUIET_MS = 500;

test('an engine that hangs is replaced within two seconds', async ({ lab, page }) => {
  await lab.press('.', '.');
  await expect(lab.status).toContainText('Paused');
  const time = await lab.time();
  const opened = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
  const engine = page.workers().find((worker) => /worker-/.test(worker.url()) && !/editor/.test(worker.url()));
  // measured by the page's clock, because the test's is late on a busy machine
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
