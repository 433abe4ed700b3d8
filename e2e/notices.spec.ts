/* Notices: at the top right, one at a time, timed, dismissed by Escape; tips of drawings inside the window. */
import type { Page } from '@playwright/test';
import { boxOf, drop, expect, test } from './fixtures.ts';

/** Controls and captions that the notice covers. */
const coveredBy = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const bar = document.querySelector('.notice')?.getBoundingClientRect();
    if (!bar) return ['no notice'];
    const seen = document.querySelectorAll('button, input, [role=tab], [role=slider], main svg text');
    return [...seen].flatMap((one) => {
      const { left, right, top, bottom, width } = one.getBoundingClientRect();
      const apart = width === 0 || left >= bar.right || right <= bar.left || top >= bar.bottom || bottom <= bar.top;
      return apart || one.closest('.notice, .intro') ? [] : [one.textContent || one.ariaLabel || one.tagName];
    });
  });

test('one notice at a time, at the top right, over no control, caption or timeline; Escape and time take it away', async ({
  lab,
  page,
}) => {
  await page.clock.install();
  const bars = lab.notices.locator('.notice');
  for (const name of ['one.png', 'two.png', 'three.png']) {
    await drop(page, name, Buffer.from([0x89, 0x50, 0, 0, 1]));
    await expect(bars).toContainText(name);
  }
  await expect(bars).toHaveCount(1);
  await expect(bars).toContainText('three.png');
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
    [900, 600],
    [720, 450],
    [640, 360],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(() => coveredBy(page), `${width}x${height}`).toEqual([]);
    // the page is laid out anew some time after the window has its size
    await expect(async () => {
      const bar = await boxOf(bars);
      const timeline = await boxOf(page.getByRole('region', { name: 'Timeline' }));
      expect(bar.x + bar.width, `${width}`).toBeLessThanOrEqual(width);
      expect(bar.x + bar.width, `${width}`).toBeGreaterThan(width - 30);
      expect(bar.x).toBeGreaterThanOrEqual(0);
      expect(bar.y + bar.height, `${width}x${height}`).toBeLessThanOrEqual(timeline.y);
    }).toPass({ timeout: 10_000 });
  }
  await lab.press('Escape');
  await expect(bars).toContainText('two.png');
  await page.clock.fastForward(31_000);
  await expect(bars).toContainText('one.png');
  await page.clock.fastForward(31_000);
  await expect(bars).toHaveCount(0);
});

test('tips of drawings are inside the window', async ({ lab, page }) => {
  await lab.press('3');
  let seen = 0;
  for (const [width, height] of [
    [1280, 720],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    const hits = page.locator('main .scene-hit');
    const count = await hits.count();
    for (let i = 0; i < count; i += Math.max(1, Math.floor(count / 12))) {
      await hits.nth(i).focus();
      const tip = page.locator('.scene-tip');
      if ((await tip.count()) === 0) continue;
      await expect(async () => {
        const { x, y, width: w, height: h } = await boxOf(tip);
        expect([x >= 0, y >= 0, x + w <= width, y + h <= height], `tip ${i} at ${width}`).toEqual([
          true,
          true,
          true,
          true,
        ]);
      }).toPass({ timeout: 10_000 });
      seen++;
    }
  }
  expect(seen).toBeGreaterThan(3);
});
