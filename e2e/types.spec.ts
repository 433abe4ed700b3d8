/** struct_ops types that a person declares, members called by hand, and contents of maps. */
import type { Locator, Page } from '@playwright/test';
import { expect, type Lab, test } from './fixtures.ts';

const form = (page: Page): Locator => page.getByRole('region', { name: 'Call a member by hand' });
const answers = (page: Page): Locator => form(page).getByRole('log', { name: 'Answers' });

const TYPES = `struct left { unsigned int n; };
struct gate_ops {
	int (*open)(int how_far, unsigned int who);
	void (*shut)(struct left *left);
};
`;

const PROGRAM = `.struct_ops gate_ops
.name "gate"
.section struct_ops/open
gate_open:
  w0 = *(u32 *)(r1 + 0)
  w2 = *(u32 *)(r1 + 8)
  w0 -= w2
  exit
.section struct_ops/shut
gate_shut:
  r2 = *(u64 *)(r1 + 0)
  w3 = 9
  *(u32 *)(r2 + 0) = w3
  r0 = 0
  exit
`;

const DUMMY = `.struct_ops bpf_dummy_ops
.license "GPL"
.section struct_ops/test_1
dummy_test_1:
  r0 = 77
  exit
`;

async function declare(lab: Lab, types: string): Promise<void> {
  await lab.command('Declare a struct_ops type');
  await expect(lab.programs.getByRole('tab', { name: 'types.h', selected: true })).toBeVisible();
  await lab.replaceText(types);
}

/** The machine has the types once it was restarted with them. */
async function restart(lab: Lab): Promise<void> {
  await expect(lab.programs).toContainText('at its next start');
  await lab.press('Control+Enter');
  await expect(lab.programs).not.toContainText('at its next start');
  await lab.press('Escape', 'Tab');
}

test('a type is declared, implemented, registered, and its members are called', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await declare(lab, TYPES);
  await restart(lab);
  await lab.command('Begin a program for the declared struct_ops type');
  await expect(lab.programs.getByRole('tab', { name: 'gate_ops-2.s', selected: true })).toBeVisible();
  await expect(lab.programs).toContainText('.section struct_ops/shut');
  await lab.replaceText(PROGRAM);
  await lab.press('Control+Shift+Enter');
  await lab.expectAt('C', 'INUSE');
  await lab.press('Escape', 'Tab');
  await lab.command('Map: Call a member by hand');
  await expect(form(page)).toContainText('int (*open)(int how_far, unsigned int who)');
  await form(page).getByLabel('how_far').fill('40');
  await form(page).getByLabel('who').fill('-2');
  await lab.press('Enter');
  await expect(answers(page)).toContainText('open(40, -2) = 42');
  await form(page).getByLabel('how_far').fill('forty');
  await lab.press('Enter');
  await expect(form(page).getByRole('alert')).toContainText('how_far: a number of at most 64 bits');
  await form(page).getByLabel('member').selectOption('shut');
  await form(page).getByLabel('left').fill('ff');
  await lab.press('Enter');
  await expect(answers(page)).toContainText(/shut\(ff\); argument 1: .*9/s);
});

test('an error in the declaration is marked at its place, and the run stays unchanged', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await declare(lab, 'struct gate_ops {\n\tint (*open)(int)\n};\n');
  await expect(page.locator('.squiggly-error').first()).toBeAttached({ timeout: 20_000 });
  await lab.press('Control+Enter');
  await expect(lab.notices).toContainText('types.h declares no type');
  await expect(lab.notices).toContainText('D0101');
  await lab.press('Escape', 'Tab');
  await lab.expectAt('A', 'TOBEFREE');
});

test('a program with types that the machine lacks is told so', { tag: '@long' }, async ({ lab }) => {
  await declare(lab, TYPES);
  await lab.press('Escape', 'Tab');
  await lab.command('Begin a program for the declared struct_ops type');
  await expect(lab.programs.getByRole('tab', { name: 'gate_ops-2.s', selected: true })).toBeVisible();
  await lab.command('Register this text as a new map');
  await expect(lab.notices).toContainText('lacks gate_ops as declared in types.h');
});

