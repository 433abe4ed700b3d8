/* Small screens, zoomed pages and touch: all controls visible, nothing outside the window. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** Controls that must always be reachable but lie outside the window. */
const outside = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const seen = document.querySelectorAll('.top-bar button, .status-bar button, .action-bar button, .map-bar button');
    return [...seen].flatMap((element) => {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      const beyond = left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
      return width > 0 && beyond ? [element.textContent ?? ''] : [];
    });
  });

const ROOMS = [
  [1366, 768],
  [1280, 720],
  [1024, 768],
  [960, 540],
  [900, 600],
  [720, 450],
  [390, 844],
  [360, 740],
] as const;

test('all controls are visible at every window size', async ({ lab, page }) => {
  for (const [width, height] of ROOMS) {
    await page.setViewportSize({ width, height });
    await expect.poll(() => outside(page), `${width}x${height}`).toEqual([]);
    const scrolls = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    await expect.poll(scrolls, `${width}x${height} scrolls sideways`).toBe(false);
    await expect(page.getByRole('button', { name: 'Play' })).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('button', { name: 'Step', exact: true })).toBeInViewport({ ratio: 1 });
    await expect(lab.lifecycle).toBeInViewport({ ratio: 0.95 });
  }
});

test('on a narrow screen the palette shows the pane that it names, and hints name buttons instead of keys', {
  tag: '@long',
}, async ({ lab, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const intro = page.getByRole('region', { name: 'About this page' });
  await expect(intro.getByText('Press Next state')).toBeVisible();
  await lab.command('Show the connections as a table');
  await expect(page.getByRole('tab', { name: 'Flows' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('region', { name: 'Connections' })).toBeVisible();
  await lab.command('Show the ledger');
  await expect(page.getByRole('region', { name: /^References of map/ })).toBeVisible();
});

test('Step and Back undo each other, by event and by instruction', async ({ lab, page }) => {
  const where = async (): Promise<string> => `${await lab.status.textContent()} ${await lab.time()}`;
  for (const grain of ['event', 'instruction']) {
    if (grain === 'instruction') await lab.press('F11');
    await expect(page.getByRole('button', { name: `Step and Back by ${grain}` })).toBeVisible();
    const trail = [await where()];
    for (let i = 0; i < 4; i++) {
      await lab.press('F10');
      await expect.poll(where).not.toBe(trail.at(-1));
      trail.push(await where());
    }
    for (const before of trail.slice(0, -1).toReversed()) {
      await lab.press('Shift+F10');
      await expect.poll(where).toBe(before);
    }
  }
});

test('eight maps: each can be pressed, and the layouts stay in sight', { tag: '@long' }, async ({ lab, page }) => {
  for (let i = 0; i < 6; i++) {
    await lab.command('New program');
    const dialog = page.getByRole('dialog', { name: 'New program' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`my_cc_${i}`);
    await dialog.getByRole('textbox', { name: 'Name' }).press('Enter');
    await expect(dialog).toHaveCount(0);
    await lab.press('Control+Shift+Enter');
    await expect(lab.status).toContainText(`map ${'CDEFGH'[i]} #`, { timeout: 20_000 });
  }
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(() => outside(page), `${width}x${height}`).toEqual([]);
    for (const letter of 'ABCDEFGH')
      await expect(
        lab.lifecycle.getByRole('button', { name: new RegExp(`^Map ${letter},? `) }).first(),
      ).toBeInViewport();
    await expect(page.getByRole('button', { name: /^Flows/ })).toBeInViewport({ ratio: 1 });
  }
});

test('with forced colours, selected items have an outline', { tag: '@long' }, async ({ lab, page }) => {
  await expect(lab.status).toContainText('Paused');
  await page.emulateMedia({ forcedColors: 'active' });
  const line = (name: string) =>
    page.getByRole('tab', { name, exact: true }).evaluate((tab) => getComputedStyle(tab).outlineStyle);
  await expect.poll(() => line('State machine')).toBe('solid');
  await expect.poll(() => line('Sequence')).toBe('none');
});
