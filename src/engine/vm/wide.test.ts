import { assert as check, bigInt, boolean, constantFrom, nat, oneof, property } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { arsh64, div64, lsh64, mod64, mul64, neg64, rsh64, sdiv64, smod64, swap } from './wide.ts';

const M = (1n << 64n) - 1n;
const signed = (a: bigint): bigint => BigInt.asIntN(64, a);
const words = (...values: bigint[]): Int32Array =>
  Int32Array.from(values.flatMap((v) => [v, v >> 32n].map((half) => Number(BigInt.asIntN(32, half)))));
const value = (regs: Int32Array): bigint => (BigInt(regs[1] >>> 0) << 32n) | BigInt(regs[0] >>> 0);

/** numbers of every length, and the extremes */
const word = oneof(
  bigInt({ min: 0n, max: M }),
  bigInt({ min: 0n, max: 0xffffffffn }),
  bigInt({ min: 0n, max: (1n << 54n) - 1n }),
  constantFrom(0n, 1n, M, 1n << 63n, (1n << 32n) - 1n, 1n << 32n, (1n << 53n) - 1n, 1n << 53n),
);

type Work = (regs: Int32Array, d: number, s: number) => void;
const OPERATIONS: Readonly<Record<string, readonly [Work, (a: bigint, b: bigint) => bigint]>> = {
  mul: [mul64, (a, b) => a * b],
  div: [div64, (a, b) => (b === 0n ? 0n : a / b)],
  mod: [mod64, (a, b) => (b === 0n ? a : a % b)],
  sdiv: [sdiv64, (a, b) => (b === 0n ? 0n : signed(a) / signed(b))],
  smod: [smod64, (a, b) => (b === 0n ? a : signed(a) % signed(b))],
  lsh: [(regs, d, s) => lsh64(regs, d, regs[s]), (a, b) => a << (b & 63n)],
  rsh: [(regs, d, s) => rsh64(regs, d, regs[s]), (a, b) => a >> (b & 63n)],
  arsh: [(regs, d, s) => arsh64(regs, d, regs[s]), (a, b) => signed(a) >> (b & 63n)],
  neg: [(regs, d) => neg64(regs, d), (a) => -a],
};

test.each(Object.keys(OPERATIONS))('%s equals 64-bit arithmetic, also with one register as both operands', (name) => {
  const [work, expected] = OPERATIONS[name];
  check(
    property(word, word, boolean(), (a, b, self) => {
      const regs = words(a, b);
      work(regs, 0, self ? 0 : 2);
      expect(value(regs)).toBe(expected(a, self ? a : b) & M);
    }),
    { numRuns: runs(500, 20_000) },
  );
});

test('a division of a multiple, or of the numbers beside it, is exact', () => {
  const divisor = oneof(
    bigInt({ min: 1n, max: 0xffffffffn }),
    constantFrom(1n, 2n, 3n, (1n << 30n) - 1n, 1n << 30n, (1n << 31n) + 1n, (1n << 32n) - 1n),
  );
  check(
    property(word, divisor, bigInt({ min: -2n, max: 2n }), (a, b, beside) => {
      const dividend = BigInt.asUintN(64, (a / b) * b + beside);
      const regs = words(dividend, b);
      div64(regs, 0, 2);
      expect(value(regs)).toBe(dividend / b);
      const rest = words(dividend, b);
      mod64(rest, 0, 2);
      expect(value(rest)).toBe(dividend % b);
    }),
    { numRuns: runs(1000, 100_000) },
  );
});

test('swap reverses the low bytes and clears the rest', () => {
  check(
    property(word, nat(2), (a, i) => {
      const width = [16, 32, 64][i];
      const regs = words(a);
      swap(regs, 0, width);
      const bytes =
        (a & ((1n << BigInt(width)) - 1n))
          .toString(16)
          .padStart(width / 4, '0')
          .match(/../g) ?? [];
      expect(value(regs)).toBe(BigInt(`0x${bytes.reverse().join('')}`));
    }),
    { numRuns: runs(200, 5000) },
  );
});
