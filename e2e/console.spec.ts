/** The life of a map by console commands: typed, seen in the other views, and undone by going back in time. */
import type { Page } from '@playwright/test';
import { expect, type Lab, test, violations } from './fixtures.ts';

const prompt = (page: Page) => page.getByRole('textbox', { name: 'Command line' });
const output = (page: Page) => page.getByRole('log', { name: 'Output of the console' });

/** Types a line, and waits until the output shows it. */
async function type(lab: Lab, line: string): Promise<void> {
  await expect(prompt(lab.page)).toBeFocused();
  await lab.page.keyboard.insertText(line);
  await lab.press('Enter');
  await expect(prompt(lab.page)).toHaveValue('');
  await expect(output(lab.page).locator('pre[data-kind="typed"]').last()).toHaveText(`# ${line}`, { timeout: 20_000 });
}

const last = (lab: Lab) => output(lab.page).locator('pre').last();

async function openConsole(lab: Lab): Promise<void> {
  await lab.command('Show the console');
  await expect(prompt(lab.page)).toBeFocused({ timeout: 20_000 });
}

test('from struct_ops register to FREED: typed, seen in every other view, undone by going back', async ({ lab }) => {
  await openConsole(lab);
  await type(lab, 'ls');
  await expect(last(lab)).toContainText('bpf_reno.s');

  await type(lab, 'bpftool struct_ops unregister name nosuch');
  await expect(last(lab)).toHaveText('Error: no struct_ops found for nosuch');
  await type(lab, 'bpftool struct_ops register bpf_reno.s');
  await expect(last(lab)).toHaveText(/Registered tcp_congestion_ops \S+ id \d+/);
  const registered = Number(/id (\d+)/.exec((await last(lab).textContent()) ?? '')?.[1]);
  await lab.expectAt('C', 'INUSE');

  // its calls are in Sequence
  await lab.command('Show the sequence of system calls');
  await expect(lab.lifecycle).toContainText('BPF_MAP_UPDATE_ELEM');
  await lab.command('Show the state machine');

  await prompt(lab.page).focus();
  await type(lab, `bpftool -j map dump id ${registered} | jq ".[0].formatted.value.common.state"`);
  await expect(last(lab)).toHaveText('"BPF_STRUCT_OPS_STATE_INUSE"');
  await type(lab, `bpftool struct_ops unregister id ${registered}`);
  await expect(last(lab)).toHaveText(/Unregistered/);
  await type(lab, `bpftool map show id ${registered}`);
  await expect(last(lab)).toHaveText(`Error: get map by id (${registered}): No such file or directory`);

  // time advances: after the grace period the map is freed
  const rows = await output(lab.page).locator('pre').count();
  await lab.press('Shift+Tab');
  for (let i = 0; i < 6; i++) {
    if ((await lab.station('FREED').textContent())?.includes('C')) break;
    await lab.step('n');
  }
  await lab.expectAt('C', 'FREED');
  expect(await violations(lab.page)).toEqual([]);

  // back, state by state: later output disappears
  for (let i = 0; i < 20; i++) {
    if ((await output(lab.page).locator('pre').count()) === 0) break;
    await lab.step('Shift+N');
  }
  await expect(output(lab.page).locator('pre')).toHaveCount(0);
  expect(rows).toBeGreaterThan(8);
  await expect(lab.station('INUSE')).not.toContainText('C');
});

test('history, completion, and a link to a map', { tag: '@long' }, async ({ lab }) => {
  await openConsole(lab);
  await lab.page.keyboard.insertText('bpft');
  await lab.press('Tab');
  await expect(prompt(lab.page)).toHaveValue('bpftool');
  await lab.page.keyboard.insertText(' st');
  await lab.press('Tab');
  await expect(prompt(lab.page)).toHaveValue('bpftool struct_ops ');
  await lab.page.keyboard.insertText('li');
  await lab.press('Tab');
  await expect(prompt(lab.page)).toHaveValue('bpftool struct_ops list ');
  await lab.press('Enter');
  await expect(output(lab.page).getByRole('button').first()).toBeVisible({ timeout: 20_000 });
  await lab.press('ArrowUp');
  await expect(prompt(lab.page)).toHaveValue(/^bpftool struct_ops list/);
  await lab.press('ArrowDown');
  await expect(prompt(lab.page)).toHaveValue('');
  await lab.press('n');
  await expect(prompt(lab.page)).toHaveValue('n');
  await lab.press('Backspace');
  await type(lab, 'nosuch');
  await expect(last(lab)).toContainText('command not found');
  await type(lab, 'flow list');
  const flow = output(lab.page).getByRole('button', { name: 'bpf_reno' }).first();
  await expect(flow).toHaveAttribute('title', 'Show map A');
  await type(lab, 'bpftool prog show');
  const program = output(lab.page).getByRole('button', { name: 'reno_ssthresh' }).first();
  await program.focus();
  await lab.press('Enter');
  await expect(program).toHaveAttribute('title', 'Show ssthresh of map A');
  await prompt(lab.page).focus();
  await type(lab, 'ls');
  await output(lab.page).getByRole('button', { name: 'bpf_reno.s' }).last().press('Enter');
  await prompt(lab.page).focus();
  // clear is a line of the log like any other: earlier lines are hidden
  await lab.page.keyboard.insertText('clear');
  await lab.press('Enter');
  await expect(output(lab.page).locator('pre')).toHaveCount(0, { timeout: 20_000 });
});
