/* Saving labs, undo and redo by keyboard; also without storage. */
import { drop, expect, Lab, test, violations } from './fixtures.ts';

test('undo and redo of a text, a command and another scenario', async ({ lab, page }) => {
  test.slow();
  const scenario = page.getByRole('button', { name: /^Scenario:/ });
  await lab.edit();
  await lab.press('Control+Home');
  await page.keyboard.type('; mine ');
  await expect(lab.programs).toContainText('Text changed');
  await lab.press('Escape', 'Tab');
  await lab.command('Scenario: Any struct');
  await expect(scenario).toContainText('Any struct');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Undo');
  await expect(scenario).toContainText('Replace while connected');
  await lab.expectAt('A', 'TOBEFREE');
  await expect(lab.programs).toContainText('; mine');
  await lab.command('Undo');
  await expect(lab.programs).not.toContainText('; mine');
  await lab.command('Redo');
  await expect(lab.programs).toContainText('; mine');
  await lab.command('Reset this text');
  await expect(lab.programs).not.toContainText('; mine');
  await lab.command('Undo');
  await expect(lab.programs).toContainText('; mine');
  await lab.command('Map: Pin the map');
  await lab.command('Show processes');
  await expect(page.getByRole('region', { name: 'Kernel objects' })).toContainText('pin (not counted)');
  await lab.command('Undo');
  await expect(page.getByRole('region', { name: 'Kernel objects' })).not.toContainText('pin (not counted)');
});

test('a lab is kept under a name, renamed, copied, opened and deleted', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Scenario: Swap by link update');
  await lab.expectAt('B', 'READY');
  await lab.command('My labs');
  const name = page.getByRole('textbox', { name: 'Keep this lab as' });
  await name.fill('For Monday');
  await lab.press('Enter');
  const kept = page.getByRole('region', { name: 'Kept labs' });
  await expect(kept.getByRole('textbox')).toHaveValue('For Monday');
  expect(await violations(page)).toEqual([]);
  await kept.getByRole('button', { name: 'Copy For Monday' }).press('Enter');
  await expect(kept.getByRole('textbox')).toHaveCount(2);
  await kept.getByRole('button', { name: 'Delete For Monday (copy)' }).press('Enter');
  await expect(kept.getByRole('textbox')).toHaveCount(1);
  await lab.press('Escape');
  await lab.command('Scenario: Any struct');
  await lab.expectAt('A', 'INUSE');
  await page.reload();
  await lab.expectAt('A', 'INUSE');
  await lab.command('My labs');
  await kept.getByRole('button', { name: 'Open For Monday' }).press('Enter');
  await expect(page.getByRole('button', { name: /^Scenario:/ })).toContainText('Swap by link update');
  await lab.expectAt('B', 'READY');
});

test('two tabs: the draft of one is offered to the other, and not overwritten', async ({ lab, page, site }) => {
  await lab.edit();
  await lab.press('Control+Home');
  await page.keyboard.type('; first tab ');
  await expect(lab.programs).toContainText('Text changed');
  const second = await page.context().newPage();
  await second.goto(site);
  const other = new Lab(second, site);
  await expect(other.notices).toContainText('Another tab has a draft');
  await expect(other.programs).not.toContainText('first tab');
  await other.command('My labs');
  await second.getByRole('button', { name: 'Open a copy' }).press('Enter');
  await expect(other.programs).toContainText('first tab');
  await second.close();
  await page.reload();
  await expect(lab.programs).toContainText('first tab');
});

test('damaged storage is reported, and the page opens', { tag: '@long' }, async ({ page, site }) => {
  await page.addInitScript(() => {
    localStorage.setItem('ops.play', '{"theme":');
    localStorage.setItem('ops.play.draft.old', '{"saved":1,"draft":{"edits":7}}');
  });
  const lab = new Lab(page, site);
  await lab.open();
  await expect(lab.notices).toContainText('ops.play.draft.old is damaged');
});

test('without any storage the page works, and says what is not kept', async ({ page, site }) => {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.addInitScript(() => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'BroadcastChannel'])
      Object.defineProperty(window, name, { get: denied });
  });
  const lab = new Lab(page, site);
  await lab.open();
  await expect(lab.status).toContainText('Nothing is saved');
  await lab.command('My labs');
  await expect(page.getByRole('dialog')).toContainText('gone when the page is closed');
  await page.getByRole('textbox', { name: 'Keep this lab as' }).press('Enter');
  await expect(page.getByRole('region', { name: 'Kept labs' }).getByRole('textbox')).toHaveCount(1);
  expect(problems).toEqual([]);
});

/** A lab as somebody else saved it. */
const FOREIGN = {
  'ops.play': 1,
  lab: {
    scenario: 'theirs',
    whole: {
      id: 'theirs',
      title: 'Their lab',
      intro: '',
      path: { rateBps: 20_000_000, delayNs: 10_000_000, queuePackets: 64, accessNs: 4_000_000 },
      seed: 1,
      texts: {},
      steps: [
        { at: 10_000_000, caption: '', command: { do: 'spawn', process: 'client' } },
        { at: 20_000_000, caption: '', command: { do: 'connect', process: 'client', socket: 1, cc: 'reno' } },
      ],
      openAt: 300_000_000,
      until: 600_000_000,
      expect: [],
    },
  },
};

test('undoing goes back over the run of somebody else’s lab to the lab before it, never to one that waits @long', async ({
  lab,
  page,
}) => {
  await drop(page, 'theirs.ops.json', Buffer.from(JSON.stringify(FOREIGN)));
  const run = page.getByRole('button', { name: /^Run/ });
  await run.press('Enter');
  await expect.poll(() => lab.time()).toBe('300.0 ms');
  await lab.command('New program');
  await expect(page.getByRole('dialog').getByRole('textbox').first()).toBeFocused();
  await lab.press('Enter');
  await expect(lab.programs.getByRole('tab')).toHaveCount(1);
  await lab.press('Escape', 'Tab');
  await lab.command('Undo');
  await expect(lab.programs.getByRole('tab')).toHaveCount(0);
  expect(await lab.time()).toBe('300.0 ms');
  await lab.command('Undo');
  await lab.expectAt('A', 'TOBEFREE');
  await lab.command('Redo');
  await expect.poll(() => lab.time()).toBe('300.0 ms');
  // undone while it waits, it does not wait any more
  await drop(page, 'theirs.ops.json', Buffer.from(JSON.stringify(FOREIGN)));
  await expect(run).toBeVisible();
  await lab.command('Undo');
  await expect(run).toHaveCount(0);
  await expect.poll(() => lab.time()).toBe('300.0 ms');
});
