/* The worker may die at any time: the page starts another with the same state, and typed text stays. */
import { expect, test, type Lab } from './fixtures.ts';

/** Few deaths, since each takes a second to be noticed; `npm run soak` runs the property tests in full. */
const DEATHS = process.env.SOAK ? 100 : 1;

async function stateOf(lab: Lab): Promise<string> {
  await lab.command('Copy a link');
  const words = lab.page.getByText(/The machine’s state here is/);
  await expect(words).toBeVisible({ timeout: 20_000 });
  const text = (await words.textContent()) ?? '';
  await lab.press('Escape');
  await expect(words).toHaveCount(0);
  return /is ([\da-f]{8})/.exec(text)?.[1] ?? 'none';
}

test('after the worker is killed at random times, state and text are the same', async ({ lab, page }) => {
  test.setTimeout(60_000 + DEATHS * 30_000);
  await lab.edit();
  await lab.press('Control+Home');
  await page.keyboard.type('; typed ');
  await lab.press('Escape', 'Tab');
  await lab.command('Map: Pin the map');
  await expect(lab.status).toContainText('Paused');
  const walk = async (key: string, steps: number): Promise<void> => {
    for (let k = 0; k < steps; k++) await lab.step(key);
  };
  // after ten deaths the run is where it began, but up to seven calls later in between: it must be computed that far
  await walk(',', 6);
  for (let i = 0; i < DEATHS; i++) {
    await walk(i % 2 === 0 ? '.' : ',', ((i * 7) % 5) + 1);
    const [time, state] = [await lab.time(), await stateOf(lab)];
    const engine = page.workers().find((worker) => /worker-/.test(worker.url()) && !/editor/.test(worker.url()));
    await engine?.evaluate(() => self.close()).catch(() => {});
    await expect(lab.notices).toContainText('The engine was stopped and started again', { timeout: 20_000 });
    await lab.notices.getByRole('button', { name: 'Dismiss' }).first().press('Enter');
    await expect.poll(() => lab.time(), { timeout: 20_000 }).toBe(time);
    await expect(lab.status).toContainText('Paused');
    expect(await stateOf(lab)).toBe(state);
    await expect(lab.programs).toContainText('; typed');
  }
});
