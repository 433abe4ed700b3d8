import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { lineMap } from './line-map.ts';

test('lines stay matched when others are added and removed', () => {
  expect(lineMap('a\nb\nc', 'a\nx\nb\nc')).toEqual([0, 2, 3]);
  expect(lineMap('a\nb\nc', 'a\nc')).toEqual([0, null, 1]);
  expect(lineMap('a\nb\nc\nd', 'a\nB\nc\nD')).toEqual([0, null, 2, null]);
});

test('mapped lines are equal and keep their order', () => {
  const text = array(constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
  assert(
    property(text, text, (from, to) => {
      const a = from.split('\n');
      const b = to.split('\n');
      const map = lineMap(from, to);
      expect(map.length).toBe(a.length);
      let last = -1;
      map.forEach((line, i) => {
        if (line === null) return;
        expect(b[line]).toBe(a[i]);
        expect(line).toBeGreaterThan(last);
        last = line;
      });
      if (from === to) expect(map).toEqual(a.map((_, i) => i));
    }),
    { numRuns: 200 },
  );
});

test('a text of a million lines does not exhaust memory', () => {
  const long = 'same\n' + 'r0 = 0\n'.repeat(1_000_000);
  const map = lineMap(long, 'same\nother\n'.repeat(40_000));
  expect([map[0], map[1]]).toEqual([0, null]);
});
