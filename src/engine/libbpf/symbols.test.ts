import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { assemble } from '../isa/assembler.ts';
import { linkProgram } from '../isa/link.ts';
import { symbolsFromBtf } from './symbols.ts';

const SRC = join(import.meta.dirname, '..', '..');

function shipped(version: string) {
  const ids = readFileSync(join(SRC, '..', 'public', 'btf', `${version}.ids`));
  const blob = readFileSync(join(SRC, '..', 'public', 'btf', `${version}.btf`));
  const btf = openBtf(new Uint8Array(blob), new Uint32Array(new Uint8Array(ids).buffer));
  if (!btf.ok) throw new Error(btf.error.message);
  return symbolsFromBtf(btf.value);
}

const symbols = shipped('v6.12');

test('fields, enumerators, kfuncs and members come from the shipped BTF', () => {
  expect(symbols.field('tcp_sock', 'is_cwnd_limited')).toEqual({ offset: 1519, size: 1, bit: 5, bitSize: 1 });
  expect(symbols.fields('tcp_sock')).toEqual(expect.arrayContaining(['snd_cwnd', 'icsk_ca_state', 'sk_pacing_rate']));
  expect(symbols.enumerator('tcp_ca_event', 'CA_EVENT_LOSS')).toBe(3n);
  expect(symbols.kfunc('tcp_slow_start')?.prototype).toContain('struct tcp_sock *tp');
  const members = symbols.members('tcp_congestion_ops');
  expect(members.find(({ name }) => name === 'ssthresh')?.isFunction).toBe(true);
  expect(members.find(({ name }) => name === 'flags')?.isFunction).toBe(false);
});

test.each(['v6.12', 'v6.1'])('the sample programs assemble without a diagnostic for %s', (version) => {
  for (const name of ['bpf_reno', 'bpf_aimd']) {
    const text = readFileSync(join(SRC, 'scenarios', 'programs', `${name}.s`), 'utf8');
    const { value, diagnostics } = assemble(text, shipped(version));
    expect(diagnostics).toEqual([]);
    expect(value.structOps).toEqual({ type: 'tcp_congestion_ops', name, flags: 0, link: false });
    expect(value.functions.map(({ member }) => member)).toEqual(['ssthresh', 'undo_cwnd', 'cong_avoid']);
    for (const fn of value.functions) expect(linkProgram(value, fn.name)?.insns.length).toBe(fn.lines.length * 8);
  }
});
