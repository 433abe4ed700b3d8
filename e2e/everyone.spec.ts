/* Accessibility: each screen in each theme, text for each drawing, and a whole scenario for screen readers. */
import { TABS } from '../src/page/store/tabs.ts';
import { expect, type Lab, test, violations } from './fixtures.ts';

/** Screens that are not panes, by the command that opens them. */
const SHEETS = [
  'Copy a link',
  'My labs',
  'Record',
  'Save pictures',
  'Settings',
  'Help and glossary',
  'All keys',
  'New program',
  'Present',
] as const;

const LOOKS = [
  { name: 'light', media: { colorScheme: 'light' } },
  { name: 'dark', media: { colorScheme: 'dark' } },
  { name: 'light, high contrast', media: { colorScheme: 'light', contrast: 'more' } },
  { name: 'dark, high contrast', media: { colorScheme: 'dark', contrast: 'more' } },
  { name: 'forced colours', media: { colorScheme: 'dark', forcedColors: 'active' } },
] as const;

const tabs = (pane: 'lifecycle' | 'flows' | 'side') => TABS[pane].map(({ shows }) => `Show ${shows}`);

for (const { name, media } of LOOKS) {
  test(`axe finds nothing on any screen: ${name}`, { tag: '@long' }, async ({ lab, page }) => {
    test.setTimeout(600_000);
    await page.emulateMedia(media);
    const found: string[] = [];
    const look = async (screen: string): Promise<void> => {
      for (const problem of await violations(page)) found.push(`${screen}: ${problem}`);
    };
    for (const command of [...tabs('lifecycle'), ...tabs('flows'), ...tabs('side')]) {
      await lab.command(command);
      await page.waitForTimeout(150);
      await look(command);
    }
    for (const key of ['2', '3', '1']) {
      await lab.press(key);
      await page.waitForTimeout(150);
      await look(`layout ${key}`);
    }
    for (const command of SHEETS) {
      await lab.command(command);
      await expect(page.getByRole('dialog')).toBeVisible();
      await page.waitForTimeout(150);
      await look(command);
      await lab.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    for (const [width, height] of [
      [720, 450],
      [360, 740],
    ]) {
      await page.setViewportSize({ width, height });
      await look(`${width}x${height}`);
    }
    expect(found).toEqual([]);
  });
}

test('forced colours: selected items can be recognised, and pressed buttons read', async ({ lab, page }) => {
  await lab.press('1');
  await page.emulateMedia({ forcedColors: 'active' });
  const looks = (role: 'button' | 'tab', name: RegExp): Promise<{ ink: string; ground: string }> =>
    page.getByRole(role, { name }).evaluate((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return { ink: color, ground: backgroundColor };
    });
  for (const [role, chosen, other] of [
    ['tab', /^State machine$/, /^Sequence$/],
    ['button', /^kvalue/, /^lookup/],
    ['button', /^Play/, /^Back/],
  ] as const) {
    // colours change over a moment
    await expect(async () => {
      const { ink, ground } = await looks(role, chosen);
      expect(ground).not.toBe(ink);
      expect(ground).not.toBe((await looks(role, other)).ground);
    }).toPass({ timeout: 10_000 });
  }
  await expect(page.locator('html')).toHaveAttribute('data-contrast', 'more');
});

test('every drawing has words beside it: a list, a table or a text', { tag: '@long' }, async ({ lab, page }) => {
  test.slow();
  const REGION = { lifecycle: 'Lifecycle', flows: 'Flows', side: 'Kernel objects' } as const;
  for (const pane of ['lifecycle', 'flows', 'side'] as const) {
    for (const { shows, title } of TABS[pane]) {
      await lab.command(`Show ${shows}`);
      const panel = page
        .getByRole('region', { name: REGION[pane], exact: true })
        .getByRole('tabpanel', { name: title });
      // the drawing itself has no text for screen readers
      const words = async (): Promise<number> =>
        panel.evaluate((element) => {
          const copy = element.cloneNode(true);
          if (!(copy instanceof Element)) return 0;
          for (const drawn of copy.querySelectorAll('[aria-hidden=true], canvas, style')) drawn.remove();
          const labels = [...copy.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label') ?? '');
          return `${copy.textContent} ${labels.join(' ')}`.trim().length;
        });
      await expect.poll(words, `${pane}: ${title}`).toBeGreaterThan(30);
      const mute = await panel
        .locator('svg:not([aria-hidden=true]):not([role]), canvas:not([aria-hidden=true]):not([role])')
        .count();
      expect(mute, `${pane}: ${title} has a picture without words`).toBe(0);
    }
  }
});

/** Collects all that the live regions say from now on. */
async function listen(lab: Lab): Promise<() => Promise<string>> {
  await lab.page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const region = element?.closest('[aria-live=polite], [role=status], [role=log]');
        if (region?.textContent) heard.push(region.textContent);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => lab.page.evaluate(() => (window as unknown as { heard: string[] }).heard.join('\n'));
}

test('a screen reader hears each state change of a map in a whole scenario', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await lab.command('To the start');
  await expect.poll(() => lab.time()).toMatch(/^0(\.0)? ms/);
  const heard = await listen(lab);
  for (let i = 0; i < 60; i++) {
    const before = await lab.time();
    await lab.press('n');
    const moved = expect.poll(() => lab.time(), { timeout: 1500, intervals: [20, 50] }).not.toBe(before);
    if (await moved.then(() => false).catch(() => true)) break;
  }
  await expect(page.getByRole('log', { name: /Notices/ })).toContainText('No map changes after');
  const said = await heard();
  const IN_ORDER = [
    /map A.*(created|INIT)/i,
    /map A.*(registered|INUSE)/i,
    /connection 3/i,
    /map B.*(registered|INUSE)/i,
    /map A.*(deleted|TOBEFREE)/i,
    /map A.*(freed|FREED)/i,
  ];
  let at = 0;
  for (const words of IN_ORDER) {
    const found = said.slice(at).search(words);
    expect(found, `${words} after ${said.slice(at, at + 200)}`).toBeGreaterThanOrEqual(0);
    at += found;
  }
});
