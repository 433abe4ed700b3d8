import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Series } from '../../engine/index.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import type { Domain } from '../time-axis.ts';
import { createReadings } from './reading.ts';
import { seriesCurves } from './series.ts';

const SIZE = { width: 634, height: 214 };
const MOST = 400;

/** Columns of a long run in one buffer, as the page receives them; `length` samples of them are known. */
function growing(seed: readonly number[]): (length: number) => Series {
  const column = (value: (i: number) => number) => Float64Array.from({ length: MOST }, (_, i) => value(i));
  const random = (i: number): number => seed[i % seed.length] ?? 0;
  const time = column((i) => i * 5e6 + random(i) * 1e5);
  const cwnd = column((i) => 1 + random(i * 7));
  const ssthresh = column((i) => (i < 20 ? 0x7fffffff : random(i * 3)));
  const srttUs = column((i) => 20_000 + random(i * 5));
  const caState = column((i) => random(i >> 2) % 5);
  return (n) => ({
    socket: 2,
    map: 'A',
    time: time.subarray(0, n),
    cwnd: cwnd.subarray(0, n),
    ssthresh: ssthresh.subarray(0, n),
    srttUs: srttUs.subarray(0, n),
    caState: caState.subarray(0, n),
  });
}

test('curves of a run that grows are those of the whole run, at each length and zoom', () => {
  const { cold, history } = replaceWhileConnected(585);
  const seeds = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 50 });
  const lengths = fc.array(fc.integer({ min: 1, max: MOST }), { minLength: 2, maxLength: 12 });
  const domains = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 1200 })), {
    minLength: 1,
    maxLength: 2,
  });
  fc.assert(
    fc.property(seeds, lengths, domains, (seed, steps, spans) => {
      const seriesOf = growing(seed);
      const readings = createReadings();
      for (const [i, length] of steps.toSorted((a, b) => a - b).entries()) {
        const [from, span] = spans[i % spans.length] ?? [0, 1];
        const domain: Domain = [from * 1e6, (from + span) * 1e6];
        const run = { ...history, series: [seriesOf(length)], queue: { time: [], length: [] } };
        const grown = seriesCurves(readings, cold, run, domain, 2, SIZE);
        const whole = seriesCurves(createReadings(), cold, run, domain, 2, SIZE);
        expect(grown.layers).toEqual(whole.layers);
        expect(grown.marks).toEqual(whole.marks);
      }
    }),
    { numRuns: process.env.SOAK ? 200 : 8 },
  );
});
