/*
 * Arithmetic on what is known of two scalars (adjust_scalar_min_max_vals and the scalar_min_max_ functions). The result is
 * a fresh Bounds, or a shared constant.
 */
import {
  Bounds,
  cloneBounds,
  constBounds,
  isConst,
  isSubregConst,
  S32_MAX,
  S32_MIN,
  S64_MAX,
  S64_MIN,
  setTnum,
  syncBounds,
  U32_MAX,
  unbound32,
  unbound64,
  UNKNOWN,
  updateBounds,
} from './bounds.ts';
import { zeroExtend } from './widths.ts';
import {
  type Tnum,
  tnumAdd,
  tnumAnd,
  tnumArsh,
  tnumLsh,
  tnumMul,
  tnumOr,
  tnumRsh,
  tnumSub,
  tnumSubreg,
  tnumXor,
  U64_MAX,
} from './tnum.ts';

export const ADD = 0x00;
export const SUB = 0x10;
export const MUL = 0x20;
export const DIV = 0x30;
export const OR = 0x40;
export const AND = 0x50;
export const LSH = 0x60;
export const RSH = 0x70;
export const NEG = 0x80;
export const MOD = 0x90;
export const XOR = 0xa0;
export const MOV = 0xb0;
export const ARSH = 0xc0;
export const END = 0xd0;

type Change = (b: Bounds, src: Bounds) => void;

export function addRanges32(b: Bounds, src: Bounds): void {
  const smin = b.s32min + src.s32min;
  const smax = b.s32max + src.s32max;
  const signed = smin >= S32_MIN && smax <= S32_MAX;
  b.s32min = signed ? smin : S32_MIN;
  b.s32max = signed ? smax : S32_MAX;
  const umax = b.u32max + src.u32max;
  const umin = b.u32min + src.u32min;
  const unsigned = umax <= U32_MAX;
  b.u32min = unsigned ? umin : 0;
  b.u32max = unsigned ? umax : U32_MAX;
}

export function addRanges64(b: Bounds, src: Bounds): void {
  const smin = b.smin + src.smin;
  const smax = b.smax + src.smax;
  const signed = smin >= S64_MIN && smax <= S64_MAX;
  b.smin = signed ? smin : S64_MIN;
  b.smax = signed ? smax : S64_MAX;
  const umax = b.umax + src.umax;
  const unsigned = umax <= U64_MAX;
  b.umin = unsigned ? b.umin + src.umin : 0n;
  b.umax = unsigned ? umax : U64_MAX;
}

const add: Change = (b, src) => {
  addRanges32(b, src);
  addRanges64(b, src);
  setTnum(b, tnumAdd(b, src));
};

const sub: Change = (b, src) => {
  const min32 = b.s32min - src.s32max;
  const max32 = b.s32max - src.s32min;
  const fits32 = min32 >= S32_MIN && max32 <= S32_MAX;
  b.s32min = fits32 ? min32 : S32_MIN;
  b.s32max = fits32 ? max32 : S32_MAX;
  const wraps32 = b.u32min < src.u32max;
  b.u32max = wraps32 ? U32_MAX : b.u32max - src.u32min;
  b.u32min = wraps32 ? 0 : b.u32min - src.u32max;
  const min = b.smin - src.smax;
  const max = b.smax - src.smin;
  const fits = min >= S64_MIN && max <= S64_MAX;
  b.smin = fits ? min : S64_MIN;
  b.smax = fits ? max : S64_MAX;
  const wraps = b.umin < src.umax;
  b.umax = wraps ? U64_MAX : b.umax - src.umin;
  b.umin = wraps ? 0n : b.umin - src.umax;
  setTnum(b, tnumSub(b, src));
};

function mul32(b: Bounds, src: Bounds): void {
  if (b.s32min < 0 || src.s32min < 0 || b.u32max > 0xffff || src.u32max > 0xffff) return unbound32(b);
  b.u32min *= src.u32min;
  b.u32max *= src.u32max;
  const wide = b.u32max > S32_MAX;
  b.s32min = wide ? S32_MIN : b.u32min;
  b.s32max = wide ? S32_MAX : b.u32max;
}

const LIMIT_32 = BigInt(U32_MAX);

