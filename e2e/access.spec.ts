import { expect, share, test, violations } from './fixtures.ts';

for (const theme of share(['dark', 'light'] as const, 1)) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('axe finds no violation, in every preset and on every tab', async ({ lab }) => {
      test.slow();
      expect(await violations(lab.page)).toEqual([]);
      for (const tab of ['the checks of the last call', 'cwnd and RTT over time', 'processes, maps and programs']) {
        await lab.command(`Show ${tab}`);
      }
      expect(await violations(lab.page)).toEqual([]);
      for (const tab of ['the sequence of system calls', 'the connections as a table', 'the trampoline']) {
        await lab.command(`Show ${tab}`);
      }
      expect(await violations(lab.page)).toEqual([]);
      await lab.press('2');
      expect(await violations(lab.page)).toEqual([]);
      await lab.press('3');
      expect(await violations(lab.page)).toEqual([]);
      await lab.press('?');
      await expect(lab.page.getByRole('dialog')).toBeVisible();
      expect(await violations(lab.page)).toEqual([]);
    });

    test('axe finds no violation with members called by hand, declared types and map contents', {
      tag: '@long',
    }, async ({ lab }) => {
      test.slow();
      await lab.command('Scenario: Any struct');
      await lab.expectAt('A', 'INUSE');
      await lab.command('Map: Call a member by hand');
      await expect(lab.page.getByRole('log', { name: 'Answers' })).toContainText('step');
      await lab.command('Declare a struct_ops type');
      expect(await violations(lab.page)).toEqual([]);
      await lab.programs.getByRole('button', { name: 'Add a program' }).focus();
      await lab.press('Enter');
      await expect(lab.page.getByRole('menu')).toBeVisible();
      expect(await violations(lab.page)).toEqual([]);
      await lab.press('Escape');
      await lab.command('Scenario: Built by clang');
      await lab.expectAt('A', 'INUSE');
      await lab.command('Show processes, maps and programs');
      await expect(lab.page.getByRole('heading', { name: 'Maps of watched.bpf.o' })).toBeVisible();
      for (const summary of await lab.page.locator('.contents > summary').all()) {
        await summary.focus();
        await lab.press('Enter');
      }
      await expect(lab.page.getByRole('table', { name: 'Elements of losses' })).toBeVisible();
      expect(await violations(lab.page)).toEqual([]);
    });

    test('axe finds no violation while the machine is stopped inside a program', { tag: '@long' }, async ({ lab }) => {
      await lab.press('F11', 'F11');
      await expect(lab.status).toContainText('Stopped in');
      expect(await violations(lab.page)).toEqual([]);
    });
  });
}

test('single-letter keys do nothing in text fields; Escape, then Tab, leaves the editor', async ({ lab }) => {
  await lab.edit();
  const before = await lab.time();
  await lab.press('n');
  expect(await lab.time()).toBe(before);
  await expect(lab.programs).toContainText('Text changed');
  await lab.press('Escape', 'Tab');
  await expect(lab.programs.getByRole('textbox')).not.toBeFocused();
});

test('each state change of a map is announced to screen readers', async ({ lab }) => {
  await lab.press('n');
  await expect(lab.page.getByRole('status').first()).toContainText(/map A/i);
});

test('with reduced motion no packet moves', async ({ lab }) => {
  await lab.page.emulateMedia({ reducedMotion: 'reduce' });
  await lab.press('n');
  const moving = await lab.page.evaluate(
    () => document.getAnimations().filter((a) => Number(a.effect?.getComputedTiming().duration ?? 0) > 120).length,
  );
  expect(moving).toBe(0);
});

test('a narrow window has tabs instead of columns, and does not scroll sideways', { tag: '@long' }, async ({ lab }) => {
  await lab.page.setViewportSize({ width: 720, height: 900 });
  await expect(lab.page.getByRole('region', { name: 'Timeline' })).toBeVisible();
  const overflow = await lab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
