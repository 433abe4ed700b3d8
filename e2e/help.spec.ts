/* Help and settings by keyboard; the page at every text size and on small screens. */
import { expect, share, test, violations } from './fixtures.ts';

/** [width, height] of windows from a phone to a desktop. */
const SIZES = [
  [1280, 720],
  [1920, 1080],
  [390, 844],
  [1440, 900],
];

for (const theme of share(['light', 'dark'] as const, 1))
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('a term, an error number and a view each have their page', async ({ lab, page }) => {
      await lab.press('F1');
      const help = page.getByRole('dialog', { name: 'Help' });
      const search = help.getByRole('textbox', { name: 'Search the help' });
      await search.fill('EEXIST');
      await expect(help.getByRole('term').first()).toContainText('Exists already');
      await search.fill('xyzzy');
      await expect(help).toContainText('No page has that');
      expect(await violations(page)).toEqual([]);
      await search.fill('');
      await help.getByRole('button', { name: 'Glossary' }).press('Enter');
      await expect(help.getByRole('term').first()).toContainText('struct_ops');
      expect(await violations(page)).toEqual([]);
      await lab.press('Escape');
      await page.getByRole('button', { name: 'Help: Lifecycle' }).press('Enter');
      await expect(help.getByRole('term')).toHaveText(['State machine']);
      await help.getByRole('button', { name: 'All pages' }).press('Enter');
      await expect(help.getByRole('status')).toContainText('the first 60');
    });

    test('settings of text size, motion, contrast, theme and letter keys are kept', { tag: '@long' }, async ({
      lab,
      page,
    }) => {
      await lab.command('Settings');
      const sheet = page.getByRole('dialog', { name: 'Settings' });
      expect(await violations(page)).toEqual([]);
      await sheet.getByRole('radio', { name: '160 %' }).check();
      await sheet.getByRole('radio', { name: 'Less: no motion' }).check();
      await sheet.getByRole('radio', { name: 'High' }).check();
      await sheet.getByRole('checkbox').uncheck();
      await lab.press('Escape');
      const html = page.locator('html');
      await expect(html).toHaveAttribute('data-motion', 'less');
      await expect(html).toHaveAttribute('data-contrast', 'more');
      await page.reload();
      await lab.expectAt('A', 'TOBEFREE');
      await expect(html).toHaveAttribute('data-motion', 'less');
      const before = await lab.time();
      await lab.press('n');
      expect(await lab.time()).toBe(before);
      await page.screenshot({ path: `test-results/large-${theme}.png` });
      const cut = await page.locator('.top-bar').evaluate((bar) => bar.scrollWidth - bar.clientWidth);
      expect(cut).toBeLessThanOrEqual(1);
      expect(await violations(page)).toEqual([]);
    });

    for (const [width, height] of share(SIZES, 1))
      test(`sheets at ${width}x${height}: nothing is cut`, { tag: '@long' }, async ({ lab, page }) => {
        test.slow();
        await page.setViewportSize({ width, height });
        const sheets = ['Copy a link', 'My labs', 'Record', 'Save pictures', 'Help and glossary', 'Settings'];
        for (const [i, name] of sheets.entries()) {
          await lab.command(name);
          const sheet = page.getByRole('dialog');
          await expect(sheet).toBeVisible();
          await page.waitForTimeout(150);
          await page.screenshot({ path: `test-results/sheet-${i}-${width}-${theme}.png` });
          const box = await sheet.boundingBox();
          expect(box && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height, name).toBe(true);
          const wide = await sheet.evaluate((one) => one.scrollWidth - one.clientWidth);
          expect(wide, name).toBeLessThanOrEqual(1);
          await lab.press('Escape');
          await expect(sheet).toHaveCount(0);
        }
      });
  });
