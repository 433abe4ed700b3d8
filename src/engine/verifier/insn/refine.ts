/* Refines both operands of a conditional jump in one of its arms (regs_refine_cond_op). */
import { type Bounds, isSubregConst, setTnum, unbound } from '../bounds.ts';
import { tnumAnd, tnumConst, tnumIntersect, tnumOr, tnumSubreg, tnumWithSubreg, U64_MAX } from '../tnum.ts';
import { FLIP } from './decide.ts';

export const JEQ = 0x10;
export const JGT = 0x20;
export const JGE = 0x30;
export const JSET = 0x40;
export const JNE = 0x50;
export const JSGT = 0x60;
export const JSGE = 0x70;
export const JLT = 0xa0;
export const JLE = 0xb0;
export const JSLT = 0xc0;
export const JSLE = 0xd0;
/** the arm of JSET in which no bit of the mask is set */
const NOT_SET = 0x48;

const REVERSE: Readonly<Record<number, number>> = {
  [JEQ]: JNE,
  [JNE]: JEQ,
  [JSET]: NOT_SET,
  [JGT]: JLE,
  [JLE]: JGT,
  [JGE]: JLT,
  [JLT]: JGE,
  [JSGT]: JSLE,
  [JSLE]: JSGT,
  [JSGE]: JSLT,
  [JSLT]: JSGE,
};
/** The condition under which a jump is not taken. */
export const reverse = (op: number): number => REVERSE[op];

const isConst = (b: Bounds, is32: boolean): boolean => (is32 ? isSubregConst(b) : b.m === 0n);
const maxOf = <N extends bigint | number>(a: N, b: N): N => (a > b ? a : b);
const minOf = <N extends bigint | number>(a: N, b: N): N => (a < b ? a : b);

function equal32(a: Bounds, b: Bounds): void {
  a.u32min = b.u32min = Math.max(a.u32min, b.u32min);
  a.u32max = b.u32max = Math.min(a.u32max, b.u32max);
  a.s32min = b.s32min = Math.max(a.s32min, b.s32min);
  a.s32max = b.s32max = Math.min(a.s32max, b.s32max);
  const t = tnumIntersect(tnumSubreg(a), tnumSubreg(b));
  setTnum(a, tnumWithSubreg(a, t));
  setTnum(b, tnumWithSubreg(b, t));
}

function equal64(a: Bounds, b: Bounds): void {
  a.umin = b.umin = maxOf(a.umin, b.umin);
  a.umax = b.umax = minOf(a.umax, b.umax);
  a.smin = b.smin = maxOf(a.smin, b.smin);
  a.smax = b.smax = minOf(a.smax, b.smax);
  const t = tnumIntersect(a, b);
  setTnum(a, t);
  setTnum(b, t);
}

function notEqual(a: Bounds, c: Bounds, is32: boolean): void {
  if (is32) {
    const u = Number(BigInt.asUintN(32, c.v));
    if (a.u32min === u) a.u32min = (a.u32min + 1) >>> 0;
    if (a.u32max === u) a.u32max = (a.u32max - 1) >>> 0;
    if (a.s32min === (u | 0)) a.s32min = (a.s32min + 1) | 0;
    if (a.s32max === (u | 0)) a.s32max = (a.s32max - 1) | 0;
    return;
  }
  const s = BigInt.asIntN(64, c.v);
  if (a.umin === c.v) a.umin = BigInt.asUintN(64, a.umin + 1n);
  if (a.umax === c.v) a.umax = BigInt.asUintN(64, a.umax - 1n);
  if (a.smin === s) a.smin = BigInt.asIntN(64, a.smin + 1n);
  if (a.smax === s) a.smax = BigInt.asIntN(64, a.smax - 1n);
}

function bitSet(a: Bounds, c: Bounds, is32: boolean): void {
  const mask = is32 ? BigInt.asUintN(32, c.v) : c.v;
  if (mask === 0n || (mask & (mask - 1n)) !== 0n) return;
  const t = tnumConst(mask);
  setTnum(a, is32 ? tnumWithSubreg(a, tnumOr(tnumSubreg(a), t)) : tnumOr(a, t));
}

function bitsClear(a: Bounds, c: Bounds, is32: boolean): void {
  const mask = is32 ? BigInt.asUintN(32, c.v) : c.v;
  unbound(a);
  const t = tnumConst(~mask & U64_MAX);
  setTnum(a, is32 ? tnumWithSubreg(a, tnumAnd(tnumSubreg(a), t)) : tnumAnd(a, t));
}

function less(a: Bounds, b: Bounds, is32: boolean): void {
  if (is32) {
    a.u32max = Math.min(a.u32max, (b.u32max - 1) >>> 0);
    b.u32min = Math.max((a.u32min + 1) >>> 0, b.u32min);
  } else {
    a.umax = minOf(a.umax, BigInt.asUintN(64, b.umax - 1n));
    b.umin = maxOf(BigInt.asUintN(64, a.umin + 1n), b.umin);
  }
}

function lessOrEqual(a: Bounds, b: Bounds, is32: boolean): void {
  if (is32) {
    a.u32max = Math.min(a.u32max, b.u32max);
    b.u32min = Math.max(a.u32min, b.u32min);
  } else {
    a.umax = minOf(a.umax, b.umax);
    b.umin = maxOf(a.umin, b.umin);
  }
}

function signedLess(a: Bounds, b: Bounds, is32: boolean): void {
  if (is32) {
    a.s32max = Math.min(a.s32max, (b.s32max - 1) | 0);
    b.s32min = Math.max((a.s32min + 1) | 0, b.s32min);
  } else {
    a.smax = minOf(a.smax, BigInt.asIntN(64, b.smax - 1n));
    b.smin = maxOf(BigInt.asIntN(64, a.smin + 1n), b.smin);
  }
}

function signedLessOrEqual(a: Bounds, b: Bounds, is32: boolean): void {
  if (is32) {
    a.s32max = Math.min(a.s32max, b.s32max);
    b.s32min = Math.max(a.s32min, b.s32min);
  } else {
    a.smax = minOf(a.smax, b.smax);
    b.smin = maxOf(a.smin, b.smin);
  }
}

export function refine(a: Bounds, b: Bounds, op: number, is32: boolean): void {
  switch (op) {
    case JEQ:
      return is32 ? equal32(a, b) : equal64(a, b);
    case JNE:
    case JSET:
    case NOT_SET: {
      const [x, c] = isConst(b, is32) ? [a, b] : [b, a];
      if (!isConst(c, is32)) return;
      return op === JNE ? notEqual(x, c, is32) : op === JSET ? bitSet(x, c, is32) : bitsClear(x, c, is32);
    }
    case JLE:
      return lessOrEqual(a, b, is32);
    case JLT:
      return less(a, b, is32);
    case JSLE:
      return signedLessOrEqual(a, b, is32);
    case JSLT:
      return signedLess(a, b, is32);
    default:
      // the other comparisons are those above with their operands exchanged
      if (FLIP[op] !== undefined) refine(b, a, FLIP[op], is32);
  }
}
