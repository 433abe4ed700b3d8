/* Draws a watched expression as a lane of the timeline: a stepped line for each connection. */
import { numberAt } from '../lists.ts';
import type { WatchAnswer } from '../../engine/index.ts';
import type { Mark } from '../scene.ts';
import { path, pathOf } from '../shapes.ts';
import type { TimeScale } from '../time-axis.ts';
import { FUTURE } from './spans.ts';
import type { TimelineWatch } from './timeline.ts';

interface Watched {
  /** the expression */
  readonly text: string;
  readonly answer: WatchAnswer;
}

/** Most points drawn of a line, about one per pixel. */
const MOST_POINTS = 2_000;

const rounded = (n: number): string => (Number.isInteger(n) ? n.toLocaleString('en') : n.toFixed(1));

/** Least and greatest of all connections; null: no connection had a value. */
function rangeOf({ answer }: Watched): readonly [number, number] | null {
  const lanes = answer.lanes.filter(({ changes }) => changes > 0);
  if (lanes.length === 0) return null;
  return [Math.min(...lanes.map(({ min }) => min)), Math.max(...lanes.map(({ max }) => max))];
}

/** `10 to 84`, beside the lane's name. */
function watchRange(watch: Watched): string {
  const range = rangeOf(watch);
  return range ? `${rounded(range[0])} to ${rounded(range[1])}` : 'no value';
}

/** Label of the lane: each connection with its statistics. */
function watchLabel({ text, answer }: Watched): string {
  const each = answer.lanes
    .filter(({ changes }) => changes > 0)
    .map(({ socket, min, max, mean, changes }) => {
      return `connection ${socket}: min ${rounded(min)}, max ${rounded(max)}, mean ${rounded(mean)}, ${changes} values`;
    });
  return `Watch ${text}: ${each.join('; ') || 'no connection had a value'}`;
}

/** Path of the changes between two times as a stepped line; empty when there are none. */
function steps(
  { time, value }: WatchAnswer['lanes'][number],
  from: number,
  to: number,
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  const every = Math.max(1, Math.ceil(time.length / MOST_POINTS));
  let d = '';
  for (let i = 0; i < time.length; i += every) {
    const start = Math.max(numberAt(time, i), from);
    const end = Math.min(time[i + every] ?? to, to);
    if (end < start) continue;
    d += pathOf(d === '' ? 'M' : 'L', x(start), y(numberAt(value, i)), 'L', x(end), y(numberAt(value, i)), '');
  }
  return d.trim();
}

/** Lines between two heights, faded and dashed after `now`. */
function watchMarks(watch: Watched, scale: TimeScale, now: number, top: number, bottom: number): Mark[] {
  const range = rangeOf(watch);
  if (!range) return [];
  const least = Math.min(0, range[0]);
  const most = Math.max(least + 1, range[1]);
  const y = (value: number): number => bottom - ((bottom - top) * (value - least)) / (most - least);
  const [start, end] = scale.domain;
  const until = Math.min(end, watch.answer.until);
  return watch.answer.lanes.flatMap((lane): Mark[] => {
    const id = `watch.${lane.socket}`;
    const past = steps(lane, start, Math.min(now, until), scale.x, y);
    const future = steps(lane, Math.max(now, start), until, scale.x, y);
    return [
      ...(past === '' ? [] : [path(id, past, { stroke: 'text', weight: 1.3 })]),
      ...(future === ''
        ? []
        : [{ ...path(`${id}.future`, future, { stroke: 'text', weight: 1.3, dash: [3, 3] }), opacity: FUTURE }]),
    ];
  });
}

/** The lane of an expression and its answer. */
export function timelineWatch(text: string, answer: WatchAnswer): TimelineWatch {
  const watch: Watched = { text, answer };
  return {
    label: watchLabel(watch),
    range: watchRange(watch),
    marks: (scale, now, top, bottom) => watchMarks(watch, scale, now, top, bottom),
  };
}
