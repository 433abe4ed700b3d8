/* Reduces a piece of a series to a polyline of about one point per pixel. */
import { numberAt } from '../lists.ts';
import type { Column } from '../../engine/index.ts';
import type { Domain, TimeScale } from '../time-axis.ts';

/** Index of the last entry that is not after `time`; -1 when all are. Times ascend; those before `first` are not after it. */
export function lastAtOrBefore(times: Column, time: number, first = 0): number {
  let low = first;
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

/** A polyline in the making: x, y, x, y and so on of the columns that are complete, and the open one. */
export interface Steps {
  readonly points: number[];
  column: number;
  low: number;
  high: number;
  previous: number;
  sample: number;
  value: number;
}

export const noSteps = (): Steps => ({
  points: [],
  column: Number.NaN,
  low: 0,
  high: 0,
  previous: Number.NaN,
  sample: Number.NaN,
  value: Number.NaN,
});

/** Points of the open column; it is entered on the side from which the line comes. */
function columnPoints({ points, column, low, high }: Steps): readonly number[] {
  if (Number.isNaN(column)) return [];
  const last = points.at(-1) ?? Number.NaN;
  if (low === high) return [column, low];
  return Math.abs(last - low) < Math.abs(last - high) ? [column, low, column, high] : [column, high, column, low];
}

/**
 * Makes a function that adds samples of a stepped series. Of several changes inside one half pixel the least and the
 * greatest are kept, so that a halving is always visible.
 */
export function stepper(
  times: Column,
  values: Column,
  from: number,
  { left, right, domain }: TimeScale,
  y: (value: number) => number,
): (steps: Steps, i: number) => void {
  // computed here, because calling the scale for each of the many samples would be slow
  const perNs = (right - left) / (domain[1] - domain[0]);
  const column0 = left - domain[0] * perNs;
  return (steps, i) => {
    const at = Math.round((column0 + Math.max(numberAt(times, i), from) * perNs) * 2) / 2;
    if (values[i] !== steps.sample) steps.value = y((steps.sample = numberAt(values, i)));
    const { value, previous } = steps;
    if (at !== steps.column) {
      steps.points.push(...columnPoints(steps));
      if (!Number.isNaN(previous) && previous !== value) steps.points.push(at, previous);
      steps.column = at;
      steps.low = value;
      steps.high = value;
    } else {
      steps.low = Math.min(steps.low, value);
      steps.high = Math.max(steps.high, value);
    }
    steps.previous = value;
  };
}

/** Points after the complete columns, up to `end`, px. */
export function lastPoints(steps: Steps, end: number): readonly number[] {
  const open = columnPoints(steps);
  return steps.points.length + open.length > 0 ? [...open, end, steps.previous] : [];
}

/** Points x, y, x, y of a stepped series within the domain. */
export function steppedPoints(
  times: Column,
  values: Column,
  [from, to]: Domain,
  scale: TimeScale,
  y: (value: number) => number,
): number[] {
  const steps = noSteps();
  const add = stepper(times, values, from, scale, y);
  for (let i = firstWithin(times, from); i < times.length && numberAt(times, i) <= to; i++) add(steps, i);
  return [...steps.points, ...lastPoints(steps, scale.x(to))];
}

/** Index of the sample that holds at `from`, or the first one. */
export const firstWithin = (times: Column, from: number): number => Math.max(0, lastAtOrBefore(times, from));

/** Values at `columns` even steps of the domain, for a sparkline. */
export function sampled(times: Column, values: Column, [from, to]: Domain, columns: number): Float64Array {
  const out = new Float64Array(columns + 1);
  let i = firstWithin(times, from);
  for (let column = 0; column <= columns; column++) {
    i = Math.max(0, lastAtOrBefore(times, from + ((to - from) * column) / columns, i));
    out[column] = numberAt(values, i);
  }
  return out;
}
