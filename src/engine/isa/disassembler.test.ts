import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arbitrary, assert as check, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { assembleBare } from './assembler.ts';
import { disassemble, disassembleProgram, kernelLine } from './disassembler.ts';
import { randomRun } from '../vm/testing/random-program.ts';
import { decode, decodeAll, encode, type Insn, insn } from './insn.ts';
import { instructionDoc } from './instruction-docs.ts';
import { INSTRUCTIONS, type InstructionSpec, SHAPES, specOf } from './instructions.ts';
import { assembleMnemonic } from './mnemonic.ts';
import { OPCODE } from './opcodes.ts';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const s32 = integer({ min: -0x80000000, max: 0x7fffffff });
const s16 = integer({ min: -0x8000, max: 0x7fff });

/** Any instruction of a row; jumps stay within a program of one instruction. */
function instances(spec: InstructionSpec): Arbitrary<Insn> {
  const uses = (field: string): boolean => (SHAPES[spec.shape] as readonly string[]).includes(field);
  const isJump = /\{(to|pc)\}/.test(spec.pseudo);
  const distance = integer({ min: -1, max: -1 });
  return record({
    dst: integer({ min: 0, max: uses('dst') ? 10 : 0 }),
    src: uses('src') ? integer({ min: 0, max: 10 }) : integer({ min: spec.src ?? 0, max: spec.src ?? 0 }),
    off: uses('off') ? (isJump ? distance : s16) : integer({ min: spec.off ?? 0, max: spec.off ?? 0 }),
    imm: uses('imm')
      ? isJump && spec.shape !== 'jump-imm'
        ? distance
        : s32
      : integer({ min: spec.imm ?? 0, max: spec.imm ?? 0 }),
    high: uses('high') ? s32 : integer({ min: 0, max: 0 }),
  }).map((fields) => insn(spec.opcode, fields));
}

const anyInsn = constantFrom(...INSTRUCTIONS).chain(instances);

describe('round trips', () => {
  test('pseudo-C: assemble(disassemble(x)) is x', () => {
    check(
      property(anyInsn, (x) => {
        const text = disassemble(x, 'llvm') ?? '';
        const { value, diagnostics } = assembleBare(text);
        expect([text, diagnostics.filter(({ severity }) => severity === 'error')]).toEqual([text, []]);
        expect([text, decode(value.insns, 0)]).toEqual([text, x]);
      }),
      { numRuns: runs(3000, 100000) },
    );
  });

  test('mnemonics: assemble(disassemble(x)) is x', () => {
    check(
      property(anyInsn, (x) => {
        const text = disassemble(x, 'mnemonic') ?? '';
        const { value, diagnostics } = assembleMnemonic(text);
        expect([text, diagnostics]).toEqual([text, []]);
        expect([text, decode(value.insns, 0)]).toEqual([text, x]);
      }),
      { numRuns: runs(3000, 100000) },
    );
  });

  test('from one syntax to the other and back', () => {
    check(
      property(anyInsn, (x) => {
        const pseudo = disassemble(x, 'llvm') ?? '';
        const mnemonic = disassemble(decode(assembleBare(pseudo).value.insns, 0), 'mnemonic') ?? '';
        const back = disassemble(decode(assembleMnemonic(mnemonic).value.insns, 0), 'llvm');
        expect([mnemonic, back]).toEqual([disassemble(x, 'mnemonic'), pseudo]);
      }),
      { numRuns: runs(3000, 100_000) },
    );
  });

  test('whole programs, with their jumps and calls', () => {
    check(
      property(randomRun, ({ insns }) => {
        const bytes = insns(0x400000);
        const pseudo = assembleBare(disassembleProgram(bytes));
        expect(pseudo.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(pseudo.value.insns).toEqual(bytes);
        const lines = decodeAll(bytes).map((x) => disassemble(x, 'mnemonic'));
        expect(assembleMnemonic(lines.join('\n')).value.insns).toEqual(bytes);
      }),
      { numRuns: runs(300, 10_000) },
    );
  });

  test('a program with labels', () => {
    const text = 'r1 = 5 ll\nl:\nif r1 == 0 goto m\nr1 -= 1\ncall f\ngoto l\nm:\nr0 = 0\nexit\nf:\nexit';
    const { value } = assembleBare(text);
    const again = disassembleProgram(value.insns);
    expect(again).toContain('  call L8\n  goto L2\nL6:\n  r0 = 0\n');
    expect(assembleBare(again).value.insns).toEqual(value.insns);
  });
});

test("the kernel's own text, as 6.12 printed it", () => {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/disassembly-6.12.json'), 'utf8')) as [
    string,
    string,
  ][];
  const wrong = recorded
    .map(([hex, text]) => [hex, text, kernelLine(decode(bytesOf(hex), 0))])
    .filter(([, theirs, ours]) => theirs !== ours);
  expect(wrong).toEqual([]);
});

test('instructions that do not exist', () => {
  expect(kernelLine(decode(bytesOf('db21000077000000'), 0))).toBe('BUG_db');
  expect(kernelLine(decode(bytesOf('8f00000000000000'), 0))).toBe('(8f) BUG_8f');
  expect(disassemble(decode(bytesOf('8f00000000000000'), 0), 'llvm')).toBeNull();
});

test('every row is found by its encoding, and has an explanation', () => {
  for (const spec of INSTRUCTIONS) {
    const x = insn(spec.opcode, { src: spec.src ?? 0, off: spec.off ?? 0, imm: spec.imm ?? 0 });
    expect([spec.name, specOf(x)?.name]).toEqual([spec.name, spec.name]);
    expect(instructionDoc(spec)).toMatch(/^[A-Z].*\.$/);
    expect(instructionDoc(spec)).not.toMatch(/undefined|[{}]/);
  }
  expect(encode([insn(OPCODE.LDDW, { dst: 1, imm: 1, high: 2 })]).length).toBe(16);
});