const mul: Change = (b, src) => {
  const t = tnumMul(b, src);
  mul32(b, src);
  if (b.smin < 0n || src.smin < 0n || b.umax > LIMIT_32 || src.umax > LIMIT_32) unbound64(b);
  else {
    b.umin *= src.umin;
    b.umax *= src.umax;
    const wide = b.umax > S64_MAX;
    b.smin = wide ? S64_MIN : b.umin;
    b.smax = wide ? S64_MAX : b.umax;
  }
  setTnum(b, t);
};

const lowOf = (x: bigint): number => Number(BigInt.asUintN(32, x));

function known32(b: Bounds): void {
  b.u32min = b.u32max = lowOf(b.v);
  b.s32min = b.s32max = b.u32min | 0;
}

function signedFromUnsigned32(b: Bounds): void {
  const ordered = (b.u32min | 0) <= (b.u32max | 0);
  b.s32min = ordered ? b.u32min | 0 : S32_MIN;
  b.s32max = ordered ? b.u32max | 0 : S32_MAX;
}

function signedFromUnsigned64(b: Bounds): void {
  const min = BigInt.asIntN(64, b.umin);
  const max = BigInt.asIntN(64, b.umax);
  b.smin = min <= max ? min : S64_MIN;
  b.smax = min <= max ? max : S64_MAX;
}

/** Sets the limits of AND, OR or XOR after the result's tnum was computed. */
type Ends = (b: Bounds, src: Bounds, low: Tnum) => void;

/** `bothKnown32`: the lower halves of both operands were known before. */
function bitwise(b: Bounds, src: Bounds, result: Tnum, ends: Ends): void {
  const bothKnown32 = isSubregConst(b) && isSubregConst(src);
  const bothKnown = isConst(b) && isConst(src);
  setTnum(b, result);
  const low = tnumSubreg(result);
  if (bothKnown) {
    known32(b);
    b.umin = b.umax = b.v;
    b.smin = b.smax = BigInt.asIntN(64, b.v);
    return;
  }
  const { u32min, u32max, s32min, s32max } = b;
  ends(b, src, low);
  if (bothKnown32) {
    Object.assign(b, { u32min, u32max, s32min, s32max });
    known32(b);
  } else signedFromUnsigned32(b);
  signedFromUnsigned64(b);
  updateBounds(b);
}

const and: Change = (b, src) =>
  bitwise(b, src, tnumAnd(b, src), (r, s, low) => {
    r.u32min = Number(low.v);
    r.u32max = Math.min(r.u32max, s.u32max);
    r.umin = r.v;
    if (s.umax < r.umax) r.umax = s.umax;
  });

const or: Change = (b, src) =>
  bitwise(b, src, tnumOr(b, src), (r, s, low) => {
    r.u32min = Math.max(r.u32min, s.u32min);
    r.u32max = Number(low.v | low.m);
    if (s.umin > r.umin) r.umin = s.umin;
    r.umax = r.v | r.m;
  });

const xor: Change = (b, src) =>
  bitwise(b, src, tnumXor(b, src), (r, _, low) => {
    r.u32min = Number(low.v);
    r.u32max = Number(low.v | low.m);
    r.umin = r.v;
    r.umax = r.v | r.m;
  });

/** __scalar32_min_max_lsh */
function lsh32(b: Bounds, n: number): void {
  b.s32min = S32_MIN;
  b.s32max = S32_MAX;
  if (n > 31 || b.u32max > 2 ** (31 - n)) {
    b.u32min = 0;
    b.u32max = U32_MAX;
  } else {
    b.u32min *= 2 ** n;
    b.u32max *= 2 ** n;
  }
}

const lsh64: Change = (b, src) => {
  const n = Number(src.umin);
  const shift = BigInt(n);
  if (n === 32) {
    b.smin = BigInt(b.s32min) << 32n;
    b.smax = BigInt(b.s32max) << 32n;
  } else {
    b.smin = S64_MIN;
    b.smax = S64_MAX;
  }
  if (b.umax > 1n << (63n - shift)) {
    b.umin = 0n;
    b.umax = U64_MAX;
  } else {
    b.umin <<= shift;
    b.umax <<= shift;
  }
  lsh32(b, n);
  setTnum(b, tnumLsh(b, n));
  updateBounds(b);
};

