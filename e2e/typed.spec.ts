/* What a newcomer types stays as it was typed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drop, expect, test } from './fixtures.ts';

/** Lines whose beginnings are offered as completions with other operands. */
const LINES = ['r0 >>= 2', 'if r0 > 3 goto done', 'w2 s>>= 31', 'call tcp_slow_start', 'exit', '.license "GPL"'];

test('Enter ends a finished line; a completion does not replace its number', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await lab.edit();
  await lab.press('Control+a', 'Delete');
  for (const line of LINES) {
    await page.keyboard.type(line, { delay: 40 });
    // the list of completions needs a moment to open or close
    await page.waitForTimeout(250);
    await lab.press('Enter');
  }
  const shown = await page.locator('.view-line').evaluateAll((lines) =>
    lines
      .map((line) => ({
        top: line.getBoundingClientRect().top,
        text: line.textContent.replaceAll('\u00a0', ' ').trim(),
      }))
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text),
  );
  expect(shown.slice(0, LINES.length)).toEqual(LINES);
});

test('a restart leaves an own draft and a dropped object out, says so, and Ctrl+Z undoes it', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  const tab = (name: string) => lab.programs.getByRole('tab', { name });
  await drop(page, 'draft.s', Buffer.from('exti\n'));
  await expect(tab('draft.s')).toBeVisible();
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('The scenario does not use draft.s', { timeout: 20_000 });
  await expect(lab.notices).not.toContainText('does not assemble');
  await expect(lab.programs).toContainText('Text not loaded yet');
  await lab.expectAt('A', 'TOBEFREE');
  await lab.press('Escape');

  const object = readFileSync(join(import.meta.dirname, '..', 'public', 'samples', 'vegas.bpf.o'));
  await drop(page, 'vegas.bpf.o', object);
  await expect(tab('vegas.bpf.o')).toBeVisible({ timeout: 20_000 });
  await lab.expectAt('C', 'INUSE');
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('The scenario does not use vegas.bpf.o', { timeout: 20_000 });
  await expect(tab('vegas.bpf.o')).toHaveCount(0);
  await lab.press('Control+z');
  await expect(tab('vegas.bpf.o')).toBeVisible({ timeout: 20_000 });
  await lab.expectAt('C', 'INUSE');
  // three badges, none hidden
  const badges = lab.lifecycle.getByRole('list', { name: 'Maps', exact: true });
  const box = await badges.boundingBox();
  for (const badge of await badges.getByRole('button').all()) {
    const own = await badge.boundingBox();
    expect(own && box && own.y >= box.y - 1 && own.y + own.height <= box.y + box.height + 1).toBe(true);
  }
});

test('the palette finds a tab by its title, and the bench by what it does', async ({ lab, page }) => {
  for (const [typed, found] of [
    ['ask', 'Show questions'],
    ['compare', 'Bench'],
  ] as const) {
    await lab.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
    await page.keyboard.type(typed);
    await expect(page.getByRole('option', { selected: true })).toContainText(found);
    await lab.press('Escape');
  }
});

test('a file with a very long name is kept, with all other texts, over a reload', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  const name = 'x'.repeat(300);
  await drop(page, `${name}.s`, Buffer.from('exit\n'));
  const tab = lab.programs.getByRole('tab', { name: `${'x'.repeat(60)}.s` });
  await expect(tab).toBeVisible();
  await drop(page, `${name}.bpf.o`, readFileSync(join(import.meta.dirname, '..', 'public', 'samples', 'reno.bpf.o')));
  await lab.expectAt('C', 'INUSE');
  await page.reload();
  await expect(tab).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('cannot be read')).toHaveCount(0);
});

test('letters typed before the palette stands are in it', async ({ lab, page }) => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await page.route(/palette-.*\.js/, async (route) => {
    await opened;
    await route.continue();
  });
  await page.reload();
  await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
  await lab.press('Control+k', 'b', 'e', 'n', 'c');
  open();
  const palette = page.getByRole('combobox', { name: 'Command' });
  await expect(palette).toHaveValue('benc');
  await expect(palette).toBeFocused();
  await page.keyboard.type('h');
  await expect(palette).toHaveValue('bench');
});

test.describe('a sheet that cannot be fetched', () => {
  test('is closed by Escape, and keys work again', async ({ page, site }) => {
    await page.route(/help-sheet-.*/, (route) => route.abort());
    await page.goto(site);
    await expect(page.getByRole('contentinfo')).toContainText('Paused', { timeout: 20_000 });
    await page.keyboard.press('F1');
    const failed = page.getByRole('alert').filter({ hasText: 'The help failed' });
    await expect(failed).toContainText('could not be fetched');
    await page.keyboard.press('Escape');
    await expect(failed).toHaveCount(0);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  });
});

test('a frame with a wrong address says what is wrong, and leaves the page its draft', async ({ page, site }) => {
  await page.goto(`${site}#embed=lifecyle&scenario=swap-by-link&at=505`);
  await expect(page.getByRole('alert')).toContainText('There is no view “lifecyle”', { timeout: 20_000 });
  await page.goto('about:blank');
  await page.goto(`${site}#embed=lifecycle&scenario=swap-by-link&at=soon`);
  await expect(page.getByRole('alert')).toContainText('must be a time in milliseconds', { timeout: 20_000 });
  await page.goto('about:blank');
  await page.goto(`${site}#embed=lifecycle&scenario=swap-by-link&at=505`);
  await expect(page.getByRole('slider', { name: 'Time' })).toHaveAttribute('aria-valuetext', /^505/, {
    timeout: 20_000,
  });
  const other = await page.context().newPage();
  await other.goto(site);
  await expect(other.getByRole('button', { name: /^Scenario/ })).toContainText('Replace while connected', {
    timeout: 20_000,
  });
});

test('all of the bar is on the page just above the narrow layout', async ({ lab, page }) => {
  await expect(lab.status).toContainText('Paused');
  for (const width of [900, 950, 1000]) {
    await page.setViewportSize({ width, height: 700 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThan(1);
  }
});
