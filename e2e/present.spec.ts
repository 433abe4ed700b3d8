/* A talk by keyboard and clicker, in two windows and in one. */
import { boxOf, expect, share, test, violations } from './fixtures.ts';

test('eight steps with a clicker in two windows, and one live branch and back', async ({ lab, page }) => {
  test.slow();
  await lab.command('Scenario: Detached while used');
  await lab.expectAt('A', 'READY');
  await lab.command('To the start');
  await lab.command('Present');
  const stage = page.getByRole('dialog', { name: 'Talk: Detached while used' });
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step 1 of \d+: Map A is made for links/);
  expect(await violations(page)).toEqual([]);
  const opening = page.waitForEvent('popup');
  await lab.press('s');
  const speaker = await opening;
  const now = speaker.getByRole('region', { name: 'On the stage' }).getByRole('img');
  await expect(now).toHaveAccessibleName(/Step 1 of/);
  await expect(speaker.getByRole('region', { name: 'Next' })).toContainText('The update gives it its value');

  for (let step = 2; step <= 5; step++) {
    await lab.press('PageDown');
    await expect(stage.getByRole('img')).toHaveAccessibleName(new RegExp(`Step ${step} of`));
    await expect(now).toHaveAccessibleName(new RegExp(`Step ${step} of`));
  }
  await lab.press('PageUp');
  await expect(now).toHaveAccessibleName(/Step 4 of/);
  await lab.press('PageDown', 'PageDown');
  await expect(now).toHaveAccessibleName(/Step 6 of/);
  await expect(speaker.getByRole('region', { name: 'Notes' })).toContainText('Detaching does for a map with a link');
  expect(await violations(speaker)).toEqual([]);

  await lab.press('.');
  await expect(stage.getByRole('status', { name: 'Blank' })).toBeVisible();
  await expect(speaker.getByRole('region', { name: 'On the stage' })).toContainText('Blank');
  await lab.press('.');
  await lab.press('q');
  await expect(stage.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
  await lab.press('Escape');
  await expect(page.locator('.room-code')).toHaveCount(0);
  await expect(stage).toBeVisible();

  await lab.press('g');
  await expect(stage).toHaveCount(0);
  await expect(speaker.getByRole('region', { name: 'On the stage' })).toContainText('Live');
  // the audience sees the page: a step would move its run
  await expect.poll(() => lab.time(), 'the step on the stage').toMatch(/^400\.0 ms/);
  const liveAt = await lab.time();
  await speaker.keyboard.press('PageDown');
  await expect(now).toHaveAccessibleName(/Step 6 of/);
  expect(await lab.time()).toBe(liveAt);
  await lab.expectAt('A', 'READY');
  await lab.command('Map: Kill the process');
  await lab.command('To the end of what is known');
  await expect(page.getByRole('region', { name: 'Live' })).toContainText('branch');
  await page.keyboard.press('Tab');
  await lab.press('g');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step 6 of/);

  await speaker.keyboard.press('Space');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step 7 of/);
  await speaker.keyboard.press('PageDown');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step 8 of/);
  await speaker.getByRole('list', { name: 'Steps' }).getByRole('button').nth(1).press('Enter');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step 2 of/);
  const clock = speaker.getByRole('region', { name: 'Time' });
  await expect(clock).toContainText(/00:\d\d/);
  await clock.getByRole('spinbutton').press('1');
  await clock.getByRole('spinbutton').press('5');
  await expect(clock.getByRole('spinbutton')).toHaveValue('15');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/Step 2 of/);
  await page.bringToFront();
  await lab.press('Escape');
  await expect(stage).toHaveCount(0);
  await expect(speaker.getByText('The talk has ended')).toBeVisible();

  // the window is still open, and shows the next talk
  await lab.command('Scenario: Register and run');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Present');
  await expect(speaker).toHaveTitle('Speaker: Register and run');
});

for (const [width, height] of share(
  [
    [390, 844],
    [1280, 720],
    [1920, 1080],
  ],
  1,
)) {
  test(`on one screen of ${width}x${height}, with notes; nothing is cut`, { tag: '@long' }, async ({ lab, page }) => {
    await page.setViewportSize({ width, height });
    await lab.command('Present');
    const stage = page.getByRole('dialog', { name: /^Talk:/ });
    await expect(stage.getByRole('img')).toHaveAccessibleName(/while three connections use it/);
    await lab.press('n');
    await expect(stage.getByRole('region', { name: 'Notes' })).toContainText('Next:');
    await lab.press('n', 'ArrowRight');
    for (const theme of ['light', 'dark']) {
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      await page.screenshot({ path: `test-results/stage-${width}-${theme}.png` });
      await lab.press('t');
    }
    const outside = await stage.locator('svg text').evaluateAll(
      (texts, box) =>
        texts
          .filter((one) => {
            const { left, right, bottom } = one.getBoundingClientRect();
            return left < -1 || right > box.width + 1 || bottom > box.height + 1;
          })
          .map((one) => one.textContent),
      { width, height },
    );
    expect(outside).toEqual([]);
  });
}

test('the line of keys leaves the whole picture free, and its button is pressed by keyboard @long', async ({
  lab,
  page,
}) => {
  await lab.command('Present');
  const stage = page.getByRole('dialog', { name: /^Talk:/ });
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
    [640, 360],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    const end = stage.getByRole('button', { name: 'End the talk' });
    const keys = stage.locator('.stage-hint');
    await expect.poll(async () => (await boxOf(keys)).y + (await boxOf(keys)).height).toBeGreaterThan(height - 2);
    const picture = await boxOf(stage.getByRole('img'));
    expect(picture.y + picture.height, `${width}x${height}`).toBeLessThanOrEqual((await boxOf(keys)).y + 1);
    for (const letter of ['A', 'B']) {
      const row = await boxOf(stage.locator('svg text', { hasText: new RegExp(`^${letter}$`) }).last());
      expect(row.y + row.height, `row ${letter} at ${width}`).toBeLessThanOrEqual((await boxOf(keys)).y);
    }
    await expect(end).toBeInViewport({ ratio: 1 });
  }
  await stage.getByRole('button', { name: 'End the talk' }).press('Enter');
  await expect(stage).toHaveCount(0);
});

test('a talk begins also when asked for while the run is still being repeated', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  for (const wait of [300, 900]) {
    await page.reload();
    await expect(page.getByRole('button', { name: 'Play' })).toBeEnabled();
    await page.waitForTimeout(wait);
    await expect
      .poll(async () => {
        await lab.press('p');
        return page.getByRole('dialog', { name: /^Talk:/ }).count();
      })
      .toBe(1);
    await expect(page.locator('.notice')).toHaveCount(0);
    await lab.press('Escape');
  }
});
