/*
 * Places where playing stops, other than instructions: transitions of the lifecycle, counts, system calls, states of congestion
 * avoidance, and conditions that become true. A break may have an additional condition, and may only trace: then a line
 * is printed at each hit, and playing goes on. condition.ts parses the texts of conditions; it is loaded later.
 */
import { assertUnreachable, entryOf } from '../base/assert.ts';
import type { LifecycleState, MapLetter } from './commands.ts';
import type { History } from './snapshot.ts';

/** Options of a break and of a line's breakpoint. */
export interface BreakOptions {
  /** a condition that must hold at the hit: `ms > 100 && hits == 3`, `r1 > 5`; absent: none */
  readonly when?: string;
  /** prints a line at each hit, and does not stop */
  readonly trace?: boolean;
  /** expressions to print, separated by commas; absent: a description of the hit */
  readonly print?: string;
}

/** `map`, `socket` null: any. */
type BreakOn =
  | { readonly on: 'edge'; readonly map: MapLetter | null; readonly to: LifecycleState }
  | { readonly on: 'refs'; readonly map: MapLetter | null; readonly count: number }
  /** part of a call as strace prints it; `refused`: only when it returns an errno */
  | { readonly on: 'call'; readonly text: string; readonly refused: boolean }
  /** icsk_ca_state: 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss */
  | { readonly on: 'ca-state'; readonly socket: number | null; readonly state: number }
  /** becomes true after an event, for any of the connections concerned: `tp->snd_cwnd < 10` */
  | { readonly on: 'condition'; readonly text: string };

export type Break = BreakOn & BreakOptions;

/** Rows of one event, found in a list sorted by event. */
function rowsOf<R extends { readonly event: number }>(rows: readonly R[], event: number): R[] {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entryOf(rows, middle).event < event) low = middle + 1;
    else high = middle;
  }
  const out: R[] = [];
  for (let row = rows[low]; row?.event === event; row = rows[++low]) out.push(row);
  return out;
}

/** Descriptions of what an event recorded that matches a break on an edge, a count or a call. */
export function metBy(one: Break, { transitions, refs, calls }: History, event: number): string[] {
  const isMap = (map: MapLetter): boolean => !('map' in one) || one.map === null || one.map === map;
  switch (one.on) {
    case 'edge':
      return rowsOf(transitions, event)
        .filter(({ to, map }) => to === one.to && isMap(map))
        .map(({ map, to }) => `map ${map} becomes ${to}`);
    case 'refs':
      return rowsOf(refs, event)
        .filter(({ refcnt, map }) => refcnt === one.count && isMap(map))
        .map(
          ({ map, refcnt, who, gained }) =>
            `map ${map} has ${refcnt} references: ${who} ${gained ? 'took' : 'gave back'} one`,
        );
    case 'call':
      return rowsOf(calls, event)
        .filter(({ text, ret }) => text.includes(one.text) && (!one.refused || ret < 0))
        .map(({ process, text, ret }) => `${process}: ${text} = ${ret}`);
    case 'ca-state':
    case 'condition':
      return [];
    default:
      return assertUnreachable(one);
  }
}
