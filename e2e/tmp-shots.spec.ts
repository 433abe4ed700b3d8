import { expect, test } from './fixtures.ts';
const SIZES = [
  [1440, 900],
  [1920, 1080],
  [390, 844],
] as const;
for (const [width, height] of SIZES)
  for (const scheme of ['light', 'dark'] as const)
    test.describe(`${width} ${scheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme: scheme });
      test('all', async ({ lab, page }) => {
        test.setTimeout(240_000);
        const shot = async (name: string) => {
          await page.waitForTimeout(350);
          await page.screenshot({ path: `/tmp/t/shots/${name}-${width}-${scheme}.png` });
        };
        await page.waitForTimeout(2500);
        await shot('debug');
        const phone = width < 900;
        if (!phone) {
          await lab.press('2');
          await shot('inspect');
          await lab.press('3');
          await shot('flows');
          await lab.press('1');
        } else {
          for (const t of ['Flows', 'Struct', 'Code']) {
            await page
              .getByRole('tab', { name: t, exact: true })
              .first()
              .click()
              .catch(() => {});
            await shot(`narrow-${t}`);
          }
        }
        for (const [c, n] of [
          ['Copy a link', 'share'],
          ['My labs', 'labs'],
          ['Record', 'record'],
          ['Save pictures', 'export'],
          ['Settings', 'settings'],
          ['Help', 'help'],
        ] as const) {
          await lab.command(c).catch(() => {});
          await expect(page.getByRole('dialog'))
            .toBeVisible({ timeout: 5000 })
            .catch(() => {});
          await shot(n);
          await lab.press('Escape');
          await page.waitForTimeout(100);
        }
        await lab.press('?');
        await shot('keys');
        await lab.press('Escape');
        await lab.command('Present');
        await expect(page.getByRole('dialog', { name: /^Talk/ })).toBeVisible();
        if (scheme === 'dark') await lab.press('t');
        await lab.press('ArrowRight');
        await shot('stage');
        if (width === 1440) {
          const o = page.waitForEvent('popup');
          await lab.press('s');
          const sp = await o;
          await sp.setViewportSize({ width, height });
          await sp.waitForTimeout(800);
          await sp.screenshot({ path: `/tmp/t/shots/speaker-${width}-${scheme}.png` });
        }
        await lab.press('Escape');
      });
    });
