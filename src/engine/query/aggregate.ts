/* Maps of bpftrace: count, sum, avg, min, max, hist and lhist by key. */
import type { Value } from './records.ts';

export interface Bucket {
  /** from `low` to `high`, exclusive */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface Entry {
  readonly key: readonly Value[];
  readonly value: number;
  /** buckets of a histogram; empty for other functions */
  readonly buckets: readonly Bucket[];
}

export interface Aggregate {
  add(value: number): void;
  readonly entry: Omit<Entry, 'key'>;
}

const plain =
  (step: (before: number, value: number) => number): (() => Aggregate) =>
  () => {
    let sum = 0;
    return {
      add: (value) => (sum = step(sum, value)),
      get entry() {
        return { value: sum, buckets: [] };
      },
    };
  };

function average(): Aggregate {
  let [sum, count] = [0, 0];
  return {
    add(value) {
      sum += value;
      count++;
    },
    get entry() {
      return { value: count === 0 ? 0 : Math.round((sum / count) * 1000) / 1000, buckets: [] };
    },
  };
}

function extreme(better: (a: number, b: number) => boolean): Aggregate {
  let best: number | null = null;
  return {
    add(value) {
      if (best === null || better(value, best)) best = value;
    },
    get entry() {
      return { value: best ?? 0, buckets: [] };
    },
  };
}

/** Bucket limits as powers of two: [0], [1], [2, 4), [4, 8) and so on; all negative values share one. */
function powerBucket(value: number): readonly [number, number] {
  if (value < 0) return [Number.NEGATIVE_INFINITY, 0];
  if (value < 1) return [0, 1];
  let high = 2;
  while (high <= value) high *= 2;
  return [high / 2, high];
}

/** Most buckets of a histogram; further ones are merged into the last. */
const MOST_BUCKETS = 100;

function histogram(bucketOf: (value: number) => readonly [number, number]): Aggregate {
  const counts = new Map<number, { low: number; high: number; count: number }>();
  let total = 0;
  return {
    add(value) {
      const [low, high] = bucketOf(value);
      const bucket = counts.get(low) ?? { low, high, count: 0 };
      bucket.count++;
      counts.set(low, bucket);
      total++;
    },
    get entry() {
      const buckets = [...counts.values()].toSorted((a, b) => a.low - b.low).slice(0, MOST_BUCKETS);
      return { value: total, buckets };
    },
  };
}

/** Functions by name: number of arguments, and initial state. */
export const AGGREGATES: Readonly<
  Record<string, { readonly args: number; readonly start: (numbers: readonly number[]) => Aggregate }>
> = {
  count: { args: 0, start: plain((before) => before + 1) },
  sum: { args: 1, start: plain((before, value) => before + value) },
  avg: { args: 1, start: average },
  min: { args: 1, start: () => extreme((a, b) => a < b) },
  max: { args: 1, start: () => extreme((a, b) => a > b) },
  hist: { args: 1, start: () => histogram(powerBucket) },
  lhist: {
    args: 4,
    // the parser has counted the arguments
    start: ([, low = 0, high = 0, step = 1]) =>
      histogram((value) => {
        if (value < low) return [Number.NEGATIVE_INFINITY, low];
        if (value >= high) return [high, Number.POSITIVE_INFINITY];
        const at = low + Math.floor((value - low) / step) * step;
        return [at, Math.min(at + step, high)];
      }),
  },
};
