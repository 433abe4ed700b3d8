/** Objects and texts that caused problems, with the results of Linux and libbpf. The sources are beside the objects. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openBtf } from '../engine/btf/read.ts';
import { createBtfWriter } from '../engine/btf/write.ts';
import { btfVerb } from './btf.ts';
import type { Verb } from './cli.ts';
import { objectVerb } from './object.ts';
import { simVerb } from './sim.ts';

afterEach(() => vi.restoreAllMocks());

const file = (name: string): string => join(import.meta.dirname, 'fixtures/field', name);

/** Status of a verb, and all that it wrote. */
function lab(verb: Verb, ...args: string[]): { readonly status: number; readonly text: string } {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const status = verb.run(args);
  vi.restoreAllMocks();
  return { status, text: lines.join('\n') };
}

const REGISTERED = /Registered tcp_congestion_ops \w+ /;

/** Loads on 6.12, and what its init() prints in a run. */
test.each([
  ['common_kfuncs', ['s 10']],
  ['core_whole_btf_exists', ['skb 1 task 1 net 1', 'bictcp 1 proto 1', 'f 1 g 1']],
  ['core_whole_btf_fields', ['pace 1', 'TCP in 4026531840']],
  ['dead_core_enum', ['seen 413']],
  ['dead_core_field', []],
  ['flavor_register', []],
  ['attach_target', []],
  ['each_elem', ['array 5 10 100', 'hash 4 406 812', 'locked 7']],
  ['maps_absent', []],
  ['maps_in_maps', ['0: 1', '1: none', '2: 10', '1: 110', '3: none', 'rounds 34']],
  ['map_pinned', []],
  ['kconfig_two', ['250 60c75']],
  ['kconfig_wrapper', ['1']],
  ['printk_ip', ['before', 'to 10.0.0.2', 'after']],
  ['ringbuf_size', []],
  ['setsockopt_cdg', ['cdg -524']],
  ['setsockopt_others', ['sndbuf 0', 'nodelay 0', 'tos 0', 'maxseg 0 1448']],
  ['socket_identity', ['num 32770 dport 5114 prot 6', 'saddr 100000a daddr 200000a net 1']],
] as const)('%s loads and runs', (name, said) => {
  expect(lab(objectVerb, file(`${name}.bpf.o`))).toMatchObject({ status: 0, text: expect.stringMatching(REGISTERED) });
  const { status, text } = lab(simVerb, '--cc', file(`${name}.bpf.o`), '--seconds', '0.3');
  const traced = text.split('\n').flatMap((line) => /trace: (.*)$/.exec(line)?.[1] ?? []);
  expect([status, traced]).toEqual([0, said]);
});

/** Refused, in the words of libbpf, the verifier or this machine. */
test.each([
  ['cong_control_old', "R1 invalid mem access 'scalar'"],
  ['extern_function', "failed to find BTF for extern 'lib_fn' [7] section: -2"],
  [
    'live_core',
    '1: <invalid CO-RE relocation>\n' +
      'failed to resolve CO-RE relocation <byte_off> [5] struct tcp_sock___later.field_of_tomorrow (0:0 @ offset 0)\n',
  ],
  ['map_extra_enum64', "map 'm': failed to create: Invalid argument(-22)"],
  ['open_checks_1', "map 'm': unsupported map linkage static."],
  ['open_checks_3', "map 'm': conflicting key size 8 != 4."],
  ['values_wrong_1', ".maps relo #0: hash-of-maps 'outer' should have key size 4."],
  ['values_wrong_2', "map 'outer': failed to initialize slot [0] to map 'three' fd=4: -22"],
  ['values_wrong_3', ".maps relo #0: 'data' isn't a BTF-defined map"],
  ['attach_target_absent', "prog 'f': failed to find kernel BTF type ID of 'no_such_function': -3"],
  ['timer', 'helper bpf_timer_init#169 is not in this machine'],
  ['timer_dynptr', 'helper bpf_dynptr_from_mem#197 is not in this machine'],
  ['timer_task', 'helper bpf_get_current_task#35 is not in this machine'],
  ['other_order', "object 'other_order': loading non-native endianness is unsupported"],
  ['open_checks_6', "map 'm': attr 'type': expected PTR, got int."],
])('%s is refused', (name, said) => {
  expect(lab(objectVerb, file(`${name}.bpf.o`))).toMatchObject({ status: 1, text: expect.stringContaining(said) });
});

test('a cong_control of older kernels works on those', () => {
  expect(lab(objectVerb, file('cong_control_old.bpf.o'), '--kernel', 'v6.1').status).toBe(0);
  expect(lab(simVerb, '--cc', file('cong_control_old.bpf.o'), '--kernel', 'v6.1', '--seconds', '0.3').status).toBe(0);
});

test('bpf_dummy_ops gets memory as in its selftest', () => {
  const { text } = lab(objectVerb, file('dummy_pointer.bpf.o'), '--call', 'test_1 [2a000000]');
  expect(text).toContain('test_1(2a000000) = 42; argument 1: 5a 00 00 00');
});

test('state lines of a verifier log are not read as instructions', () => {
  expect(lab(simVerb, '--cc', file('verifier_log_pasted.s'), '--seconds', '0.3').status).toBe(0);
});

test('a BTF header of a later version is read by its length', () => {
  const dumped = lab(btfVerb, 'dump', file('btf_header32.btf'));
  expect(dumped.text).toBe("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n");
});

test('of several maps of an object one can be named; otherwise the first is used', () => {
  const args = ['--cc', file('flavor_register.bpf.o'), '--seconds', '0.3', '--map'];
  expect(lab(simVerb, ...args, 'z').status).toBe(0);
  expect(() => lab(simVerb, ...args, 'other')).toThrow('has no map "other"; there are z');
});

test('a map kind that is not modelled: the machine says so', () => {
  const { status, text } = lab(objectVerb, file('map_task.bpf.o'));
  expect([status, text]).toEqual([1, expect.stringContaining('is not in this machine')]);
});

/** A module's types: a struct whose member is of a type of the kernel. */
function moduleOver(base: string): Uint8Array {
  const kernel = openBtf(new Uint8Array(readFileSync(base)));
  if (!kernel.ok) throw new Error(kernel.error.message);
  const writer = createBtfWriter(kernel.value);
  const member = { name: 'sk', type: kernel.value.find('STRUCT', 'tcp_sock'), bitOffset: 0, bitSize: 0 };
  writer.add({ kind: 'STRUCT', name: 'of_a_module', size: 3000, members: [member] });
  return writer.finish();
}

test('types of the other byte order, and split BTF', () => {
  expect(lab(btfVerb, 'dump', file('other_order.bpf.o')).text).toContain("STRUCT 'first' size=16 vlen=2");
  const base = join(import.meta.dirname, '../../public/btf/v6.12.btf');
  const module = join(mkdtempSync(join(tmpdir(), 'module-')), 'module.btf');
  writeFileSync(module, moduleOver(base));
  expect(lab(btfVerb, 'dump', module).status).toBe(1);
  const over = lab(btfVerb, 'dump', module, '--base', base);
  expect([over.status, over.text]).toEqual([0, expect.stringMatching(/^\[\d{3,}\] STRUCT 'of_a_module' size=/)]);
});

test('an archive is recognised', () => {
  expect(lab(objectVerb, file('objects.a')).text).toMatch(/an archive of objects.*ar x/);
});
