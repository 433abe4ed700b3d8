import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameValue } from './same-value.ts';

test('agrees with JSON on plain values', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
      expect(sameValue(a, structuredClone(a))).toBe(true);
      if (sameValue(a, b)) expect(b).toEqual(a);
    }),
  );
});

test('one key may differ, but not be absent', () => {
  expect(sameValue({ a: 1, tip: 'x' }, { a: 1, tip: 'y' }, 'tip')).toBe(true);
  expect(sameValue({ a: 1, tip: 'x' }, { a: 2, tip: 'y' }, 'tip')).toBe(false);
  expect(sameValue({ a: 1, tip: 'x' }, { a: 1 }, 'tip')).toBe(false);
});

test.each([
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [{ a: undefined }, { b: 1 }, false],
  [[1, 2], [1], false],
  [[], {}, false],
  [{ at: [1, { x: 2 }] }, { at: [1, { x: 2 }] }, true],
  [{ at: [1, { x: 2 }] }, { at: [1, { x: 3 }] }, false],
  [null, {}, false],
])('%o and %o: %s', (a, b, same) => {
  expect(sameValue(a, b)).toBe(same);
  expect(sameValue(b, a)).toBe(same);
});
