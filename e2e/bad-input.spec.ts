/* Anything dropped, pasted or sent gets a message, and typed text stays. */
import type { Page } from '@playwright/test';
import { expect, drop, test } from './fixtures.ts';

/** Random bytes of no known format, the same in each run. */
function noise(length: number): Buffer {
  let x = 1;
  return Buffer.from(
    Array.from({ length }, () => {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      return x >>> 24;
    }),
  );
}

const step = (at: number) => ({ at, caption: `Step ${at}`, command: { do: 'spawn', process: 'p' } });
const labOf = (lab: unknown, version = 1): Buffer => Buffer.from(JSON.stringify({ 'ops.play': version, lab }));
const whole = {
  id: 'long',
  title: 'Long',
  intro: '',
  path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 },
  seed: 1,
  texts: {},
  steps: Array.from({ length: 10_000 }, (_, i) => step(i)),
  openAt: 0,
  until: 1e8,
  expect: [],
};
const ELF = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), noise(4000)]);

/** [name, bytes, part of the message] */
const FILES: readonly (readonly [string, Buffer, RegExp])[] = [
  ['noise.bin', noise(50_000), /noise\.bin/],
  ['empty.s', Buffer.alloc(0), /empty\.s/],
  ['broken.bpf.o', ELF, /broken\.bpf\.o/],
  ['other.btf', Buffer.concat([Buffer.from([0x9f, 0xeb, 1, 0]), noise(400)]), /other\.btf/],
  ['holiday.jpg', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), noise(900)]), /holiday\.jpg/],
  ['tomorrow.ops.json', labOf({ scenario: 'any-struct' }, 7), /newer version.*format 7/],
  ['cut.ops.json', labOf({ scenario: 'any-struct' }).subarray(0, 30), /not whole/],
  ['wrong.ops.json', labOf({ scenario: 'any-struct', commands: [{ event: 1 }] }), /commands\[0\]/],
  ['talk.ops.json', labOf({ scenario: 'long', whole }), /10000 entries; at most 1000 are allowed/],
  ['list.json', Buffer.from('[1,2,3]'), /list\.json is JSON, but no lab/],
  ['wide.s', Buffer.from('r0 = 0\nexit\n', 'utf16le'), /wide\.s is a text in UTF-16/],
];

test('any dropped file gets a message, and typed text stays', async ({ lab, page }) => {
  test.slow();
  await lab.edit();
  await lab.press('Control+Home');
  await page.keyboard.type('; typed ');
  await lab.press('Escape', 'Tab');
  const scenario = page.getByRole('button', { name: /^Scenario:/ });
  for (const [name, bytes, words] of FILES) {
    await drop(page, name, bytes);
    await expect(page.locator('body'), name).toContainText(words, { timeout: 20_000 });
    const dismiss = lab.notices.getByRole('button', { name: 'Dismiss' });
    await expect(async () => {
      // a notice may go by itself before it is pressed
      if ((await dismiss.count()) > 0) await dismiss.first().press('Enter', { timeout: 1000 });
      await expect(dismiss).toHaveCount(0, { timeout: 100 });
    }).toPass({ timeout: 20_000 });
    await expect(scenario, name).toContainText('Replace while connected');
  }
  await page.getByRole('tab', { name: 'bpf_reno.s' }).click();
  await expect(lab.programs).toContainText('; typed');
  await lab.press('n');
  await expect(lab.status).toContainText('Paused');
});

test('a talk of nine hundred steps, each with one more connection, opens and can be played', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  test.setTimeout(200_000);
  const steps = Array.from({ length: 900 }, (_, i) =>
    i === 0
      ? { ...step(1e6), caption: 'W'.repeat(400) }
      : { at: (i + 1) * 1e6, caption: `Step ${i}`, command: { do: 'connect', process: 'p', socket: i } },
  );
  await drop(page, 'many.ops.json', labOf({ scenario: 'long', whole: { ...whole, steps, until: 1e9 } }));
  await page.getByRole('button', { name: 'Run this lab' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Run this lab' })).toHaveCount(0);
  await lab.command('To the end of what is known');
  await expect.poll(() => lab.time(), { timeout: 60_000 }).toMatch(/^(9\d\d|1000)\.0 ms/);
  await lab.command('Show the connections as a table');
  const table = page.getByRole('region', { name: 'Connections' });
  await expect(table.getByRole('row').nth(1)).toContainText('1');
  expect(await table.getByRole('row').count()).toBeLessThan(100);
  await table.focus();
  await lab.press('End');
  await expect(table.getByRole('row', { name: /^899 / })).toBeVisible();
  await lab.command('Show cwnd and RTT over time');
  const series = page.getByRole('list', { name: /^Congestion window/ });
  await expect(series).toContainText(/\d{3} connections: from least to greatest, and their mean/);
  await lab.command('Present');
  const stage = page.getByRole('dialog', { name: 'Talk: Long' });
  await expect(stage.getByRole('img')).toHaveAccessibleName(/^Step 900 of 900/, { timeout: 90_000 });
  await lab.press('Home');
  await expect(stage.getByRole('img')).toHaveAccessibleName(/^Step 1 of 900/);
  await lab.press('Escape');
});

const TEXTS = [
  `${'long '.repeat(20_000)}end`,
  '\u202e\u0000\u0007\ud800 \u{1f98a}\u0301\u0301\u0301',
  '<script>window.hit=1</script><img src=x onerror="window.hit=1">',
  '__proto__',
  "'; DROP TABLE maps; -- $(reboot) `reboot` %s %n ${1+1}",
  '-1e309',
];

const SHEETS = ['Record', 'My labs', 'Help and glossary', 'New program', 'Copy a link'] as const;
const TABS = ['Show the console', 'Show questions', 'Show stack, watches and breaks'] as const;

/** Pastes at the cursor, as from the clipboard. */
const pasteHere = (page: Page, text: string): Promise<void> =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  }, text);

test('any text pasted into any field leaves the page working', { tag: '@long' }, async ({ lab, page }) => {
  test.setTimeout(400_000);
  const FIELDS = 'input:not([type=checkbox]):not([type=radio]):not([type=range]):not([readonly]), textarea';
  const paste = async (within: string): Promise<void> => {
    const fields = page.locator(`${within} :is(${FIELDS})`);
    for (let i = 0; i < Math.min(6, await fields.count()); i++) {
      for (const text of TEXTS) {
        const field = fields.nth(i);
        if ((await field.count()) === 0 || !(await field.isVisible())) continue;
        await field.focus();
        await lab.press('Control+a');
        await page.keyboard.insertText(text);
        await field.press('Enter').catch(() => {});
        await page.waitForTimeout(50);
      }
    }
  };
  for (const command of TABS) {
    await lab.command(command);
    await paste('[aria-label="Kernel objects"] [role=tabpanel]');
    await lab.press('Escape');
  }
  for (const command of SHEETS) {
    await lab.command(command);
    await expect(page.getByRole('dialog')).toBeVisible();
    await paste('[role=dialog]');
    for (let i = 0; i < 3 && (await page.getByRole('dialog').count()) > 0; i++) await lab.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  for (const text of TEXTS) {
    await lab.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
    await page.keyboard.insertText(text);
    await lab.press('Enter', 'Escape', 'Escape');
    await lab.edit();
    await lab.press('Control+a');
    await pasteHere(page, text);
    await lab.press('Escape', 'Tab', 'Control+Enter');
    await lab.press('Escape');
  }
  await lab.command('Undo');
  await lab.command('Scenario: Replace while connected');
  await expect(lab.status).toContainText('Paused', { timeout: 20_000 });
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});
