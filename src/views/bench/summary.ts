/* Summarises a measured run by congestion control, side by side. */
import type { Measured, MeasuredFlow } from '../../engine/index.ts';
import { rateText } from '../words.ts';

/** Jain's index: 1 where all get the same, 1/n where one gets everything. 1 when there is no flow. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((a, b) => a + b, 0);
  const squares = shares.reduce((a, b) => a + b * b, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

/** Mean goodput over the flow's life, bits a second. */
export const goodputOf = ({ bytes, from, to }: MeasuredFlow): number => (to > from ? (bytes * 8e9) / (to - from) : 0);

export interface SummaryColumn {
  /** congestion control, or `all` */
  readonly title: string;
  /** in the order of ROWS */
  readonly cells: readonly string[];
}

/** Names of the rows, with their meaning. */
export const SUMMARY_ROWS = [
  ['Connections', 'number of connections'],
  ['Goodput', 'acknowledged data per second while connections last, summed'],
  ['Share', 'share of all acknowledged bytes'],
  ['Fairness', 'Jain’s index of the goodputs: 1 is equal'],
  ['Lost', 'packets dropped by the full queue, of all that reached it'],
  ['Timeouts', 'retransmission timers that ran out'],
  ['Mean queue', 'mean packets, weighted by time; the queue is shared'],
] as const;

function column(title: string, flows: readonly MeasuredFlow[], run: Measured): SummaryColumn {
  const sum = (of: (flow: MeasuredFlow) => number): number => flows.reduce((total, flow) => total + of(flow), 0);
  const all = run.flows.reduce((total, { bytes }) => total + bytes, 0);
  const arrived = run.sent + run.drops;
  const whole = flows.length === run.flows.length;
  const drops = whole ? run.drops : sum((flow) => flow.drops);
  return {
    title,
    cells: [
      String(flows.length),
      rateText(sum(goodputOf)),
      all === 0 ? '–' : `${((sum(({ bytes }) => bytes) / all) * 100).toFixed(1)} %`,
      flows.length < 2 ? '–' : jain(flows.map(goodputOf)).toFixed(3),
      arrived === 0 ? '–' : `${drops.toLocaleString('en')} (${((drops / arrived) * 100).toFixed(2)} %)`,
      String(sum(({ rtos }) => rtos)),
      whole ? run.queue.toFixed(1) : '–',
    ],
  };
}

/** A column for each congestion control, in the order of their first connection, then one for all. */
export function summary(run: Measured): readonly SummaryColumn[] {
  const names = [...new Set(run.flows.map(({ cc }) => cc))];
  const each = names.map((cc) =>
    column(
      cc,
      run.flows.filter((flow) => flow.cc === cc),
      run,
    ),
  );
  return names.length === 1 ? each : [...each, column('all', run.flows, run)];
}
