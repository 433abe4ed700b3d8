import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { assemble } from './assembler.ts';
import { mnemonicProgram } from './convert.ts';
import { disassembleProgram } from './disassembler.ts';
import { assembleBare } from './assembler.ts';
import { linkProgram } from './link.ts';
import { assembleMnemonic } from './mnemonic.ts';

const symbols = symbolsFromBtf(shippedBtf());
const reno = readFileSync(join(import.meta.dirname, '../../scenarios/programs/bpf_reno.s'), 'utf8');

test('a text as mnemonics assembles to the same instructions, and comes back as pseudo-C', () => {
  const { value } = assemble(reno, symbols);
  const made = mnemonicProgram(reno, symbols) ?? '';
  const parts = made.split(/^# .*$/m).filter((part) => part.trim() !== '');
  expect(made).toMatch(/^# ssthresh: reno_ssthresh$/m);
  expect(parts).toHaveLength(3);
  for (const [i, { name }] of value.functions.entries()) {
    const insns = linkProgram(value, name)?.insns;
    const again = assembleMnemonic(parts[i]);
    expect(again.diagnostics).toEqual([]);
    expect(again.value.insns).toEqual(insns);
    expect(assembleBare(disassembleProgram(again.value.insns)).value.insns).toEqual(insns);
  }
});

test('a text that does not assemble is not converted', () => {
  expect(mnemonicProgram(`${reno}\n  nonsense`, symbols)).toBeNull();
});
