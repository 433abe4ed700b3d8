/** Known bounds always contain the value: tnums, ranges, arithmetic and refinement with random values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Bounds,
  cloneBounds,
  constBounds,
  setTnum,
  syncBounds,
  syncPasses,
  UNKNOWN,
  updateBounds,
} from './bounds.ts';
import { coerceSize, signExtend64, zeroExtend } from './widths.ts';
import { branchTaken } from './insn/decide.ts';
import { refine, reverse } from './insn/refine.ts';
import { runs } from '../base/testing/runs.ts';
import * as ALU from './scalar-alu.ts';
import { tnumIn, tnumRange } from './tnum.ts';
import { scalar } from './types.ts';

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const u32 = (x: bigint): bigint => BigInt.asUintN(32, x);

/** Whether the bounds allow the value. */
function allows(b: Bounds, x: bigint): boolean {
  const s = BigInt.asIntN(64, x);
  const low = Number(u32(x));
  return (
    tnumIn(b, { v: x, m: 0n }) &&
    b.umin <= x &&
    x <= b.umax &&
    b.smin <= s &&
    s <= b.smax &&
    b.u32min <= low &&
    low <= b.u32max &&
    b.s32min <= (low | 0) &&
    (low | 0) <= b.s32max
  );
}

const edge = fc.constantFrom(
  0n,
  1n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 32n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
);
const value = fc.oneof(edge, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.bigInt({ min: 0n, max: 300n }));

/** Bounds around a value: by a mask, by a range, or both. */
const around = fc.tuple(value, value, value, fc.nat(3)).map(([x, mask, other, kind]) => {
  const b = cloneBounds(UNKNOWN);
  if (kind & 1) setTnum(b, { v: x & u64(~mask), m: mask });
  if (kind & 2) {
    b.umin = x < other ? x : other;
    b.umax = x < other ? other : x;
  }
  return { x, b: kind === 0 ? constBounds(x) : syncBounds(b) };
});

const OPS: readonly (readonly [number, (a: bigint, b: bigint, w: number) => bigint])[] = [
  [ALU.ADD, (a, b) => a + b],
  [ALU.SUB, (a, b) => a - b],
  [ALU.MUL, (a, b) => a * b],
  [ALU.AND, (a, b) => a & b],
  [ALU.OR, (a, b) => a | b],
  [ALU.XOR, (a, b) => a ^ b],
  [ALU.LSH, (a, b, w) => a << (b % BigInt(w))],
  [ALU.RSH, (a, b, w) => BigInt.asUintN(w, a) >> (b % BigInt(w))],
  [ALU.ARSH, (a, b, w) => BigInt.asIntN(w, a) >> (b % BigInt(w))],
];

test('a range and its tnum', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const [min, x, max] = [a, b, c].toSorted((p, q) => (p < q ? -1 : 1));
      return tnumIn(tnumRange(min, max), { v: x, m: 0n });
    }),
  );
});

test('arithmetic keeps true values in range', () => {
  fc.assert(
    fc.property(around, around, fc.constantFrom(...OPS), fc.boolean(), (p, q, [op, run], is32) => {
      const width = is32 ? 32 : 64;
      const result = BigInt.asUintN(width, run(p.x, q.x, width));
      expect(allows(p.b, p.x)).toBe(true);
      return allows(ALU.scalarAlu(op, p.b, q.b, is32), result);
    }),
    { numRuns: 3000 },
  );
});

test('narrowing and extending keep true values in range', () => {
  fc.assert(
    fc.property(around, fc.constantFrom(1, 2, 4), ({ x, b }, bytes) => {
      const bits = bytes * 8;
      return (
        allows(coerceSize(b, bytes), BigInt.asUintN(bits, x)) &&
        allows(signExtend64(b, bytes), u64(BigInt.asIntN(bits, x))) &&
        allows(zeroExtend(cloneBounds(b)), u32(x))
      );
    }),
    { numRuns: 2000 },
  );
});

const JUMPS: readonly (readonly [number, (a: bigint, b: bigint, w: number) => boolean])[] = [
  [0x10, (a, b) => a === b],
  [0x50, (a, b) => a !== b],
  [0x40, (a, b) => (a & b) !== 0n],
  [0x20, (a, b) => a > b],
  [0x30, (a, b) => a >= b],
  [0xa0, (a, b) => a < b],
  [0xb0, (a, b) => a <= b],
  [0x60, (a, b, w) => BigInt.asIntN(w, a) > BigInt.asIntN(w, b)],
  [0x70, (a, b, w) => BigInt.asIntN(w, a) >= BigInt.asIntN(w, b)],
  [0xc0, (a, b, w) => BigInt.asIntN(w, a) < BigInt.asIntN(w, b)],
  [0xd0, (a, b, w) => BigInt.asIntN(w, a) <= BigInt.asIntN(w, b)],
];

test('a decided jump is decided correctly, and each branch has only true facts', () => {
  fc.assert(
    fc.property(around, around, fc.constantFrom(...JUMPS), fc.boolean(), (p, q, [op, run], is32) => {
      const width = is32 ? 32 : 64;
      const taken = run(BigInt.asUintN(width, p.x), BigInt.asUintN(width, q.x), width);
      const decided = branchTaken(scalar(p.b), scalar(q.b), op, is32);
      if (decided !== null) return decided === taken;
      const a = cloneBounds(p.b);
      const b = cloneBounds(q.b);
      refine(a, b, taken ? op : reverse(op), is32);
      return allows(syncBounds(a), p.x) && allows(syncBounds(b), q.x);
    }),
    { numRuns: 3000 },
  );
});

/** Ends of all ranges and a tnum, near the limits of the fast path. */
const small = fc.oneof(fc.nat(40), fc.integer({ min: 0x7fff_fff0, max: 0x8000_0010 }), fc.nat(0x7fff_ffff));
const ends = fc.tuple(small, small);
test('the fast path for small values equals the kernel’s passes', () => {
  let short = 0;
  fc.assert(
    fc.property(ends, ends, ends, ends, fc.tuple(small, small), fc.nat(15), (u, s, u32s, s32s, tnum, given) => {
      const b = cloneBounds(UNKNOWN);
      if ((given & 1) !== 0 || given === 0) [b.umin, b.umax] = u.toSorted((p, q) => p - q).map(BigInt);
      if ((given & 2) !== 0) [b.smin, b.smax] = s.toSorted((p, q) => p - q).map(BigInt);
      if ((given & 4) !== 0) [b.u32min, b.u32max] = u32s.toSorted((p, q) => p - q);
      if ((given & 8) !== 0) [b.s32min, b.s32max] = s32s.map((x) => x | 0).toSorted((p, q) => p - q);
      setTnum(b, { v: BigInt(tnum[0]) & ~BigInt(tnum[1]), m: BigInt(tnum[1]) });
      updateBounds(b);
      const long = syncPasses(cloneBounds(b));
      if (long.umax <= 0x7fff_ffffn) short++;
      expect(syncBounds(b)).toEqual(long);
    }),
    { numRuns: runs(2_000, 200_000) },
  );
  expect(short).toBeGreaterThan(100);
});
