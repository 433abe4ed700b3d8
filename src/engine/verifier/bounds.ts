/*
 * What is known of a 64-bit value: a tnum, and the ranges of the value read as signed and unsigned, of all 64 bits and
 * of the lower half (struct bpf_reg_state's var_off and its eight bounds). Only the function that makes a Bounds
 * changes it; once in a register it is shared and never written again. 32-bit limits are plain numbers, 64-bit limits
 * are bigints.
 */
import { type Tnum, tnumIn, tnumIntersect, tnumRange, tnumSubreg, tnumWithSubreg, U64_MAX } from './tnum.ts';

export const S64_MIN = -0x8000_0000_0000_0000n;
export const S64_MAX = 0x7fff_ffff_ffff_ffffn;
export const S32_MIN = -0x8000_0000;
export const S32_MAX = 0x7fff_ffff;
export const U32_MAX = 0xffff_ffff;
const LOW = 0xffff_ffffn;
const SIGN = 1n << 63n;

export class Bounds {
  constructor(
    public v: bigint,
    public m: bigint,
    public smin: bigint,
    public smax: bigint,
    public umin: bigint,
    public umax: bigint,
    public s32min: number,
    public s32max: number,
    public u32min: number,
    public u32max: number,
  ) {}
}

export const cloneBounds = (b: Bounds): Bounds =>
  new Bounds(b.v, b.m, b.smin, b.smax, b.umin, b.umax, b.s32min, b.s32max, b.u32min, b.u32max);

export const UNKNOWN = new Bounds(0n, U64_MAX, S64_MIN, S64_MAX, 0n, U64_MAX, S32_MIN, S32_MAX, 0, U32_MAX);

function makeConst(value: bigint): Bounds {
  const v = BigInt.asUintN(64, value);
  const s = BigInt.asIntN(64, value);
  const low = Number(v & LOW);
  return new Bounds(v, 0n, s, s, v, v, low | 0, low | 0, low, low);
}

const SMALL = 512;
const smallConstants = Array.from({ length: SMALL * 2 }, (_, i) => makeConst(BigInt(i - SMALL)));
export const ZERO = smallConstants[SMALL];

/** A known value, given in any width (___mark_reg_known). */
export function constBounds(value: bigint): Bounds {
  if (value < 512n && value >= -512n) return smallConstants[Number(value) + SMALL];
  return makeConst(value);
}

/** A known value that fits a double exactly. */
export function constNumber(value: number): Bounds {
  if (value < SMALL && value >= -SMALL) return smallConstants[value + SMALL];
  return makeConst(BigInt(value));
}

export const isConst = (b: Bounds): boolean => b.m === 0n;
export const isSubregConst = (b: Bounds): boolean => (b.m & LOW) === 0n;
export const isUnknown = (b: Bounds): boolean => b === UNKNOWN || boundsEqual(b, UNKNOWN);

export function boundsEqual(a: Bounds, b: Bounds): boolean {
  if (a === b) return true;
  return (
    a.v === b.v &&
    a.m === b.m &&
    a.smin === b.smin &&
    a.smax === b.smax &&
    a.umin === b.umin &&
    a.umax === b.umax &&
    a.s32min === b.s32min &&
    a.s32max === b.s32max &&
    a.u32min === b.u32min &&
    a.u32max === b.u32max
  );
}

/** All eight ranges of `inner` lie inside those of `outer` (range_within). */
export function rangeWithin(outer: Bounds, inner: Bounds): boolean {
  if (outer === inner || outer === UNKNOWN) return true;
  return (
    outer.umin <= inner.umin &&
    outer.umax >= inner.umax &&
    outer.smin <= inner.smin &&
    outer.smax >= inner.smax &&
    outer.u32min <= inner.u32min &&
    outer.u32max >= inner.u32max &&
    outer.s32min <= inner.s32min &&
    outer.s32max >= inner.s32max
  );
}

export const boundsIn = (outer: Bounds, inner: Bounds): boolean =>
  rangeWithin(outer, inner) && (outer === inner || tnumIn(outer, inner));

export function setTnum(b: Bounds, t: Tnum): void {
  b.v = t.v;
  b.m = t.m;
}

export function unbound64(b: Bounds): void {
  b.smin = S64_MIN;
  b.smax = S64_MAX;
  b.umin = 0n;
  b.umax = U64_MAX;
}

export function unbound32(b: Bounds): void {
  b.s32min = S32_MIN;
  b.s32max = S32_MAX;
  b.u32min = 0;
  b.u32max = U32_MAX;
}

export function unbound(b: Bounds): void {
  unbound64(b);
  unbound32(b);
}

export const lowOf = (x: bigint): number => Number(BigInt.asUintN(32, x));

