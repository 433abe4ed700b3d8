/* The flows as rows: for the Table tab and for screen readers. */
import type { ColdSnapshot, HotSnapshot } from '../../engine/index.ts';
import { clamp } from '../shapes.ts';
import { rateText } from '../words.ts';
import { caStateName } from './ca-states.ts';
import { NO_SSTHRESH } from './window.ts';

export interface FlowRow {
  readonly socket: number;
  readonly map: string;
  readonly ccName: string;
  readonly process: string;
  readonly state: string;
  readonly caState: string;
  readonly cwnd: string;
  readonly ssthresh: string;
  readonly srtt: string;
  readonly inflight: string;
  readonly delivered: string;
  readonly lost: string;
  readonly pacing: string;
}

export interface FlowColumn {
  readonly key: keyof FlowRow;
  readonly title: string;
  readonly numeric: boolean;
}

export const FLOW_COLUMNS: readonly FlowColumn[] = [
  { key: 'socket', title: 'Socket', numeric: true },
  { key: 'map', title: 'Map', numeric: false },
  { key: 'ccName', title: 'Algorithm', numeric: false },
  { key: 'process', title: 'Process', numeric: false },
  { key: 'state', title: 'State', numeric: false },
  { key: 'caState', title: 'CA state', numeric: false },
  { key: 'cwnd', title: 'cwnd', numeric: true },
  { key: 'ssthresh', title: 'ssthresh', numeric: true },
  { key: 'srtt', title: 'RTT', numeric: true },
  { key: 'inflight', title: 'In flight', numeric: true },
  { key: 'delivered', title: 'Delivered', numeric: true },
  { key: 'lost', title: 'Lost', numeric: true },
  { key: 'pacing', title: 'Pacing', numeric: true },
];

const NONE = '–';

/** `sk_pacing_rate` of a socket that is not paced is `~0UL`. */
const NO_LIMIT = 2 ** 64;

/** `rate`: bytes a second. */
function pacingText(rate: number): string {
  if (rate >= NO_LIMIT) return 'infinite';
  return rate > 0 ? rateText(rate * 8) : NONE;
}

/** What is known of a table that scrolls, px. */
export interface Sight {
  /** above the top edge */
  readonly top: number;
  readonly height: number;
  /** height of a row; 0 before one is drawn */
  readonly row: number;
}

/** Fewer rows are all drawn. */
const FEW_ROWS = 40;
/** Rows drawn above and below the visible ones, so that scrolling shows no gap. */
const SPARE_ROWS = 10;

/** The rows in sight of a table of `count`, and some around them; a table that has become shorter is at its end. */
export function rowsInSight(
  count: number,
  { top, height, row }: Sight,
): { readonly first: number; readonly last: number } {
  if (count <= FEW_ROWS || row === 0) return { first: 0, last: Math.min(count, FEW_ROWS) };
  const span = Math.ceil(height / row) + 2 * SPARE_ROWS;
  const first = clamp(Math.floor(top / row) - SPARE_ROWS, 0, Math.max(0, count - span));
  return { first, last: Math.min(count, first + span) };
}

/** Rows of the connections from `first` to before `last`; of all by default. */
export function flowRows(cold: ColdSnapshot, hot: HotSnapshot, first = 0, last = cold.sockets.length): FlowRow[] {
  const flows = new Map(hot.flows.map((flow) => [flow.socket, flow]));
  return cold.sockets.slice(first, last).map(({ id, map, ccName, process, state }): FlowRow => {
    const flow = flows.get(id);
    const number = (value: number | undefined): string => (value === undefined ? NONE : String(value));
    return {
      socket: id,
      map: map ?? 'built-in',
      ccName,
      process,
      state,
      caState: flow ? caStateName(flow.caState) : NONE,
      cwnd: number(flow?.cwnd),
      ssthresh: flow?.ssthresh === NO_SSTHRESH ? 'infinite' : number(flow?.ssthresh),
      srtt: flow ? `${(flow.srttUs / 1000).toFixed(1)} ms` : NONE,
      inflight: number(flow?.inflight),
      delivered: number(flow?.delivered),
      lost: number(flow?.lost),
      pacing: pacingText(flow?.pacingRate ?? 0),
    };
  });
}
