/*
 * Curves of many connections: a band from the least to the greatest value of each map's connections, and a line for their mean. A thousand
 * curves over each other would hide what happens, and take a quarter of a second to draw.
 */
import { things } from '../display-list.ts';
import { numberAt } from '../lists.ts';
import type { PaintName } from '../paint.ts';
import type { DisplayList } from '../scene.ts';
import type { TimeScale } from '../time-axis.ts';
import { mapCurves } from './twins.ts';

/** Most curves that are drawn one by one; the bench has at most as many. */
export const MOST_CURVES = 64;

const BAND = 0.25;

/** A polyline in two pieces: x, y, x, y and so on. */
export type Polyline = readonly [ArrayLike<number>, ArrayLike<number>];

/** What the curves of one paint cover: values per px of width. */
interface Cover {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  /** changes of the sum and of the number of curves from one px to the next, which cost less to keep than the sums themselves */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

const emptyCover = (width: number): Cover => ({
  top: new Float64Array(width).fill(Number.POSITIVE_INFINITY),
  bottom: new Float64Array(width).fill(Number.NEGATIVE_INFINITY),
  sums: new Float64Array(width + 1),
  counts: new Float64Array(width + 1),
});

/**
 * Adds a stepped curve; a value holds until the next point. Indexes arrays itself, since a function shared with other kinds of arrays would
 * take most of the time.
 */
function cover({ top, bottom, sums, counts }: Cover, pieces: Polyline, left: number): void {
  const last = top.length - 1;
  let column = -1;
  let held = 0;
  for (const points of pieces) {
    for (let p = 0; p < points.length; p += 2) {
      const at = Math.min(last, Math.max(0, Math.floor((points[p] ?? 0) - left)));
      const y = points[p + 1] ?? 0;
      if (column < 0) {
        counts[at] = (counts[at] ?? 0) + 1;
        sums[at] = (sums[at] ?? 0) + y;
      } else if (y !== held) {
        // a px has the value that it ends with
        const from = at > column ? column + 1 : at;
        sums[from] = (sums[from] ?? 0) + y - held;
      }
      for (let px = Math.max(0, at > column && column >= 0 ? column + 1 : at); px <= at; px++) {
        if (y < (top[px] ?? 0)) top[px] = y;
        if (y > (bottom[px] ?? 0)) bottom[px] = y;
      }
      column = at;
      held = y;
    }
  }
  if (column < 0) return;
  counts[column + 1] = (counts[column + 1] ?? 0) - 1;
  sums[column + 1] = (sums[column + 1] ?? 0) - held;
}

function bandOf({ top, bottom }: Cover, paint: PaintName, left: number): DisplayList {
  const bars = things('bar', { weight: 0, opacity: BAND });
  const same = (a: number, b: number): boolean => top[a] === top[b] && bottom[a] === bottom[b];
  for (let from = 0, to = 0; from < top.length; from = to) {
    to = from + 1;
    const [y, end] = [numberAt(top, from), numberAt(bottom, from)];
    if (end < y) continue;
    while (to < top.length && same(from, to)) to++;
    bars.add(paint, left + from, y, to - from, Math.max(1, end - y));
  }
  return bars.list();
}

/** Points of the mean, in stretches without a gap and without those inside a level piece. */
function meansOf({ sums, counts }: Cover, left: number): number[][] {
  const stretches: number[][] = [];
  let points: number[] = [];
  let [sum, count] = [0, 0];
  for (let px = 0; px < counts.length; px++) {
    sum += numberAt(sums, px);
    count += numberAt(counts, px);
    if (count === 0) {
      if (points.length > 0) stretches.push(points);
      points = [];
      continue;
    }
    // rounded, so that sums of fractions do not make a level piece uneven
    const y = Math.round((sum / count) * 64) / 64;
    const inLevel = points.at(-1) === y && points.at(-3) === y;
    if (inLevel) points[points.length - 2] = left + px;
    else points.push(left + px, y);
  }
  return points.length > 0 ? [...stretches, points] : stretches;
}

export interface CrowdLook {
  readonly weight: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
  /** draws the bands too */
  readonly bands: boolean;
}

/** A band and a line for each map of a state, or each state's built-in algorithms. */
export function crowdLayers(
  curves: readonly { readonly paint: PaintName; readonly nth: number; readonly points: Polyline }[],
  { left, right }: TimeScale,
  { bands, ...look }: CrowdLook,
): DisplayList[] {
  const covers = new Map<string, { readonly paint: PaintName; readonly nth: number; readonly of: Cover }>();
  const width = Math.max(1, Math.ceil(right - left) + 1);
  for (const { paint, nth, points } of curves) {
    const key = `${paint} ${nth}`;
    const known = covers.get(key) ?? { paint, nth, of: emptyCover(width) };
    covers.set(key, known);
    cover(known.of, points, left);
  }
  const all = [...covers.values()];
  const means = all.flatMap(({ paint, nth, of }) =>
    meansOf(of, left).map((points) => ({ paint, nth, points: [points] })),
  );
  return [...(bands ? all.map(({ paint, of }) => bandOf(of, paint, left)) : []), ...mapCurves(means, look)];
}

/** Says what bands and lines are, since not every connection has a curve. */
export const crowdWords = (count: number): string =>
  `${count.toLocaleString('en')} connections: from least to greatest, and their mean`;
