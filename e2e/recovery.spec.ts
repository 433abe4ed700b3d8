/* An engine that hangs is replaced, and typed text stays. How long that took is told, not asserted: machines are noisy. */
import { expect, test } from './fixtures.ts';

test('an engine that hangs is replaced, and the run stands where it stood', { tag: '@long' }, async ({ lab, page }) => {
  for (let step = 0; step < 2; step++) await lab.step('.');
  const time = await lab.time();
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
  test.info().annotations.push({ type: 'replaced after', description: `${Math.round(took)} ms` });
  await expect.poll(() => lab.time(), { timeout: 20_000 }).toBe(time);
});

test('a text that hangs the engine is started once: the texts before it come back, and it is marked', async ({
  lab,
  page,
}) => {
  test.slow();
  const HANG = '; hang';
  // an error of the engine, for want of a real one: it never ends with such a text
  await page.route(/\/worker-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    const hang = `addEventListener('message', ({ data }) => { if (['restart', 'open'].includes(data.type) && Object.values(data.texts).some((text) => text.includes(${JSON.stringify(HANG)}))) for (;;); });`;
    await route.fulfill({ response, body: `${hang}\n${await response.text()}` });
  });
  await page.reload();
  await lab.expectAt('A', 'TOBEFREE');
  await lab.edit();
  await lab.press('Control+Home');
  await page.keyboard.insertText(`${HANG}\n`);
  await expect(lab.programs).toContainText('Text changed');
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('The engine was stopped and started again', { timeout: 20_000 });
  await lab.expectAt('A', 'TOBEFREE');
  await expect(lab.programs).toContainText(HANG);
  await expect(lab.programs.getByRole('status').first()).toContainText('The engine stopped answering with this text');
  // the machine is alive with the texts before
  await lab.press('Escape', 'Tab');
  await lab.command('Next state');
  await expect(lab.status).toContainText('Paused');
  // also after a reload it is not started by itself
  await page.reload();
  await lab.expectAt('A', 'TOBEFREE');
  await expect(lab.programs).toContainText(HANG, { timeout: 20_000 });
});