/** Tightens the limits by what the tnum implies (__update_reg_bounds). */
export function updateBounds(b: Bounds): void {
  const v = lowOf(b.v);
  const m = lowOf(b.m);
  const min32 = v | (m & S32_MIN);
  const max32 = v | (m & S32_MAX);
  if (min32 > b.s32min) b.s32min = min32;
  if (max32 < b.s32max) b.s32max = max32;
  if (v > b.u32min) b.u32min = v;
  const any32 = (v | m) >>> 0;
  if (any32 < b.u32max) b.u32max = any32;
  if (b.m === U64_MAX) return;
  const min = BigInt.asIntN(64, b.v | (b.m & SIGN));
  const max = BigInt.asIntN(64, b.v | (b.m & S64_MAX));
  if (min > b.smin) b.smin = min;
  if (max < b.smax) b.smax = max;
  if (b.v > b.umin) b.umin = b.v;
  const any = b.v | b.m;
  if (any < b.umax) b.umax = any;
}

function narrowU32(b: Bounds, lo: number, hi: number): void {
  if (lo > b.u32min) b.u32min = lo;
  if (hi < b.u32max) b.u32max = hi;
}

function narrowS32(b: Bounds, lo: number, hi: number): void {
  if (lo > b.s32min) b.s32min = lo;
  if (hi < b.s32max) b.s32max = hi;
}

/** __reg32_deduce_bounds */
function deduce32(b: Bounds): void {
  if (b.umin !== 0n || b.umax !== U64_MAX) {
    const hiMin = Number(b.umin >> 32n);
    const hiMax = Number(b.umax >> 32n);
    const lo = lowOf(b.umin);
    const hi = lowOf(b.umax);
    if (hiMin === hiMax) {
      narrowU32(b, lo, hi);
      if ((lo | 0) <= (hi | 0)) narrowS32(b, lo | 0, hi | 0);
    }
    if (hiMin + 1 === hiMax && (lo | 0) < 0 && (hi | 0) >= 0) narrowS32(b, lo | 0, hi | 0);
  }
  if (b.smin !== S64_MIN || b.smax !== S64_MAX) {
    const hiMin = Number(b.smin >> 32n);
    const hiMax = Number(b.smax >> 32n);
    const lo = lowOf(b.smin);
    const hi = lowOf(b.smax);
    if (hiMin === hiMax) {
      if (lo <= hi) narrowU32(b, lo, hi);
      if ((lo | 0) <= (hi | 0)) narrowS32(b, lo | 0, hi | 0);
    }
    if ((hiMin + 1) >>> 0 === hiMax >>> 0 && (lo | 0) < 0 && (hi | 0) >= 0) narrowS32(b, lo | 0, hi | 0);
  }
  if ((b.u32min | 0) <= (b.u32max | 0)) narrowS32(b, b.u32min | 0, b.u32max | 0);
  if (b.s32min >>> 0 <= b.s32max >>> 0) narrowU32(b, b.s32min >>> 0, b.s32max >>> 0);
  else if (b.u32max < b.s32min >>> 0) {
    b.s32min = b.u32min | 0;
    if (b.s32max >>> 0 < b.u32max) b.u32max = b.s32max >>> 0;
  } else if (b.s32max >>> 0 < b.u32min) {
    b.s32max = b.u32max | 0;
    if (b.s32min >>> 0 > b.u32min) b.u32min = b.s32min >>> 0;
  }
}

/** __reg64_deduce_bounds */
function deduce64(b: Bounds): void {
  const a = BigInt.asIntN(64, b.umin);
  const z = BigInt.asIntN(64, b.umax);
  if (a <= z) {
    if (a > b.smin) b.smin = a;
    if (z < b.smax) b.smax = z;
  }
  const lo = BigInt.asUintN(64, b.smin);
  const hi = BigInt.asUintN(64, b.smax);
  if (lo <= hi) {
    if (lo > b.umin) b.umin = lo;
    if (hi < b.umax) b.umax = hi;
  } else if (b.umax < lo) {
    b.smin = BigInt.asIntN(64, b.umin);
    if (hi < b.umax) b.umax = hi;
  } else if (hi < b.umin) {
    b.smax = BigInt.asIntN(64, b.umax);
    if (lo > b.umin) b.umin = lo;
  }
}

/** Tightens the 64-bit range with its limits' low halves replaced by those of a 32-bit range. */
function mixHalves(b: Bounds, lo: number, hi: number): void {
  const low = BigInt(lo);
  const high = BigInt(hi);
  const umin = ((b.umin >> 32n) << 32n) | low;
  const umax = ((b.umax >> 32n) << 32n) | high;
  if (umin > b.umin) b.umin = umin;
  if (umax < b.umax) b.umax = umax;
  const smin = ((b.smin >> 32n) << 32n) | low;
  const smax = ((b.smax >> 32n) << 32n) | high;
  if (smin > b.smin) b.smin = smin;
  if (smax < b.smax) b.smax = smax;
}

