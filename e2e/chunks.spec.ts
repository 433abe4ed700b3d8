/* If any single file cannot be fetched, the page works, and the part that needs it says so. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, share, test } from './fixtures.ts';

const DIST = join(import.meta.dirname, '..', 'dist');
const index = readFileSync(join(DIST, 'index.html'), 'utf8');

/** The first case of each chunk comes first: `npm test` runs only those. */
const FIRST = ['worker-', 'late-', 'palette-', 'flows-tabs-', 'bench-sheet-'];
const rank = (name: string): number => {
  const at = FIRST.findIndex((start) => name.startsWith(start) && name.endsWith('.js'));
  return at < 0 ? FIRST.length : at;
};

/** All chunks that are fetched after the first paint. */
const LATER = readdirSync(join(DIST, 'assets'))
  .filter((name) => /\.(js|css|woff2|ttf)$/.test(name) && !index.includes(name))
  .toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));

/** Opens all that tabs and keys lead to; a missing chunk shows a message and can be left. */
async function lookAround(page: Page): Promise<void> {
  for (const key of ['3', '2', '1']) await page.keyboard.press(key);
  for (const name of ['Sequence', 'Checks', 'Trampoline', 'Debug', 'Table']) {
    const tab = page.getByRole('tab', { name, exact: true });
    if (await tab.isVisible()) await tab.press('Enter');
  }
  await page.keyboard.press('Control+k');
  const sheet = page.locator('.palette, .failed-sheet');
  await expect(sheet).toBeVisible();
  const close = page.locator('.failed-sheet').getByRole('button', { name: 'Close' });
  if (await close.isVisible()) await close.press('Enter');
  else await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
}

for (const [n, name] of share(LATER, 2).entries()) {
  test(`without part ${n + 1}, ${name.replace(/-[\w-]{8}\./, '.')}`, async ({ page, site }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.route(`**/${name}`, (route) => route.abort());
    await page.goto(site);
    // the engine, and the scenario that the page opens with its texts
    const isEngine = /^(worker|replace-while-connected|programs|units)-/.test(name);
    const stands = isEngine
      ? page.getByRole('alert').filter({ hasText: 'could not be' })
      : page.getByRole('contentinfo').filter({ hasText: 'Paused' });
    await expect(stands).toBeVisible({ timeout: 20_000 });
    await lookAround(page);
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Lifecycle' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Timeline' })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Scenario/ })).toBeVisible();
    expect(errors).toEqual([]);
  });
}
