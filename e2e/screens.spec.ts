/*
 * Compares screenshots at half size, where layout counts more than letters. After an intended
 * change: `npx playwright test e2e/screens.spec.ts --update-snapshots`, then look at e2e/screens.
 */
import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './fixtures.ts';

interface Screen {
  readonly name: string;
  readonly theme: 'light' | 'dark';
  readonly size: readonly [number, number];
  readonly open: (lab: Lab) => Promise<void>;
}

const DESK = [1440, 900] as const;
const WALL = [1920, 1080] as const;
const PHONE = [390, 844] as const;
const preset =
  (key: string) =>
  (lab: Lab): Promise<void> =>
    lab.press(key);
const tab =
  (title: string) =>
  (lab: Lab): Promise<void> =>
    lab.command(`Show ${title}`);
const sheet =
  (command: string) =>
  async (lab: Lab): Promise<void> => {
    await lab.command(command);
    await expect(lab.page.getByRole('dialog')).toBeVisible();
  };
async function stage(lab: Lab): Promise<void> {
  const { theme } = await lab.page.evaluate(() => ({ theme: document.documentElement.dataset['theme'] }));
  await lab.command('Present');
  await expect(lab.page.getByRole('dialog', { name: /^Talk:/ })).toBeVisible();
  if (theme === 'dark') await lab.press('t');
  await expect(lab.page.locator('html')).toHaveAttribute('data-theme', theme ?? 'light');
  // the hint covers the strip until the talk starts
  await lab.press('ArrowLeft', 'ArrowRight');
}

const SCREENS: readonly Screen[] = [
  { name: 'debug', theme: 'dark', size: DESK, open: preset('1') },
  { name: 'stage', theme: 'light', size: DESK, open: stage },
  { name: 'lifecycle', theme: 'light', size: PHONE, open: preset('1') },
  { name: 'inspect', theme: 'light', size: DESK, open: preset('2') },
  { name: 'flows', theme: 'dark', size: DESK, open: preset('3') },
  { name: 'debug', theme: 'light', size: WALL, open: preset('1') },
  { name: 'stage', theme: 'dark', size: WALL, open: stage },
  { name: 'flows', theme: 'dark', size: PHONE, open: tab('the wire') },
  { name: 'stage', theme: 'light', size: PHONE, open: stage },
  { name: 'record', theme: 'light', size: PHONE, open: sheet('Record') },
  { name: 'files', theme: 'dark', size: DESK, open: sheet('Save pictures') },
];
/** Number of screens in `npm test`; `npm run soak` compares all. */
const QUICK = 3;

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const editor = page.getByRole('region', { name: 'Programs' });
  if ((await editor.count()) > 0) await expect(editor.locator('.view-line').first()).toBeVisible({ timeout: 20_000 });
}

for (const [i, { name, theme, size, open }] of SCREENS.entries()) {
  const [width, height] = size;
  test.describe(`${name} ${width} ${theme}`, () => {
    test.use({ viewport: { width, height }, colorScheme: theme, deviceScaleFactor: 0.5 });
    test('looks like its screenshot', i < QUICK ? {} : { tag: '@long' }, async ({ lab, page }) => {
      await settled(page);
      await open(lab);
      await expect(page).toHaveScreenshot(`${name}-${width}-${theme}.png`);
    });
  });
}