test('a value struct with its own init gets a warning, and can be tried', { tag: '@long' }, async ({ lab, page }) => {
  const value = `struct bpf_struct_ops_gate_ops {
	struct bpf_struct_ops_common_value common;
	int (*init)(struct gate_ops *data);
	struct gate_ops data;
};
`;
  await declare(lab, TYPES + value);
  await expect(page.locator('.squiggly-warning').first()).toBeAttached({ timeout: 20_000 });
  await restart(lab);
  await lab.command('Begin a program for the declared struct_ops type');
  await lab.replaceText('.struct_ops gate_ops\n.name "gate"\n');
  await lab.press('Control+Shift+Enter');
  await expect(lab.notices).toContainText('init: no member is implemented');
});

test('a program of bpf_dummy_ops runs by BPF_PROG_TEST_RUN', { tag: '@long' }, async ({ lab, page }) => {
  await lab.replaceText(DUMMY);
  await lab.press('Control+Shift+Enter');
  await lab.press('Escape', 'Tab');
  await lab.command('Map: Call a member by hand');
  await form(page).getByLabel('member').selectOption('test_1');
  await form(page).getByRole('textbox').first().focus();
  await lab.press('Enter');
  await expect(answers(page)).toContainText('test_1(00) = 77');
});

test('any struct: calls by hand come and go with the time', { tag: '@long' }, async ({ lab, page }) => {
  await lab.command('Scenario: Any struct');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Map: Call a member by hand');
  await expect(answers(page)).toContainText('step(05000000, 3) = 8');
  await lab.press('.', '.');
  await expect(answers(page)).toContainText('scale(14) = 42');
  await form(page).getByLabel('member').selectOption('reset');
  await form(page).getByLabel('counter').focus();
  await lab.press('Enter');
  await expect(lab.notices).toContainText('reset is not implemented');
  await expect(answers(page)).toContainText('reset is not implemented');
});

test('built by clang: contents of its maps, and a ring buffer that is read', { tag: '@long' }, async ({
  lab,
  page,
}) => {
  await lab.command('Scenario: Built by clang');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Show processes, maps and programs');
  const listing = page.getByRole('region', { name: 'Processes, maps and programs' });
  await expect(listing).toContainText('its creator noted');
  await listing.locator('summary', { hasText: 'sk_storage' }).focus();
  await lab.press('Enter');
  const sockets = listing.getByRole('table', { name: 'Elements of sockets' });
  await expect(sockets.getByRole('row')).toHaveCount(2);
  await expect(sockets).toContainText(/socket 1.*losses \d+, greatest_cwnd \d+/);
  await listing.locator('summary', { hasText: 'ringbuf' }).focus();
  await lab.press('Enter');
  const losses = listing.getByRole('table', { name: 'Elements of losses' });
  await expect(losses.getByRole('row')).toHaveCount(5);
  await listing.getByRole('button', { name: 'Read the ring buffer' }).focus();
  await lab.press('Enter');
  await expect(listing).toContainText('Everything was read.');
  await expect(listing).toContainText('ringbuf');
  await lab.command('To the start');
  await expect(sockets).toHaveCount(0);
});

test('each scenario has its own texts, and they come back with it', { tag: '@long' }, async ({ lab }) => {
  await lab.command('Scenario: Any struct');
  await lab.expectAt('A', 'INUSE');
  await lab.edit();
  await lab.press('Escape', 'Tab');
  await lab.command('Declare a struct_ops type');
  await expect(lab.programs).toContainText('struct counter_ops {');
  await lab.command('Scenario: Replace while connected');
  await lab.expectAt('A', 'TOBEFREE');
  await expect(lab.programs.getByRole('tab')).toHaveText(['bpf_reno.s', 'bpf_aimd.s']);
  await lab.command('Scenario: Any struct');
  await lab.expectAt('A', 'INUSE');
  await lab.command('Declare a struct_ops type');
  await expect(lab.programs).toContainText('struct counter_ops {');
});