const lshLow: Change = (b, src) => {
  const n = src.u32min;
  lsh32(b, n);
  setTnum(b, tnumSubreg(tnumLsh(tnumSubreg(b), n)));
  unbound64(b);
  updateLow(b);
};

/** __update_reg32_bounds alone: 64-bit limits stay unchanged. */
function updateLow(b: Bounds): void {
  const { smin, smax, umin, umax } = b;
  updateBounds(b);
  Object.assign(b, { smin, smax, umin, umax });
}

const rsh64: Change = (b, src) => {
  const n = Number(src.umin);
  b.smin = S64_MIN;
  b.smax = S64_MAX;
  setTnum(b, tnumRsh(b, n));
  b.umin >>= BigInt(n);
  b.umax >>= BigInt(n);
  unbound32(b);
  updateBounds(b);
};

const rshLow: Change = (b, src) => {
  const n = src.u32min;
  b.s32min = S32_MIN;
  b.s32max = S32_MAX;
  setTnum(b, tnumRsh(tnumSubreg(b), n));
  b.u32min = b.u32min >>> n;
  b.u32max = b.u32max >>> n;
  unbound64(b);
  updateLow(b);
};

const arsh64: Change = (b, src) => {
  const n = Number(src.umin);
  b.smin >>= BigInt(n);
  b.smax >>= BigInt(n);
  setTnum(b, tnumArsh(b, n, 64));
  b.umin = 0n;
  b.umax = U64_MAX;
  unbound32(b);
  updateBounds(b);
};

const arshLow: Change = (b, src) => {
  const n = src.u32min;
  b.s32min >>= n;
  b.s32max >>= n;
  setTnum(b, tnumArsh(tnumSubreg(b), n, 32));
  b.u32min = 0;
  b.u32max = U32_MAX;
  unbound64(b);
  updateLow(b);
};

const CHANGES: Readonly<Record<number, readonly [Change, Change]>> = {
  [ADD]: [add, add],
  [SUB]: [sub, sub],
  [MUL]: [mul, mul],
  [AND]: [and, and],
  [OR]: [or, or],
  [XOR]: [xor, xor],
  [LSH]: [lsh64, lshLow],
  [RSH]: [rsh64, rshLow],
  [ARSH]: [arsh64, arshLow],
};

const isShift = (op: number): boolean => op === LSH || op === RSH || op === ARSH;

/** is_safe_to_compute_dst_reg_range */
function computable(op: number, src: Bounds, is32: boolean): boolean {
  if (!isShift(op)) return CHANGES[op] !== undefined;
  if (is32) {
    const known = isSubregConst(src) && src.s32min === src.s32max && src.u32min === src.u32max;
    return known && src.umax < 32n;
  }
  return src.m === 0n && src.smin === src.smax && src.umin === src.umax && src.umax < 64n;
}

/** Result of an operation on two constants; null when the general computation is needed. */
function fold(op: number, a: bigint, b: bigint, is32: boolean): bigint | null {
  const n = b;
  switch (op) {
    case ADD:
      return a + b;
    case SUB:
      return a - b;
    case MUL:
      return a * b;
    case AND:
      return a & b;
    case OR:
      return a | b;
    case XOR:
      return a ^ b;
    case LSH:
      return a << n;
    case RSH:
      return (is32 ? BigInt.asUintN(32, a) : a) >> n;
    case ARSH:
      return BigInt.asIntN(is32 ? 32 : 64, a) >> n;
    default:
      return null;
  }
}

/**
 * What is known after `dst OP= src`, for all operations but MOV, NEG and END; a 32-bit operation is zero-extended.
 */
export function scalarAlu(op: number, dst: Bounds, src: Bounds, is32: boolean): Bounds {
  if (!computable(op, src, is32)) return UNKNOWN;
  if (dst.m === 0n && src.m === 0n) {
    const value = fold(op, dst.v, src.v, is32);
    if (value !== null) return constBounds(is32 ? BigInt.asUintN(32, value) : value);
  }
  const b = cloneBounds(dst);
  CHANGES[op][is32 ? 1 : 0](b, src);
  return is32 ? zeroExtend(b) : syncBounds(b);
}
