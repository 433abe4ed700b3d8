/* Decides a conditional jump from what is known of its operands (is_branch_taken). */
import type { Bounds } from '../bounds.ts';
import { tnumOverlap, tnumSubreg } from '../tnum.ts';
import * as T from '../types.ts';

const JEQ = 0x10;
const JGT = 0x20;
const JGE = 0x30;
const JSET = 0x40;
const JNE = 0x50;
const JSGT = 0x60;
const JSGE = 0x70;
const JLT = 0xa0;
const JLE = 0xb0;
const JSLT = 0xc0;
const JSLE = 0xd0;

/** The same comparison with its operands exchanged. */
export const FLIP: Readonly<Record<number, number>> = {
  [JEQ]: JEQ,
  [JNE]: JNE,
  [JSET]: JSET,
  [JGT]: JLT,
  [JGE]: JLE,
  [JLT]: JGT,
  [JLE]: JGE,
  [JSGT]: JSLT,
  [JSGE]: JSLE,
  [JSLT]: JSGT,
  [JSLE]: JSGE,
};

type Decision = boolean | null;

/** Whether the jump is taken; null when both arms are possible. */
export function branchTaken(a: T.Val, b: T.Val, op: number, is32: boolean): Decision {
  if (T.isPacketAny(a.type) && T.isPacketAny(b.type) && !is32) return packets(a, b, op);
  if (a.type !== T.SCALAR || b.type !== T.SCALAR) return is32 ? null : pointers(a, b, op);
  if (is32) return scalars32(a.b, b.b, op);
  return scalars64(a.b, b.b, op);
}

const LIMIT = 1n << 29n;

function pointers(a: T.Val, b: T.Val, op: number): Decision {
  const [p, c] = T.isConstScalar(b) ? [a, b] : [b, a];
  if (!T.isConstScalar(c) || c.b.v !== 0n || !T.isNotNull(p)) return null;
  if (p.b.smin <= -LIMIT || p.b.smax >= LIMIT) return null;
  return op === JEQ ? false : op === JNE ? true : null;
}

const BEYOND = -2;
const AT = -1;

function packets(a: T.Val, b: T.Val, op: number): Decision {
  let [p, code] = [a, op];
  if (b.type === T.PTR_TO_PACKET_END) p = a;
  else if (a.type === T.PTR_TO_PACKET_END) {
    p = b;
    code = FLIP[op];
  } else return null;
  if (p.range >= 0) return null;
  if (code === JLE || code === JGT) return p.range === BEYOND ? code === JGT : null;
  if (code === JLT || code === JGE) return p.range === BEYOND || p.range === AT ? code === JGE : null;
  return null;
}

/** Decides by the limits of two ranges. */
function ordered<N extends bigint | number>(op: number, min1: N, max1: N, min2: N, max2: N): Decision {
  switch (op) {
    case JGT:
    case JSGT:
      return min1 > max2 ? true : max1 <= min2 ? false : null;
    case JLT:
    case JSLT:
      return max1 < min2 ? true : min1 >= max2 ? false : null;
    case JGE:
    case JSGE:
      return min1 >= max2 ? true : max1 < min2 ? false : null;
    case JLE:
    case JSLE:
      return max1 <= min2 ? true : min1 > max2 ? false : null;
    default:
      return null;
  }
}

const isSigned = (op: number): boolean => op === JSGT || op === JSGE || op === JSLT || op === JSLE;

function testBits(v1: bigint, m1: bigint, v2: bigint, m2: bigint): Decision {
  const [v, m, mask] = m2 === 0n ? [v1, m1, v2] : [v2, m2, v1];
  if (m2 !== 0n && m1 !== 0n) return null;
  if ((~m & v & mask) !== 0n) return true;
  return ((m | v) & mask) === 0n ? false : null;
}

function differ32(a: Bounds, b: Bounds): boolean {
  return a.u32min > b.u32max || a.u32max < b.u32min || a.s32min > b.s32max || a.s32max < b.s32min;
}

function scalars64(a: Bounds, b: Bounds, op: number): Decision {
  if (op === JEQ || op === JNE) {
    if (a.m === 0n && b.m === 0n) return (a.v === b.v) === (op === JEQ);
    const apart =
      !tnumOverlap(a, b) || a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin || differ32(a, b);
    return apart ? op === JNE : null;
  }
  if (op === JSET) return testBits(a.v, a.m, b.v, b.m);
  return isSigned(op) ? ordered(op, a.smin, a.smax, b.smin, b.smax) : ordered(op, a.umin, a.umax, b.umin, b.umax);
}

function scalars32(a: Bounds, b: Bounds, op: number): Decision {
  if (op === JEQ || op === JNE) {
    const x = tnumSubreg(a);
    const y = tnumSubreg(b);
    if (x.m === 0n && y.m === 0n) return (x.v === y.v) === (op === JEQ);
    return !tnumOverlap(x, y) || differ32(a, b) ? op === JNE : null;
  }
  if (op === JSET) {
    const x = tnumSubreg(a);
    const y = tnumSubreg(b);
    return testBits(x.v, x.m, y.v, y.m);
  }
  return isSigned(op)
    ? ordered(op, a.s32min, a.s32max, b.s32min, b.s32max)
    : ordered(op, a.u32min, a.u32max, b.u32min, b.u32max);
}