/** __reg_deduce_mixed_bounds */
function deduceMixed(b: Bounds): void {
  if (b.u32min !== 0 || b.u32max !== U32_MAX) mixHalves(b, b.u32min, b.u32max);
  if (b.s32min >>> 0 <= b.s32max >>> 0) mixHalves(b, b.s32min >>> 0, b.s32max >>> 0);
  if (b.s32min >= 0 && b.smin >= -0x8000_0000n && b.smax <= 0x7fff_ffffn) {
    b.smin = b.umin = BigInt(b.s32min);
    b.smax = b.umax = BigInt(b.s32max);
    setTnum(b, tnumIntersect(b, tnumRange(b.umin, b.umax)));
  }
}

/** __reg_bound_offset */
function boundTnum(b: Bounds): void {
  const whole = b.umin === 0n && b.umax === U64_MAX ? b : tnumIntersect(b, tnumRange(b.umin, b.umax));
  if (b.u32min === 0 && b.u32max === U32_MAX) return setTnum(b, whole);
  const low = tnumIntersect(tnumSubreg(whole), tnumRange(BigInt(b.u32min), BigInt(b.u32max)));
  setTnum(b, tnumWithSubreg(whole, low));
}

function consistentConst(b: Bounds): boolean {
  if (b.m !== 0n || b.umin !== b.v || b.umax !== b.v || b.smin !== b.smax) return false;
  return b.u32min === b.u32max && b.s32min === b.s32max && b.s32min === (b.u32min | 0);
}

/** Largest value that is the same number in all four readings. */
const SMALL_MAX = 0x7fff_ffffn;

/**
 * A fast path for the passes of syncBounds, for a value known to lie in 0 to 2^31 - 1, as most do: all four ranges
 * become their intersection, the tnum is narrowed by it, and the limits by the tnum. Returns false without changes for
 * any other value.
 */
function syncSmall(b: Bounds): boolean {
  if (b.umax > SMALL_MAX || b.smin < 0n || b.smax > SMALL_MAX || b.v > SMALL_MAX || b.m > SMALL_MAX) return false;
  if (b.u32max > S32_MAX || b.s32min < 0) return false;
  const v = Number(b.v);
  const m = Number(b.m);
  let lo = Math.max(v, b.u32min, b.s32min, Number(b.umin), Number(b.smin));
  let hi = Math.min(v | m, b.u32max, b.s32max, Number(b.umax), Number(b.smax));
  if (lo > hi) return false;
  const differ = lo ^ hi;
  const delta = differ === 0 ? 0 : -1 >>> Math.clz32(differ);
  const mask = m & delta;
  const known = (v | (lo & ~delta)) & ~mask;
  lo = Math.max(lo, known);
  hi = Math.min(hi, known | mask);
  if (known !== v) b.v = BigInt(known);
  if (mask !== m) b.m = BigInt(mask);
  b.umin = b.smin = BigInt(lo);
  b.umax = b.smax = BigInt(hi);
  b.u32min = b.s32min = lo;
  b.u32max = b.s32max = hi;
  return true;
}

/** Tightens tnum and ranges by each other (reg_bounds_sync); writes into b and returns it. */
export function syncBounds(b: Bounds): Bounds {
  if (consistentConst(b) || syncSmall(b)) return b;
  return syncPasses(b);
}

/** The kernel's passes, for any value. */
export function syncPasses(b: Bounds): Bounds {
  updateBounds(b);
  for (let pass = 0; pass < 3; pass++) {
    const before = cloneBounds(b);
    deduce32(b);
    deduce64(b);
    deduceMixed(b);
    if (boundsEqual(before, b)) break;
  }
  boundTnum(b);
  updateBounds(b);
  return b;
}

/** The name of the first invariant that does not hold, as the kernel prints it (reg_bounds_sanity_check). */
export function brokenInvariant(b: Bounds): string | null {
  if (b.umin > b.umax || b.smin > b.smax || b.u32min > b.u32max || b.s32min > b.s32max) return 'range bounds violation';
  if (b.m === 0n) {
    const s = BigInt.asIntN(64, b.v);
    if (b.umin !== b.v || b.umax !== b.v || b.smin !== s || b.smax !== s)
      return 'const tnum out of sync with range bounds';
  }
  if (lowOf(b.m) === 0) {
    const u = lowOf(b.v);
    if (b.u32min !== u || b.u32max !== u || b.s32min !== (u | 0) || b.s32max !== (u | 0))
      return 'const subreg tnum out of sync with range bounds';
  }
  return null;
}
