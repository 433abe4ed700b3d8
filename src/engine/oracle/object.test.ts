import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { PROFILES } from '../kernel/profiles.ts';
import { registerObject } from './object.ts';

const FIXTURES = join(import.meta.dirname, '../libbpf/fixtures');
const SHARED = join(import.meta.dirname, '../../../../shared');

function register(file: string, version = 'v6.12') {
  const bytes = new Uint8Array(readFileSync(file));
  const name = file.slice(file.lastIndexOf('/') + 1);
  const { ok, lines } = registerObject(bytes, name, shippedBtf(version), PROFILES[version]);
  return { ok, lines: lines.filter(({ level }) => level !== 'debug').map(({ level, text }) => `${level}: ${text}`) };
}

test('an object with subprograms loads and registers', () => {
  expect(register(join(FIXTURES, 'my_subprog.bpf.o'))).toEqual({
    ok: true,
    lines: [
      'result: btf id 2',
      'result: map my_subprog id 1',
      'result: prog sp_ssthresh id 1 insns 16',
      'result: prog sp_avoid id 2 insns 45',
      'result: prog sp_undo id 3 insns 11',
      'result: Registered tcp_congestion_ops my_subprog id 1',
    ],
  });
});

test('one that calls kernel functions, too: its BTF is made fit for the kernel', () => {
  expect(register(join(FIXTURES, 'my_kfunc2.bpf.o'))).toMatchObject({
    ok: true,
    lines: expect.arrayContaining(['result: Registered tcp_congestion_ops my_kfunc2 id 1']),
  });
});

test('a file that is not an object is refused, with the place', () => {
  const { ok, lines } = registerObject(new Uint8Array(80), 'zero.o', shippedBtf('v6.12'), PROFILES['v6.12']);
  expect([ok, lines.at(-1)?.text]).toEqual([false, 'failed to open zero.o: not an ELF file (offset 0)']);
});

/** Output of bpftool for each object that a kernel refused (bad_write is refused by the verifier only). */
const REFUSALS: readonly (readonly [object: string, said: readonly string[]])[] = [
  ['bad_noundo', ["error: can't register struct_ops bad_noundo: Invalid argument (-22)"]],
  ['bad_dupname', ["error: can't register struct_ops bad_dupname: File exists (-17)"]],
  [
    'bad_gpl',
    [
      "warn: prog 'bg_ssthresh': BPF program load failed: Invalid argument",
      "warn: prog 'bg_ssthresh': -- BEGIN PROG LOAD LOG --\nstruct ops programs must have a GPL compatible license\n" +
        'processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n' +
        '-- END PROG LOAD LOG --',
      "warn: prog 'bg_ssthresh': failed to load: -22",
      "warn: failed to load object 'bad_gpl.bpf.o'",
    ],
  ],
];

test.skipIf(!existsSync(SHARED)).each(['6.1', '6.12', '6.18'])('objects that %s took or refused', (version) => {
  const file = (name: string) => join(SHARED, 'oracle/objects', version, `${name}.bpf.o`);
  for (const [name, said] of REFUSALS) {
    const { ok, lines } = register(file(name), `v${version}`);
    expect([name, ok]).toEqual([name, false]);
    expect(lines).toEqual(expect.arrayContaining([...said]));
  }
  for (const name of ['my_reno', 'my_aimd', 'my_kfunc', 'my_kfunc2', 'my_subprog']) {
    expect([name, register(file(name), `v${version}`).ok]).toEqual([name, true]);
  }
});
