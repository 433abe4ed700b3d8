/* What all line parsers share: drafts, immediates, requirements on registers. */
import type { TextRange } from '../../base/result.ts';
import { type Insn, insn } from '../insn.ts';
import { formOf, type Shape } from '../instructions.ts';
import { type Context, type Register, type Target, takeRegisterLike, type Value } from './operands.ts';
import { CODES } from './problems.ts';
import type { Cursor, Token } from './source.ts';

/** An instruction whose jump target or function is still a name. */
export interface Draft {
  insn: Insn;
  readonly range: TextRange;
  readonly target: Target | null;
  /** function named by a call or an address */
  readonly callee: Token | null;
}

export type Operands = Partial<Omit<Insn, 'opcode'>>;
export type Parsed = Pick<Draft, 'insn'> & Partial<Draft>;
export type LineParser = (cursor: Cursor, context: Context, first: Token) => Parsed;

export function make(name: string, shape: Shape, operands: Operands): Parsed {
  const { opcode, off = 0, imm = 0, src = 0 } = formOf(name, shape);
  return { insn: insn(opcode, { off, imm, src, ...operands }) };
}

export type Source = (dst: Register, cursor: Cursor, context: Context, first: Token) => Parsed;

/** A value as the signed 32 bits of imm. `unsigned`: bits above the sign are free (32-bit operations). */
export function imm32({ value, range }: Value, unsigned: boolean, { problems }: Context, wideFix?: string): number {
  const limit = unsigned ? 0xffffffffn : 0x7fffffffn;
  if (value >= -0x80000000n && value <= limit) return Number(BigInt.asIntN(32, value));
  problems.report(
    CODES.immediateRange,
    range,
    wideFix === undefined
      ? `${value} does not fit in the instruction's 32 bits.`
      : `${value} does not fit in 32 bits, which are sign-extended here. A wide load takes any number.`,
    wideFix === undefined ? undefined : { title: 'Load all 64 bits', range, text: wideFix },
  );
  return 0;
}

/** The immediate of a store of so many bits; higher bits are cut off, as the machine does. */
export function storedImm(value: Value, bits: number, context: Context): number {
  if (bits < 32 && (value.value < -(1n << BigInt(bits - 1)) || value.value >= 1n << BigInt(bits))) {
    context.problems.report(CODES.cutOff, value.range, `Only the low ${bits} bits of ${value.value} are stored.`);
  }
  return imm32(value, bits <= 32, context);
}

export function requireFull(register: Register, { problems }: Context): void {
  if (!register.half) return;
  const text = `r${register.number}`;
  problems.fail(CODES.badForm, register.range, `This takes all 64 bits: use ${text}.`, {
    title: `Change to ${text}`,
    range: register.range,
    text,
  });
}

export function sameAs(dst: Register, cursor: Cursor, context: Context): void {
  const src = takeRegisterLike(dst, cursor, context);
  if (src.number === dst.number) return;
  const text = `${dst.half ? 'w' : 'r'}${dst.number}`;
  context.problems.fail(CODES.badForm, src.range, `This works in place: both registers must be ${text}.`, {
    title: `Change to ${text}`,
    range: src.range,
    text,
  });
}
