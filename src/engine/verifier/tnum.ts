/*
 * Tristate numbers (kernel/bpf/tnum.c): `v` has the bits known to be 1, `m` the unknown bits; both are unsigned 64-bit
 * values without common bits. Example: a multiple of 8 below 256 is v = 0, m = 0xf8.
 */
export interface Tnum {
  readonly v: bigint;
  readonly m: bigint;
}

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
const U32 = 0xffff_ffffn;
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

export const tnumConst = (v: bigint): Tnum => ({ v: u64(v), m: 0n });
export const TNUM_UNKNOWN: Tnum = { v: 0n, m: U64_MAX };

/** Number of bits up to the highest set bit; 0 for 0. */
export function bitLength(x: bigint): number {
  const high = Number(x >> 32n);
  return high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(x & U32));
}

/** The tightest tnum that contains min to max (tnum_range); unknown when they differ in the highest bit. */
export function tnumRange(min: bigint, max: bigint): Tnum {
  if (min === max) return { v: min, m: 0n };
  const bits = bitLength(min ^ max);
  if (bits > 63) return TNUM_UNKNOWN;
  const delta = (1n << BigInt(bits)) - 1n;
  return { v: min & ~delta & U64_MAX, m: delta };
}

export function tnumAdd(a: Tnum, b: Tnum): Tnum {
  const sm = u64(a.m + b.m);
  const sv = u64(a.v + b.v);
  const sigma = u64(sm + sv);
  const mu = (sigma ^ sv) | a.m | b.m;
  return { v: sv & ~mu & U64_MAX, m: mu };
}

export function tnumSub(a: Tnum, b: Tnum): Tnum {
  const dv = u64(a.v - b.v);
  const alpha = u64(dv + a.m);
  const beta = u64(dv - b.m);
  const mu = (alpha ^ beta) | a.m | b.m;
  return { v: dv & ~mu & U64_MAX, m: mu };
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const v = a.v & b.v;
  return { v, m: (a.v | a.m) & (b.v | b.m) & ~v & U64_MAX };
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const v = a.v | b.v;
  return { v, m: (a.m | b.m) & ~v & U64_MAX };
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const mu = a.m | b.m;
  return { v: (a.v ^ b.v) & ~mu & U64_MAX, m: mu };
}

export const tnumLsh = (a: Tnum, n: number): Tnum => ({ v: u64(a.v << BigInt(n)), m: u64(a.m << BigInt(n)) });
export const tnumRsh = (a: Tnum, n: number): Tnum => ({ v: a.v >> BigInt(n), m: a.m >> BigInt(n) });

/** Shifts value and mask arithmetically in the width of the operation; a 32-bit result is zero-extended. */
export function tnumArsh(a: Tnum, n: number, width: 32 | 64): Tnum {
  const shift = (x: bigint): bigint => BigInt.asUintN(width, BigInt.asIntN(width, x) >> BigInt(n));
  return { v: shift(a.v), m: shift(a.m) };
}

/** Long multiplication with partial products kept as masks (tnum_mul). */
export function tnumMul(a: Tnum, b: Tnum): Tnum {
  const product = u64(a.v * b.v);
  let sum: Tnum = { v: 0n, m: 0n };
  let { v: av, m: am } = a;
  let { v: bv, m: bm } = b;
  while (av !== 0n || am !== 0n) {
    if (av & 1n) sum = tnumAdd(sum, { v: 0n, m: bm });
    else if (am & 1n) sum = tnumAdd(sum, { v: 0n, m: bv | bm });
    av >>= 1n;
    am >>= 1n;
    bv = u64(bv << 1n);
    bm = u64(bm << 1n);
  }
  return tnumAdd({ v: product, m: 0n }, sum);
}

/** A bit known in either is known in the result; the two must agree. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum {
  const mu = a.m & b.m;
  return { v: (a.v | b.v) & ~mu & U64_MAX, m: mu };
}

/** Whether no bit is known in both with different values. */
export const tnumOverlap = (a: Tnum, b: Tnum): boolean => ((a.v ^ b.v) & ~(a.m | b.m) & U64_MAX) === 0n;

/** Every value of b is one of a. */
export function tnumIn(a: Tnum, b: Tnum): boolean {
  if ((b.m & ~a.m & U64_MAX) !== 0n) return false;
  return a.v === (b.v & ~a.m & U64_MAX);
}

export const tnumSubreg = (a: Tnum): Tnum => ({ v: a.v & U32, m: a.m & U32 });
const upper = (a: Tnum): Tnum => ({ v: (a.v >> 32n) << 32n, m: (a.m >> 32n) << 32n });
/** The upper half of `a` with the lower half of `low`. */
export const tnumWithSubreg = (a: Tnum, low: Tnum): Tnum => tnumOr(upper(a), tnumSubreg(low));

export const tnumText = ({ v, m }: Tnum): string => `(0x${v.toString(16)}; 0x${m.toString(16)})`;
/** Text as in messages about offsets: a constant is a plain number. */
export const tnumShort = ({ v, m }: Tnum): string =>
  m === 0n ? (v === 0n ? '0' : `0x${v.toString(16)}`) : tnumText({ v, m });
