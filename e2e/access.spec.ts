import { expect, share, test, violations } from './fixtures.ts';

for (const theme of share(['dark', 'light'] as const, 1)) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('axe finds nothing, in every preset and on every tab', async ({ lab }) => {
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

    test('members called by hand, declared types, and what maps hold', { tag: '@long' }, async ({ lab }) => {
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

    test('the machine stopped inside a program', async ({ lab }) => {
      await lab.press('F11', 'F11');
      await expect(lab.status).toContainText('Stopped in');
      expect(await violations(lab.page)).toEqual([]);
    });
  });
}

test('single letters are inert where text is typed; Escape, then Tab, leaves the editor', async ({ lab }) => {
  await lab.edit();
  const before = await lab.time();
  await lab.press('n');
  expect(await lab.time()).toBe(before);
  await expect(lab.programs).toContainText('Text changed');
  await lab.press('Escape', 'Tab');
  await expect(lab.programs.getByRole('textbox')).not.toBeFocused();
});

test('each change of a map is spoken', async ({ lab }) => {
  await lab.press('n');
  await expect(lab.page.getByRole('status').first()).toContainText(/map A/i);
});

test('with reduced motion nothing travels', async ({ lab }) => {
  await lab.page.emulateMedia({ reducedMotion: 'reduce' });
  await lab.press('n');
  const moving = await lab.page.evaluate(
    () => document.getAnimations().filter((a) => Number(a.effect?.getComputedTiming().duration ?? 0) > 120).length,
  );
  expect(moving).toBe(0);
});

test('narrow: tabs instead of columns, and no sideways scrolling', { tag: '@long' }, async ({ lab }) => {
  await lab.page.setViewportSize({ width: 720, height: 900 });
  await expect(lab.page.getByRole('region', { name: 'Timeline' })).toBeVisible();
  const overflow = await lab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
