import type { Page } from '@playwright/test';
import { boxOf, expect, type Lab, share, test } from './fixtures.ts';

const RENO = 'bpf_reno';

/** Reno whose cut differs from half of the window: another curve on the same link and seed. */
const KINDER = `.struct_ops tcp_congestion_ops
.name "${RENO}"
.section struct_ops/ssthresh
a: r6 = *(u64 *)(r1 + 0)
r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
exit
.section struct_ops/undo_cwnd
b: r6 = *(u64 *)(r1 + 0)
r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
exit
.section struct_ops/cong_avoid
c: r6 = *(u64 *)(r1 + 0)
r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)
if r2 > 30 goto done
r2 += 1
*(u32 *)(r6 + tcp_sock.snd_cwnd) = r2
done: r0 = 0
exit
`;

const withCongAvoid = (body: string): string => KINDER.replace(/c: [\s\S]*/, `c: ${body}\n`);

async function table(page: Page): Promise<string[]> {
  return page.getByRole('region', { name: 'Flows' }).getByRole('row').allTextContents();
}

async function showTable(lab: Lab): Promise<string[]> {
  await lab.press('Escape');
  await lab.command('Show the connections as a table');
  await expect(lab.page.getByRole('region', { name: 'Flows' }).getByRole('row').first()).toBeVisible();
  return table(lab.page);
}

test('an edit and a restart give another curve on the same link and seed', async ({ lab }) => {
  await lab.press('3');
  const before = await showTable(lab);
  expect(before.join()).toContain(RENO);
  await lab.press('1');
  await lab.replaceText(KINDER);
  await expect(lab.programs).toContainText('Text changed');
  await lab.press('Control+Enter');
  await expect(lab.programs).not.toContainText('Text changed', { timeout: 15_000 });
  await lab.press('Escape');
  await expect.poll(() => table(lab.page)).not.toEqual(before);
  await lab.command('Show cwnd and RTT over time');
  await expect(lab.page.getByRole('region', { name: 'Flows' })).toContainText('dashed: previous run');
});

test('ten steps from a breakpoint, and ten steps back', { tag: '@long' }, async ({ lab }) => {
  await lab.edit();
  await lab.press('Control+Home', ...Array.from({ length: 38 }, () => 'ArrowDown'));
  await lab.press('F9', 'Escape', 'F5');
  await expect(lab.status).toContainText('Stopped in reno_cong_avoid', { timeout: 15_000 });
  const where = async (): Promise<string> =>
    `${/^.*?, instruction \d+/.exec((await lab.status.textContent()) ?? '')?.[0]} ${await lab.time()}`;
  const trail = [await where()];
  for (let i = 0; i < 10; i++) {
    await lab.press('F11');
    await expect.poll(where).not.toBe(trail.at(-1));
    trail.push(await where());
  }
  expect(new Set(trail).size).toBe(11);
  for (const place of trail.slice(0, -1).toReversed()) {
    await lab.press('Shift+F11');
    await expect.poll(where).toBe(place);
  }
});

test('a text that does not assemble is refused at its line, and nothing typed is lost', async ({ lab }) => {
  await lab.replaceText(withCongAvoid('r1 = r2\ncall tcp_slow_strt\nexit'));
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('does not assemble');
  await expect(lab.notices).toContainText('E0310');
  await expect(lab.programs).toContainText('tcp_slow_strt');
  await lab.page.reload();
  await expect(lab.programs).toContainText('tcp_slow_strt', { timeout: 20_000 });
});

const BAD: readonly (readonly [string, string, string, RegExp])[] = [
  ['a program that loops for ever', 'goto c', 'infinite loop detected', /1,?000,?000|fuel|instructions/i],
  [
    'a store outside the arena',
    'r1 = 0\n*(u64 *)(r1 + 0) = r1\nexit',
    "R1 invalid mem access 'scalar'",
    /store|fault|outside/i,
  ],
];

for (const [what, body, refusal, message] of share(BAD, 1)) {
  test(`${what} is refused; run all the same it is stopped, its line is named, the page goes on`, async ({ lab }) => {
    await lab.replaceText(withCongAvoid(body));
    await lab.press('Control+Enter');
    await expect(lab.notices).toContainText(refusal, { timeout: 20_000 });
    await lab.press('Escape', 'Tab');
    await lab.command('Restart, and run what the verifier refuses');
    await expect(lab.notices).toContainText(/stopped/i, { timeout: 20_000 });
    await expect(lab.notices).toContainText(message);
    await expect(lab.notices).toContainText('bpf_reno.s:');
    await lab.command('Next state');
    await expect(lab.status).toContainText('Paused');
  });
}

