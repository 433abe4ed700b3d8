/* Arithmetic and comparisons on what is known of two values, for reachable.ts. */
import type { Insn } from '../isa/insn.ts';
import { CLASS, classOf, codeOf, usesRegister } from '../isa/opcodes.ts';
import type { Value } from './reachable.ts';

const MASK = 0xffff_ffff_ffff_ffffn;
const signed = (bits: bigint, width: 32 | 64): bigint => BigInt.asIntN(width, bits);

type Operation = (a: bigint, b: bigint, width: 32 | 64) => bigint;

/** By operation code; what is missing here (byte swaps, signed division) leaves nothing known. */
const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x00, (a, b) => a + b],
  [0x10, (a, b) => a - b],
  [0x20, (a, b) => a * b],
  [0x30, (a, b) => (b === 0n ? 0n : a / b)],
  [0x40, (a, b) => a | b],
  [0x50, (a, b) => a & b],
  [0x60, (a, b, width) => a << (b & BigInt(width - 1))],
  [0x70, (a, b, width) => a >> (b & BigInt(width - 1))],
  [0x80, (a) => -a],
  [0x90, (a, b) => (b === 0n ? a : a % b)],
  [0xa0, (a, b) => a ^ b],
  [0xc0, (a, b, width) => signed(a, width) >> (b & BigInt(width - 1))],
]);
const ADD = 0x00;
const SUB = 0x10;
const MOV = 0xb0;
const NEG = 0x80;

/** What an arithmetic instruction leaves in its destination. */
export function alu(insn: Insn, left: Value, right: Value): Value {
  const width = classOf(insn.opcode) === CLASS.ALU64 ? 64 : 32;
  const code = codeOf(insn.opcode);
  if (code === MOV) return insn.off === 0 ? moved(right, width) : undefined;
  if (left?.kind === 'frame' && right?.kind === 'known' && width === 64 && (code === ADD || code === SUB)) {
    const by = Number(signed(right.bits, 64));
    return { kind: 'frame', offset: left.offset + (code === ADD ? by : -by) };
  }
  const isNumber = (value: Value): boolean => value?.kind === 'number' || value?.kind === 'known';
  if (left?.kind === 'number' && isNumber(right)) return left;
  const operation = OPERATIONS.get(code);
  if (left?.kind !== 'known' || right?.kind !== 'known' || !operation || insn.off !== 0) return undefined;
  const b = code === NEG ? 0n : right.bits;
  return { kind: 'known', bits: BigInt.asUintN(width, operation(cut(left.bits, width), cut(b, width), width)) };
}

const cut = (bits: bigint, width: 32 | 64): bigint => (width === 64 ? bits & MASK : BigInt.asUintN(32, bits));

function moved(value: Value, width: 32 | 64): Value {
  if (width === 64) return value;
  if (value?.kind === 'known') return { kind: 'known', bits: cut(value.bits, 32) };
  return value?.kind === 'number' ? value : undefined;
}

type Test = (a: bigint, b: bigint, width: 32 | 64) => boolean;

const TESTS: ReadonlyMap<number, Test> = new Map<number, Test>([
  [0x10, (a, b) => a === b],
  [0x20, (a, b) => a > b],
  [0x30, (a, b) => a >= b],
  [0x40, (a, b) => (a & b) !== 0n],
  [0x50, (a, b) => a !== b],
  [0x60, (a, b, width) => signed(a, width) > signed(b, width)],
  [0x70, (a, b, width) => signed(a, width) >= signed(b, width)],
  [0xa0, (a, b) => a < b],
  [0xb0, (a, b) => a <= b],
  [0xc0, (a, b, width) => signed(a, width) < signed(b, width)],
  [0xd0, (a, b, width) => signed(a, width) <= signed(b, width)],
]);
const JEQ = 0x10;
const JNE = 0x50;

/** Whether a conditional jump is taken; null: it may or may not. */
export function compare(insn: Insn, left: Value, right: Value): boolean | null {
  const code = codeOf(insn.opcode);
  const width = classOf(insn.opcode) === CLASS.JMP ? 64 : 32;
  const isPointer = left?.kind === 'present' || left?.kind === 'context' || left?.kind === 'frame';
  if (isPointer && right?.kind === 'known' && right.bits === 0n && width === 64) {
    return code === JEQ ? false : code === JNE ? true : null;
  }
  const test = TESTS.get(code);
  if (left?.kind !== 'known' || right?.kind !== 'known' || !test) return null;
  return test(cut(left.bits, width), cut(right.bits, width), width);
}

/** Registers on one side of a jump: where equality with a constant is what led there, the register is known. */
export function refine(insn: Insn, regs: readonly Value[], right: Value, taken: boolean): Value[] {
  const out = [...regs];
  const isEqual = codeOf(insn.opcode) === (taken ? JEQ : JNE);
  const unknown = out[insn.dst] === undefined && classOf(insn.opcode) === CLASS.JMP;
  if (isEqual && unknown && !usesRegister(insn.opcode)) out[insn.dst] = right;
  return out;
}
