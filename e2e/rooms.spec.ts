/* Small screens, zoomed pages and touch: all controls visible, nothing outside the window. */
import type { Page } from '@playwright/test';
import { boxOf, expect, type Lab, test } from './fixtures.ts';

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

/** Sheets, by the command that opens them. */
const SHEETS = [
  'All keys',
  'New program',
  'Copy a link',
  'My labs',
  'Save pictures',
  'Record',
  'Bench: measure',
  'Settings',
  'Help and glossary',
] as const;

const ROOMS = [
  [1366, 768],
  [1280, 720],
  [1024, 768],
  [960, 540],
  [900, 600],
  [720, 450],
  [640, 360],
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

/** Makes so many own programs and registers each, as maps C, D and so on. */
async function registerOwn(lab: Lab, page: Page, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await lab.command('New program');
    const dialog = page.getByRole('dialog', { name: 'New program' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`my_cc_${i}`);
    await dialog.getByRole('textbox', { name: 'Name' }).press('Enter');
    await expect(dialog).toHaveCount(0);
    await lab.press('Control+Shift+Enter');
    await expect(lab.status).toContainText(`map ${'CDEFGHIJKL'.charAt(i)} #`, { timeout: 20_000 });
  }
}

test('eight maps: each can be pressed, and the layouts stay in sight', { tag: '@long' }, async ({ lab, page }) => {
  await registerOwn(lab, page, 6);
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

test('with forced colours, selected items have the ground of the system’s selection', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await expect(lab.status).toContainText('Paused');
  await page.emulateMedia({ forcedColors: 'active' });
  const line = (name: string) =>
    page.getByRole('tab', { name, exact: true }).evaluate((tab) => getComputedStyle(tab).backgroundColor);
  const ground = () =>
    page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.cssText = 'forced-color-adjust: none; background: SelectedItem';
      const { backgroundColor } = getComputedStyle(probe);
      probe.remove();
      return backgroundColor;
    });
  await expect.poll(async () => (await line('State machine')) === (await ground())).toBe(true);
  expect(await line('Sequence')).not.toBe(await ground());
});

test('at 200 % zoom the pane has half of the height, from just below the bar, and its drawing is whole', async ({
  lab,
  page,
}) => {
  for (const [width, height] of [
    [640, 360],
    [720, 450],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect
      .poll(async () => (await boxOf(lab.lifecycle)).height / height, `${width}x${height}`)
      .toBeGreaterThan(0.5);
    const bar = await boxOf(page.getByRole('banner'));
    const pane = await boxOf(lab.lifecycle);
    expect(pane.y - (bar.y + bar.height), `${width}: empty strip`).toBeLessThanOrEqual(10);
    for (const name of ['INIT', 'INUSE', 'TOBEFREE', 'FREED'])
      await expect(lab.lifecycle.locator('svg text', { hasText: new RegExp(`^${name}$`) })).toBeInViewport({
        ratio: 0.99,
      });
  }
});

test('with text of 160 % the bar has one row on a desk, and no button breaks its words on a phone @long', async ({
  lab,
  page,
}) => {
  await lab.command('Settings');
  await page.getByRole('dialog').getByRole('radio', { name: '160 %' }).check();
  await lab.press('Escape');
  for (const [width, height, most] of [
    [1280, 720, 60],
    [1440, 900, 60],
    [390, 844, 130],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(() => outside(page), `${width}x${height}`).toEqual([]);
    expect((await boxOf(page.getByRole('banner'))).height, `${width}x${height}`).toBeLessThan(most);
    // every word of the page follows the setting, not only some
    const letters = (selector: string): Promise<number> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
    for (const selector of ['[role=tab]', '.status-bar', '.pane-head h2'])
      expect(await letters(selector), `${selector} at ${width}`).toBeGreaterThan(17);
    const one = await boxOf(page.getByRole('button', { name: 'Step', exact: true }));
    const next = await boxOf(page.getByRole('button', { name: 'Next state' }));
    expect(next.height, `Next state at ${width}`).toBeLessThan(one.height + 4);
  }
});

test('drawings follow the text size, and in a low window names stay whole @long', async ({ lab, page }) => {
  const word = page.locator('[data-pane=timeline] svg text', { hasText: 'events' });
  const lane = page.locator('[data-pane=flows] svg text', { hasText: 'receiver' });
  await page.setViewportSize({ width: 1920, height: 1080 });
  const before = [(await boxOf(word)).width, (await boxOf(lane)).width];
  await lab.command('Settings');
  await page.getByRole('dialog').getByRole('radio', { name: '130 %' }).check();
  await lab.press('Escape');
  for (const [i, one] of [word, lane].entries())
    await expect.poll(async () => (await boxOf(one)).width / (before[i] ?? 1)).toBeGreaterThan(1.12);
  // a press on the enlarged timeline goes to the time under the pointer
  const free = page.locator('[data-pane=timeline] svg text', { hasText: 'free A' });
  const { x, y } = await boxOf(free);
  await page.mouse.click(x + 8, y - 40);
  await expect(lab.station('FREED')).toHaveText('FREED: map A');
  await lab.command('Settings');
  await page.getByRole('dialog').getByRole('radio', { name: '160 %' }).check();
  await lab.press('Escape');
  await page.setViewportSize({ width: 640, height: 360 });
  const pane = await boxOf(page.locator('[data-pane=lifecycle] .live-scene'));
  for (const state of ['INIT', 'INUSE', 'TOBEFREE', 'FREED']) {
    const name = await boxOf(lab.lifecycle.locator('svg text', { hasText: new RegExp(`^${state}$`) }).first());
    expect(name.y + name.height, state).toBeLessThanOrEqual(pane.y + pane.height + 1);
  }
});

test('maps whose badges have no room are in a menu', { tag: '@long' }, async ({ lab, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: /^More maps: \+\d$/ }).click();
  await page.getByRole('menuitemradio', { name: /A TOBEFREE$/ }).click();
  await expect(page.getByRole('toolbar', { name: 'Map A' })).toBeVisible();
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(lab.lifecycle.getByRole('list', { name: 'Maps', exact: true }).getByRole('button')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /^More maps/ })).toHaveCount(0);
});

