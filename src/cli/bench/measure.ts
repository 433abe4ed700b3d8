/* Medians of times, for the benchmarks. */
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

export function rounds(count: number, measure: () => number): number {
  return median(Array.from({ length: count }, measure));
}

/** ms that `work` takes */
export function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

export const thousands = (n: number): string => Math.round(n).toLocaleString('en');
