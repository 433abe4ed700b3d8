/* Values cut to fewer bits and extended again (zext_32_to_64, coerce_reg_to_size and their kin). */
import {
  type Bounds,
  cloneBounds,
  constBounds,
  isSubregConst,
  lowOf,
  S32_MAX,
  S32_MIN,
  setTnum,
  syncBounds,
  U32_MAX,
  unbound32,
  UNKNOWN,
} from './bounds.ts';
import { TNUM_UNKNOWN, tnumRange, tnumSubreg, tnumWithSubreg } from './tnum.ts';

/** zext_32_to_64 and the sync after it: keeps the lower half and clears the upper. */
export function zeroExtend(b: Bounds): Bounds {
  setTnum(b, tnumSubreg(b));
  b.umin = BigInt(b.u32min);
  b.umax = BigInt(b.u32max);
  if (b.s32min >= 0 && b.s32max >= 0) {
    b.smin = BigInt(b.s32min);
    b.smax = BigInt(b.s32max);
  } else {
    b.smin = 0n;
    b.smax = BigInt(U32_MAX);
  }
  return syncBounds(b);
}

/** The value of a load of so many bytes, zero-extended (coerce_reg_to_size). */
export function coerceSize(from: Bounds, bytes: number): Bounds {
  if (bytes >= 8) return from;
  if (from.m === 0n) return constBounds(BigInt.asUintN(bytes * 8, from.v));
  if (from === UNKNOWN) return NARROW[bytes];
  return narrowTo(from, bytes);
}

function narrowTo(from: Bounds, bytes: number): Bounds {
  const b = cloneBounds(from);
  const bits = BigInt(bytes * 8);
  const mask = (1n << bits) - 1n;
  b.v &= mask;
  b.m &= mask;
  if (b.umin >> bits === b.umax >> bits) {
    b.umin &= mask;
    b.umax &= mask;
  } else {
    b.umin = 0n;
    b.umax = mask;
  }
  b.smin = b.umin;
  b.smax = b.umax;
  if (bytes < 4) unbound32(b);
  return syncBounds(b);
}

/** Bounds of an unknown value of 1, 2 or 4 bytes. */
const NARROW: Readonly<Record<number, Bounds>> = {
  1: narrowTo(cloneBounds(UNKNOWN), 1),
  2: narrowTo(cloneBounds(UNKNOWN), 2),
  4: narrowTo(cloneBounds(UNKNOWN), 4),
};

/** 64-bit sign extension from so many bytes (coerce_reg_to_size_sx). */
export function signExtend64(from: Bounds, bytes: number): Bounds {
  const bits = bytes * 8;
  if (from.m === 0n) return constBounds(BigInt.asIntN(bits, from.v));
  const shift = BigInt(bits);
  if (from.smax >> shift === from.smin >> shift) {
    const a = BigInt.asIntN(bits, from.smax);
    const z = BigInt.asIntN(bits, from.smin);
    const max = a > z ? a : z;
    const min = a > z ? z : a;
    // both limits on one side of zero
    if (max >= 0n === min >= 0n) return exactSigned(from, min, max);
  }
  return defaultSigned(bits);
}

function exactSigned(from: Bounds, min: bigint, max: bigint): Bounds {
  const b = cloneBounds(from);
  b.smin = min;
  b.smax = max;
  b.umin = BigInt.asUintN(64, min);
  b.umax = BigInt.asUintN(64, max);
  setTnum(b, tnumRange(b.umin, b.umax));
  b.s32min = Number(BigInt.asIntN(32, min));
  b.s32max = Number(BigInt.asIntN(32, max));
  b.u32min = b.s32min >>> 0;
  b.u32max = b.s32max >>> 0;
  return b;
}

function defaultSigned(bits: number): Bounds {
  const b = cloneBounds(UNKNOWN);
  b.smin = -(1n << BigInt(bits - 1));
  b.smax = (1n << BigInt(bits - 1)) - 1n;
  b.s32min = bits === 8 ? -128 : bits === 16 ? -32768 : S32_MIN;
  b.s32max = bits === 8 ? 127 : bits === 16 ? 32767 : S32_MAX;
  return b;
}

/** 32-bit sign extension; the caller sets the upper half (coerce_subreg_to_size_sx). */
export function signExtend32(from: Bounds, bytes: number): Bounds {
  const b = cloneBounds(from);
  const bits = bytes * 8;
  const extend = (x: number): number => (bits === 8 ? (x << 24) >> 24 : (x << 16) >> 16);
  if (isSubregConst(b)) {
    const value = extend(lowOf(b.v));
    setTnum(b, tnumWithSubreg(b, { v: BigInt(value >>> 0), m: 0n }));
    b.s32min = b.s32max = value;
    b.u32min = b.u32max = value >>> 0;
    return b;
  }
  if (b.s32max >> bits === b.s32min >> bits) {
    const a = extend(b.s32max);
    const z = extend(b.s32min);
    const max = Math.max(a, z);
    const min = Math.min(a, z);
    if (max >= 0 === min >= 0) {
      b.s32min = min;
      b.s32max = max;
      b.u32min = min >>> 0;
      b.u32max = max >>> 0;
      setTnum(b, tnumWithSubreg(b, tnumRange(BigInt(b.u32min), BigInt(b.u32max))));
      return b;
    }
  }
  b.s32min = bits === 8 ? -128 : -32768;
  b.s32max = bits === 8 ? 127 : 32767;
  b.u32min = 0;
  b.u32max = U32_MAX;
  setTnum(b, tnumWithSubreg(b, tnumSubreg(TNUM_UNKNOWN)));
  return b;
}
