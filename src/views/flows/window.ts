/* Reduces a piece of a series to a polyline of about one point per pixel. */
import { numberAt } from '../lists.ts';
import type { Column, Series } from '../../engine/index.ts';
import type { Domain, TimeScale } from '../time-axis.ts';

/** Index of the last entry that is not after `time`; -1 when all are. Times ascend. */
export function lastAtOrBefore(times: Column, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(times, middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export type Quantity = 'cwnd' | 'ssthresh' | 'srttUs';

/** ssthresh before the first loss: "infinite". */
export const NO_SSTHRESH = 0x7fffffff;

/**
 * Points x, y, x, y of a stepped series within the domain. Of several changes inside one pixel the least and the
 * greatest are kept, so that a halving is always visible.
 */
export function steppedPoints(
  times: Column,
  values: Column,
  [from, to]: Domain,
  { x, left, right, domain }: TimeScale,
  y: (value: number) => number,
): number[] {
  const points: number[] = [];
  // computed here, because calling the scale for each of the many samples would be slow
  const perNs = (right - left) / (domain[1] - domain[0]);
  const column0 = left - domain[0] * perNs;
  const first = Math.max(0, lastAtOrBefore(times, from));
  let column = Number.NaN;
  let low = 0;
  let high = 0;
  const flush = (): void => {
    if (Number.isNaN(column)) return;
    const last = points.at(-1) ?? Number.NaN;
    // enter the column on the side from which the line comes
    if (low === high) points.push(column, low);
    else if (Math.abs(last - low) < Math.abs(last - high)) points.push(column, low, column, high);
    else points.push(column, high, column, low);
  };
  let previous = Number.NaN;
  let sample = Number.NaN;
  let value = Number.NaN;
  for (let i = first; i < times.length && numberAt(times, i) <= to; i++) {
    const at = Math.round((column0 + Math.max(numberAt(times, i), from) * perNs) * 2) / 2;
    if (values[i] !== sample) value = y((sample = numberAt(values, i)));
    if (at !== column) {
      flush();
      if (!Number.isNaN(previous) && previous !== value) points.push(at, previous);
      column = at;
      low = value;
      high = value;
    } else {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    previous = value;
  }
  flush();
  if (points.length > 0) points.push(x(to), previous);
  return points;
}

/** Greatest value of a quantity within the domain; 0 when it has none. */
export function greatest(series: readonly Series[], quantity: Quantity, [from, to]: Domain): number {
  let most = 0;
  for (const one of series) {
    const values = one[quantity];
    const first = Math.max(0, lastAtOrBefore(one.time, from));
    for (let i = first; i < one.time.length && numberAt(one.time, i) <= to; i++) {
      const value = numberAt(values, i);
      if (value !== NO_SSTHRESH && value > most) most = value;
    }
  }
  return most;
}

/** Values at `columns` even steps of the domain, for a sparkline. */
export function sampled(
  times: Column,
  values: Column,
  [from, to]: Domain,
  columns: number,
): { readonly time: number; readonly value: number }[] {
  return Array.from({ length: columns + 1 }, (_, i) => {
    const time = from + ((to - from) * i) / columns;
    return { time, value: numberAt(values, Math.max(0, lastAtOrBefore(times, time))) };
  });
}
