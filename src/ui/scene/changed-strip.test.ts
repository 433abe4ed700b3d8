import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lines, things } from '../../views/display-list.ts';
import { changedStrip, EVERYTHING, NOTHING } from './changed-strip.ts';

const curve = (points: readonly number[], dash?: readonly number[]) => {
  const builder = lines({ weight: 2, ...(dash ? { dash } : {}) });
  builder.addLine('text', points);
  return builder.list();
};
const bars = (...xs: readonly number[]) => {
  const builder = things('bar', { weight: 0 });
  for (const x of xs) builder.add('text', x, 0, 10, 10);
  return builder.list();
};

test('unchanged items are not drawn again', () => {
  const layers = [curve([0, 0, 10, 5])];
  expect(changedStrip(layers, layers)).toEqual(NOTHING);
  expect(changedStrip(layers, [curve([0, 0, 10, 5])])).toEqual(NOTHING);
});

test('only the end of a growing curve is drawn', () => {
  const strip = changedStrip([curve([0, 0, 50, 5])], [curve([0, 0, 50, 5, 60, 8])]);
  expect(strip.from).toBeGreaterThan(40);
  expect(strip.to).toBeGreaterThanOrEqual(61);
});

test('a moved item changes its old and its new place', () => {
  const strip = changedStrip([bars(100)], [bars(120)]);
  expect(strip.from).toBeLessThanOrEqual(100);
  expect(strip.to).toBeGreaterThanOrEqual(130);
});

test('another look, or another number of layers, changes everything', () => {
  expect(changedStrip([curve([0, 0, 1, 1])], [curve([0, 0, 1, 1], [2, 2])])).toEqual(EVERYTHING);
  expect(changedStrip([curve([0, 0, 1, 1])], [])).toEqual(EVERYTHING);
});

/** x of all bars that are in only one of two lists. */
test('all changes lie in the strip', () => {
  const many = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 20 });
  fc.assert(
    fc.property(many, many, (before, now) => {
      const { from, to } = changedStrip([bars(...before)], [bars(...now)]);
      const other = [...before.filter((x, i) => now[i] !== x), ...now.filter((x, i) => before[i] !== x)];
      for (const x of other) {
        expect(from).toBeLessThanOrEqual(x);
        expect(to).toBeGreaterThanOrEqual(x + 10);
      }
    }),
    { numRuns: 200 },
  );
});
