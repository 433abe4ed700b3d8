/*
 * Curves of many connections: a band from the least to the greatest value of each map's connections, and a line for their mean. A thousand
 * curves over each other would hide what happens, and take a quarter of a second to draw.
 */
import { lines, things } from '../display-list.ts';
import { numberAt } from '../lists.ts';
import type { PaintName } from '../paint.ts';
import type { DisplayList, Mark } from '../scene.ts';
import { text, ui } from '../shapes.ts';
import type { TimeScale } from '../time-axis.ts';
import type { Panel } from './panels.ts';

/** Most curves that are drawn one by one; the bench has at most as many. */
export const MOST_CURVES = 64;

const BAND = 0.25;

/** A polyline in two pieces: x, y, x, y and so on. */
export type Polyline = readonly [ArrayLike<number>, ArrayLike<number>];

/** What the curves of one paint cover: a value per px of width; NaN where there is none. */
interface Cover {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  readonly sum: Float64Array;
  readonly count: Uint32Array;
}

const emptyCover = (width: number): Cover => ({
  top: new Float64Array(width).fill(Number.POSITIVE_INFINITY),
  bottom: new Float64Array(width).fill(Number.NEGATIVE_INFINITY),
  sum: new Float64Array(width),
  count: new Uint32Array(width),
});

/** Adds a stepped curve; a value holds until the next point. */
function cover({ top, bottom, sum, count }: Cover, pieces: Polyline, left: number): void {
  let column = -1;
  let held = 0;
  const reach = (at: number, y: number): void => {
    if (y < numberAt(top, at)) top[at] = y;
    if (y > numberAt(bottom, at)) bottom[at] = y;
  };
  const add = (at: number, y: number): void => {
    sum[at] = numberAt(sum, at) + y;
    count[at] = numberAt(count, at) + 1;
  };
  for (const points of pieces) {
    for (let p = 0; p < points.length; p += 2) {
      const at = Math.min(top.length - 1, Math.max(0, Math.floor(numberAt(points, p) - left)));
      const y = numberAt(points, p + 1);
      if (column >= 0 && at > column) {
        add(column, held);
        for (let between = column + 1; between < at; between++) {
          reach(between, y);
          add(between, y);
        }
      }
      reach(at, y);
      column = at;
      held = y;
    }
  }
  if (column >= 0) add(column, held);
}

function bandOf({ top, bottom, count }: Cover, paint: PaintName, left: number): DisplayList {
  const bars = things('bar', { weight: 0, opacity: BAND });
  const same = (a: number, b: number): boolean => top[a] === top[b] && bottom[a] === bottom[b];
  for (let from = 0, to = 0; from < count.length; from = to) {
    to = from + 1;
    if (count[from] === 0) continue;
    while (to < count.length && same(from, to)) to++;
    const [y, end] = [numberAt(top, from), numberAt(bottom, from)];
    bars.add(paint, left + from, y, to - from, Math.max(1, end - y));
  }
  return bars.list();
}

/** Points of the mean, without those inside a level piece. */
function meanOf({ sum, count }: Cover, left: number): number[] {
  const points: number[] = [];
  for (let at = 0; at < count.length; at++) {
    if (count[at] === 0) continue;
    const y = numberAt(sum, at) / numberAt(count, at);
    const inLevel = points.at(-1) === y && points.at(-3) === y;
    if (inLevel) points[points.length - 2] = left + at;
    else points.push(left + at, y);
  }
  return points;
}

export interface CrowdLook {
  readonly weight: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
  /** draws the bands too */
  readonly bands: boolean;
}

/** A band and a line for each paint. */
export function crowdLayers(
  curves: readonly { readonly paint: PaintName; readonly points: Polyline }[],
  { left, right }: TimeScale,
  { bands, ...look }: CrowdLook,
): DisplayList[] {
  const covers = new Map<PaintName, Cover>();
  const width = Math.max(1, Math.ceil(right - left) + 1);
  for (const { paint, points } of curves) {
    const known = covers.get(paint) ?? emptyCover(width);
    covers.set(paint, known);
    cover(known, points, left);
  }
  const means = lines(look);
  for (const [paint, one] of covers) means.addLine(paint, meanOf(one, left));
  return [...(bands ? [...covers].map(([paint, one]) => bandOf(one, paint, left)) : []), means.list()];
}

/** Says what bands and lines are, since not every connection has a curve. */
export function crowdName(count: number, scale: TimeScale, panel: Panel, y: number): Mark {
  const words = `${count.toLocaleString('en')} connections: from least to greatest, and their mean`;
  const at = { x: scale.right - 4, y: panel.top + y };
  return text('crowd', at, words, ui(10.5), 'muted', { anchor: 'end', halo: 'surface-1', label: words });
}