test('panes follow a window that grows, unless their sizes were chosen', async ({ lab, page }) => {
  await expect(lab.status).toContainText('Paused');
  const programs = page.getByRole('region', { name: 'Programs' });
  const width = async (): Promise<number> => (await boxOf(programs)).width;
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(programs).toHaveCount(0);
  await page.setViewportSize({ width: 1000, height: 700 });
  await expect.poll(width).toBeLessThan(320);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(width).toBeGreaterThan(400);
  const splitter = page.getByRole('separator', { name: 'Between programs and centre' });
  await splitter.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
  await expect.poll(width).toBeLessThan(380);
  const chosen = await width();
  await page.setViewportSize({ width: 1500, height: 900 });
  await page.waitForTimeout(300);
  expect(Math.abs((await width()) - chosen)).toBeLessThan(3);
});

test('every sheet has a button that closes it, which Tab reaches', { tag: '@long' }, async ({ lab, page }) => {
  for (const name of SHEETS) {
    await lab.command(name);
    const sheet = page.getByRole('dialog');
    const close = sheet.getByRole('button', { name: 'Close' });
    await expect(close, name).toBeVisible();
    const focused = (): Promise<boolean> => close.evaluate((button) => button === document.activeElement);
    for (let i = 0; i < 60 && !(await focused()); i++) await lab.press('Tab');
    expect(await focused(), name).toBe(true);
    await lab.press('Enter');
    await expect(sheet, name).toHaveCount(0);
  }
});

test('twelve maps, the offer of the newest and a bar of waits: every state has its whole name', {
  tag: '@long',
}, async ({ lab, page }) => {
  test.slow();
  await registerOwn(lab, page, 10);
  for (const [width, height] of [
    [1280, 720],
    [1440, 900],
    [640, 360],
  ] as const) {
    await page.setViewportSize({ width, height });
    if (width < 900) await page.getByRole('tab', { name: 'Lifecycle' }).click();
    for (const name of ['INUSE', 'TOBEFREE'])
      await expect(
        lab.lifecycle.locator('svg text', { hasText: new RegExp(`^${name}$`) }),
        `${name} at ${width}`,
      ).toBeInViewport({ ratio: 0.99 });
  }
});
