/**
 * Runs every instruction in both engines. Instructions that the recorded programs lack are here, with results from RFC
 * 9669.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assembleBare } from '../isa/assembler.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { INSTRUCTIONS, type InstructionSpec, specOf } from '../isa/instructions.ts';
import { NO_SYMBOLS } from '../isa/symbols.ts';
import { WIDE_KIND } from '../isa/opcodes.ts';
import { KernelFunctions } from '../vm/functions.ts';
import { bpfLoop } from '../vm/loop.ts';
import { BpfMachine } from '../vm/machine.ts';
import { Memory } from '../vm/memory.ts';

/** [text, r0]. The frame's first u64 and r3 are 0x8877665544332211, r4 is -5, r5 is 7. */
const CASES: readonly (readonly [string, string])[] = [
  ['r0 = 10\nr0 -= r4', '0xf'],
  ['w0 = -1\nw5 = 4\nw0 >>= w5', '0xfffffff'],
  ['r0 = r3\nr0 = le16 r0', '0x2211'],
  ['r0 = r3\nr0 = le32 r0', '0x44332211'],
  ['r0 = r3\nr0 = le64 r0', '0x8877665544332211'],
  ['r0 = r3\nr0 = be32 r0', '0x11223344'],
  ['r0 = r3\nr0 = bswap16 r0', '0x1122'],
  ['r0 = 1\nif w3 == w3 goto +1\nr0 = 2', '0x1'],
  ['r0 = 1\nif r4 >= r5 goto +1\nr0 = 2', '0x1'],
  ['r0 = 1\nif r4 s>= r5 goto +1\nr0 = 2', '0x2'],
  ['r0 = 1\nif r4 <= r5 goto +1\nr0 = 2', '0x2'],
  ['r0 = 1\nif w4 <= w5 goto +1\nr0 = 2', '0x2'],
  ['r0 = 1\nif w4 s< w5 goto +1\nr0 = 2', '0x1'],
  ['r0 = 1\nif r4 s<= r5 goto +1\nr0 = 2', '0x1'],
  ['r0 = 3\nmay_goto +0', '0x3'],
  ['r1 = 6\ncall 77', '0xc'],
  ['r1 = 6\ncall triple', '0x12'],
  ['r0 = load_acquire((u8 *)(r10 - 7))', '0x22'],
  ['r0 = load_acquire((u16 *)(r10 - 6))', '0x4433'],
  ['w0 = load_acquire((u32 *)(r10 - 4))', '0x88776655'],
  ['r0 = load_acquire((u64 *)(r10 - 8))', '0x8877665544332211'],
  ['store_release((u8 *)(r10 - 8), r5)\nr0 = *(u64 *)(r10 - 8)', '0x8877665544332207'],
  ['store_release((u16 *)(r10 - 8), r5)\nr0 = *(u64 *)(r10 - 8)', '0x8877665544330007'],
  ['store_release((u32 *)(r10 - 8), w5)\nr0 = *(u64 *)(r10 - 8)', '0x8877665500000007'],
  ['store_release((u64 *)(r10 - 8), r5)\nr0 = *(u64 *)(r10 - 8)', '0x7'],
  ['*(u16 *)(r10 - 6) = r4\nr0 = *(u64 *)(r10 - 8)', '0x88776655fffb2211'],
  ['*(u32 *)(r10 - 8) = r4\nr0 = *(u64 *)(r10 - 8)', '0x88776655fffffffb'],
  ['lock *(u64 *)(r10 - 8) += r5\nr0 = *(u64 *)(r10 - 8)', '0x8877665544332218'],
  ['r5 = atomic_fetch_or((u64 *)(r10 - 8), r5)\nr0 = *(u64 *)(r10 - 8)\nr0 ^= r5', '0x6'],
  ['w5 = xchg32_32(r10 - 8, w5)\nr0 = *(u64 *)(r10 - 8)\nr0 ^= r5', '0x8877665544332216'],
  ['r0 = 5 ll', '0x5'],
];
const PROLOGUE = 'r3 = 0x8877665544332211 ll\n*(u64 *)(r10 - 8) = r3\nr4 = -5\nr5 = 7\n';

/** Rows that no engine has: legacy packet access and the address spaces of arenas, calls through a register; wide
 * immediates that name something a loader puts in their place, and functions (vm/callbacks.test.ts). */
const NOT_RUN: readonly string[] = ['packet-abs', 'packet-ind', 'call-reg', 'address-space'];
const isRun = ({ shape, src }: InstructionSpec): boolean =>
  !NOT_RUN.includes(shape) && !(shape === 'wide' && src !== WIDE_KIND.VALUE);

const functions = new KernelFunctions();
functions.register({ name: 'twice', kind: 'helper', id: 77, args: ['u32'], ret: 'u32', call: (a) => a * 2 });
functions.register({ name: 'triple', kind: 'kfunc', id: 7, args: ['u32'], ret: 'u32', call: (a) => a * 3 });
functions.register(bpfLoop(functions));
const symbols = { ...NO_SYMBOLS, kfunc: (name: string) => (name === 'triple' ? { id: 7, prototype: '' } : null) };

function assembled(text: string): Uint8Array {
  const { value, diagnostics } = assembleBare(`${PROLOGUE}${text}\nexit`, symbols);
  expect([text, diagnostics]).toEqual([text, []]);
  return value.insns;
}

describe.each(['interpreted', 'compiled'] as const)('%s', (engine) => {
  const machine = new BpfMachine(new Memory(), functions, { engine });
  test.each(CASES)('%s', (text, expected) => {
    const program = machine.prepare(assembled(text));
    if (!program.ok) throw new Error(program.error.message);
    const low = machine.run(program.value, 0);
    expect(`0x${((BigInt(machine.highWord) << 32n) | BigInt(low)).toString(16)}`).toBe(expected);
  });
});

test('no instruction is missing, neither here nor in the recorded programs', () => {
  const seen = new Set<InstructionSpec | null>();
  const see = (bytes: Uint8Array): void => {
    for (const slot of instructionSlots(bytes)) seen.add(specOf(decode(bytes, slot)));
  };
  const { records } = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'isa-6.12.json'), 'utf8')) as {
    records: { insns: string[] }[];
  };
  for (const { insns } of records)
    see(Uint8Array.from(insns.join('').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  for (const [text] of CASES) see(assembled(text));
  const missing = INSTRUCTIONS.filter((spec) => isRun(spec) && !seen.has(spec));
  expect(missing.map(({ name, shape }) => `${name} ${shape}`)).toEqual([]);
});
