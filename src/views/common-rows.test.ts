import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonRows } from './common-rows.ts';

test('finds the longest list of rows that both have, in order', () => {
  expect(commonRows([...'abcbd'], [...'bcxd'])).toEqual([null, 0, 1, null, 3]);
  expect(commonRows([], ['a'])).toEqual([]);
  expect(commonRows(['a'], [])).toEqual([null]);
});

test('paired rows are equal and ascend, and every row of a part of a list is found', () => {
  const rows = fc.array(fc.constantFrom(...'abc'), { maxLength: 12 });
  fc.assert(
    fc.property(rows, rows, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (a, b, keep) => {
      const found = commonRows(a, b).flatMap((fellow, i) => (fellow === null ? [] : [[i, fellow] as const]));
      for (const [n, [i, fellow]] of found.entries()) {
        expect(a[i]).toBe(b[fellow]);
        if (n > 0) expect(fellow).toBeGreaterThan(found[n - 1][1]);
      }
      const part = a.filter((_, i) => keep[i]);
      expect(commonRows(part, a)).not.toContain(null);
    }),
  );
});
