/* The time axis of the timeline and the series: round ticks, and the scale from time to px. */
import { ticks } from 'd3';
import type { Mark } from './scene.ts';
import { mono, text } from './shapes.ts';

export type Domain = readonly [number, number];

export interface TimeScale {
  readonly x: (time: number) => number;
  readonly time: (x: number) => number;
  readonly left: number;
  readonly right: number;
  readonly domain: Domain;
}

/** Written out, because a whole d3 scale brings colours and formats, which would delay the first picture. */
export function timeScale(domain: Domain, left: number, wanted: number): TimeScale {
  const right = Math.max(left + 1, wanted);
  const perNs = (right - left) / (domain[1] - domain[0]);
  const x = (time: number): number => left + (time - domain[0]) * perNs;
  return { x, time: (at) => domain[0] + (at - left) / perNs, left, right, domain };
}

/** Room that a tick's label needs, px. */
const TICK_ROOM = 90;

/** Unit of a whole axis, by its span. */
const UNITS: readonly (readonly [number, number, string])[] = [
  [20e9, 1e9, 's'],
  [20e6, 1e6, 'ms'],
];
const SMALLEST = [0, 1e3, 'µs'] as const;

export interface Ticks {
  /** x of each grid line */
  readonly lines: readonly number[];
  readonly labels: readonly Mark[];
}

/** Ticks and labels; labels that would overlap `avoid` (left and right, px) are left out. */
export function timeTicks(scale: TimeScale, labelY: number, avoid: readonly [number, number] | null): Ticks {
  const [from, to] = scale.domain;
  const [, unit, name] = UNITS.find(([least]) => to - from >= least) ?? SMALLEST;
  const most = Math.max(2, Math.floor((scale.right - scale.left) / TICK_ROOM));
  const places = ticks(from / unit, to / unit, most);
  const labels = places.flatMap((tick, i): Mark[] => {
    const x = scale.x(tick * unit);
    const words = i === 0 ? `${tick} ${name}` : String(tick);
    const half = words.length * 3.4 + 4;
    if (avoid !== null && x + half > avoid[0] && x - half < avoid[1]) return [];
    const anchor = x - half < scale.left ? 'start' : x + half > scale.right + 14 ? 'end' : 'middle';
    return [text(`tick.${tick}`, { x, y: labelY }, words, mono(10.5), 'dim', { anchor })];
  });
  return { lines: places.map((tick) => scale.x(tick * unit)), labels };
}
