import { tuple, assert, double, property } from 'fast-check';
import { expect, test } from 'vitest';
import { panned, wholeRun, zoomed } from './timeline-domain.ts';

const whole = wholeRun(1e9, false);
const domains = tuple(double({ min: 0, max: 0.9, noNaN: true }), double({ min: 0.01, max: 0.1, noNaN: true })).map(
  ([from, span]) => [whole[1] * from, whole[1] * (from + span)] as const,
);

test('the domain always stays within the run', () => {
  assert(
    property(domains, double({ min: -3, max: 3, noNaN: true }), (domain, by) => {
      for (const [from, to] of [panned(domain, by, whole), zoomed(domain, 3e8, 2 ** by, whole)]) {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(whole[1] * 1.000001);
        expect(to).toBeGreaterThan(from);
      }
    }),
    { numRuns: 200 },
  );
});

test('zooming keeps the point under the pointer', () => {
  const [from, to] = zoomed([2e8, 6e8], 3e8, 0.5, whole);
  expect((3e8 - from) / (to - from)).toBeCloseTo(0.25, 9);
});

test('a growing run keeps its scale for a while, and always shows the whole known run', () => {
  const ends = Array.from({ length: 100 }, (_, i) => 1e9 + i * 1e7).map((until) => {
    const [, end] = wholeRun(until, true);
    expect(end).toBeGreaterThan(until);
    expect(end).toBeLessThan(until * 1.2);
    return end;
  });
  expect(new Set(ends).size).toBeLessThan(12);
});
