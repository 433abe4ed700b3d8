/*
 * Packs an increment of a history for the message channel: the columns of all connections come one after the other in two buffers, since
 * each buffer of a message costs about 10 µs and a thousand connections have five thousand columns.
 */
import type { HistoryColumns, HistoryDelta, MapLetter, SeriesDelta } from '../engine/index.ts';

export interface PackedHistory extends Omit<HistoryDelta, 'series' | 'queue'> {
  /** the queue first, then each series: id, socket, points kept, points added */
  readonly heads: Float64Array;
  /** map of each series */
  readonly maps: readonly (MapLetter | null)[];
  readonly times: Float64Array;
  /** for each set the columns of its quantities, one after the other */
  readonly values: Uint32Array;
}

const HEAD = 4;
const QUEUE_COLUMNS = 1;
const SERIES_COLUMNS = 4;

export function packHistory({ series, queue, ...rest }: HistoryDelta): PackedHistory {
  const sets: readonly HistoryColumns[] = [queue, ...series];
  const points = sets.reduce((sum, { time }) => sum + time.length, 0);
  const heads = new Float64Array(sets.length * HEAD);
  const times = new Float64Array(points);
  const values = new Uint32Array(queue.time.length * QUEUE_COLUMNS + (points - queue.time.length) * SERIES_COLUMNS);
  let [atTime, atValue] = [0, 0];
  for (const [i, { keep, time, values: columns }] of sets.entries()) {
    const one = series[i - 1];
    heads.set([one?.id ?? 0, one?.socket ?? 0, keep, time.length], i * HEAD);
    times.set(time, atTime);
    atTime += time.length;
    for (const column of columns) {
      values.set(column, atValue);
      atValue += column.length;
    }
  }
  return { ...rest, heads, maps: series.map(({ map }) => map), times, values };
}

/** Buffers of a packed increment, to be transferred with it. */
export const buffersOf = ({ heads, times, values }: PackedHistory): ArrayBuffer[] =>
  [heads.buffer, times.buffer, values.buffer] as ArrayBuffer[];

/** The increment as it was packed; its columns are views of the message's buffers. */
export function unpackHistory({ heads, maps, times, values, ...rest }: PackedHistory): HistoryDelta {
  let [atTime, atValue] = [0, 0];
  const take = (keep: number, length: number, quantities: number): HistoryColumns => {
    const time = times.subarray(atTime, (atTime += length));
    const columns = Array.from({ length: quantities }, () => values.subarray(atValue, (atValue += length)));
    return { keep, time, values: columns };
  };
  const headOf = (i: number) => heads.subarray(i * HEAD, (i + 1) * HEAD);
  const [, , kept = 0, added = 0] = headOf(0);
  const queue = take(kept, added, QUEUE_COLUMNS);
  const series = maps.map((map, i): SeriesDelta => {
    const [id = 0, socket = 0, keep = 0, length = 0] = headOf(i + 1);
    return { id, socket, map, ...take(keep, length, SERIES_COLUMNS) };
  });
  return { ...rest, queue, series };
}