test('a congestion window of 0 is reported, and used as 1', { tag: '@long' }, async ({ lab }) => {
  await lab.replaceText(
    withCongAvoid('r6 = *(u64 *)(r1 + 0)\nr2 = 0\n*(u32 *)(r6 + tcp_sock.snd_cwnd) = r2\nr0 = 0\nexit'),
  );
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText(/window of 0/i, { timeout: 20_000 });
  await expect(lab.notices).toContainText('bpf_reno.s:');
});

test('a hundred thousand characters at once, in one line or in many, are one edit', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  const kept = (words: string): Promise<boolean> =>
    page.evaluate((text) => Object.values(localStorage).some((value) => String(value).includes(text)), words);
  for (const [text, end] of [
    [`; ${'r1 += 5 '.repeat(12_500)}end`, 'r1 += 5 end'],
    [`${'  r1 += 5\n'.repeat(10_000)}; end`, '; end'],
  ] as const) {
    const before = Date.now();
    await lab.replaceText(text);
    await expect.poll(() => kept(end)).toBe(true);
    // typed character by character this would take minutes
    expect(Date.now() - before).toBeLessThan(15_000);
    await lab.press('Control+z');
    await expect.poll(() => kept(end)).toBe(false);
    await lab.press('Escape', 'Tab');
  }
});

test('completion offers the fields of the struct', { tag: '@long' }, async ({ lab }) => {
  await lab.replaceText(
    '.struct_ops tcp_congestion_ops\n.name "x"\n.section struct_ops/ssthresh\nf:\n  r0 = *(u32 *)(r1 + tcp_sock.snd_cw',
  );
  await lab.press('Control+Space');
  await expect(lab.page.locator('.suggest-widget.visible')).toContainText('snd_cwnd');
});

test('hover over a field shows its offset and type', { tag: '@long' }, async ({ lab }) => {
  await lab.edit();
  await lab.programs.getByText('tcp_sock.snd_cwnd').first().hover();
  await expect(lab.page.locator('.monaco-hover').first()).toContainText('1500', { timeout: 15_000 });
});

test('hover shows the encoded instruction of a line, also in the other syntax', { tag: '@long' }, async ({ lab }) => {
  await lab.replaceText(withCongAvoid('r2 = *(u32 *)(r1 + 16)\nexit'));
  await lab.programs.getByText('u32', { exact: true }).last().hover();
  const hover = lab.page.locator('.monaco-hover:visible');
  await expect(hover).toContainText('ldxw %r2, [%r1+16]');
  await expect(hover).toContainText('Loads 4 bytes, zero-extended');
});

test('a program that the kernel refuses is named with errno and message', { tag: '@long' }, async ({ lab }) => {
  await lab.replaceText(withCongAvoid('callx r1\nexit'));
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('EINVAL: unknown opcode 8d');
});

test('go to definition, rename in every meaning, tidy columns', { tag: '@long' }, async ({ lab, page }) => {
  await lab.replaceText(
    '.struct_ops tcp_congestion_ops\n.section struct_ops/ssthresh\none:\nr0=2\nif r0 > 1 goto done\ncall two\ndone:\nexit\n.section .text\ntwo:\nr0 = 3\nexit\n',
  );
  await lab.press('Control+s');
  await expect(lab.programs).toContainText('  r0 = 2');
  await lab.press('Control+Home');
  for (let i = 0; i < 5; i++) await lab.press('ArrowDown');
  await lab.press('End', 'ArrowLeft', 'F12');
  await lab.press('F2');
  const name = page.getByLabel('New name');
  await expect(name).toHaveValue('two');
  await name.fill('one');
  await name.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('one is already a name in this text.');
  await name.fill('three');
  await name.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(lab.programs).toContainText('call three');
  await expect(lab.programs).toContainText('three:');
});

test('mnemonics become pseudo-C', { tag: '@long' }, async ({ lab }) => {
  await lab.replaceText('mov32 %r0, 1\nadd %r0, 2\nexit\n');
  await lab.command('The other syntax');
  await expect(lab.programs).toContainText('w0 = 1');
  await expect(lab.programs).toContainText('r0 += 2');
});

test('the menu of fixes shows its lines whole at its first opening @long', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await lab.replaceText(withCongAvoid('call tcp_slow_strt\nr0 = 0\nexit'));
  await expect(lab.programs.getByRole('button', { name: /problem/ })).toBeVisible();
  await lab.command('To the editor');
  await lab.press('Control+Home', ...Array.from({ length: 11 }, () => 'ArrowDown'), 'End', 'Control+.');
  const line = page.locator('.action-widget .action .title').first();
  await expect(line).toHaveText(/^Change to tcp_slow_start/);
  expect(await line.evaluate((title) => title.scrollWidth - title.clientWidth)).toBeLessThanOrEqual(0);
  const { x, y, width, height } = await boxOf(page.locator('.action-widget').first());
  expect([x >= 0, y >= 0, x + width <= 1280, y + height <= 720]).toEqual([true, true, true, true]);
});
