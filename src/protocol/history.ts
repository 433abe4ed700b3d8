/* Assembles the page's history from the worker's increments (src/engine/lab/history-feed.ts). */
import type { Column, History, HistoryColumns, HistoryDelta, RowsDelta, Series, SeriesDelta } from '../engine/index.ts';

type TypedColumn = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A column that grows at its end; arrays handed out before an append do not change. */
interface Growing {
  buffer: TypedColumn;
  length: number;
}

const FIRST_CAPACITY = 256;

const growing = (make: (length: number) => TypedColumn): Growing => ({ buffer: make(FIRST_CAPACITY), length: 0 });
const times = (length: number): TypedColumn => new Float64Array(length);
const counts = (length: number): TypedColumn => new Uint32Array(length);

function append(column: Growing, keep: number, more: TypedColumn, make: (length: number) => TypedColumn): Column {
  const length = keep + more.length;
  // a fork truncates data that may still be drawn, so it continues in a new buffer
  const cuts = keep < column.length;
  if (length > column.buffer.length || cuts) {
    const wider = make(Math.max(FIRST_CAPACITY, length * 2));
    wider.set(column.buffer.subarray(0, keep));
    column.buffer = wider;
  }
  column.buffer.set(more, keep);
  column.length = length;
  return column.buffer.subarray(0, length);
}

class Columns {
  private readonly time = growing(times);
  private readonly values: Growing[];

  constructor(quantities: number) {
    this.values = Array.from({ length: quantities }, () => growing(counts));
  }

  /** Time, then the quantities. */
  take({ keep, time, values }: HistoryColumns): readonly Column[] {
    return [
      append(this.time, keep, time as TypedColumn, times),
      ...this.values.map((column, i) => append(column, keep, values[i] as TypedColumn, counts)),
    ];
  }
}

function rowsAfter<Row>(before: readonly Row[], { keep, rows }: RowsDelta<Row>): readonly Row[] {
  if (rows.length === 0 && keep === before.length) return before;
  return [...before.slice(0, keep), ...rows];
}

const NONE: Column = [];

/** Cwnd, ssthresh, srttUs, caState. */
const QUANTITIES = 4;

const EMPTY: History = {
  until: 0,
  calls: [],
  transitions: [],
  refs: [],
  captions: [],
  notes: [],
  messages: [],
  series: [],
  queue: { time: [], length: [] },
  ghosts: [],
};

/** Follows one run from its beginning. */
export class FollowedHistory {
  private readonly queue = new Columns(1);
  private series = new Map<number, { readonly columns: Columns; shown: Series }>();
  shown: History = EMPTY;

  /** Applies an increment; returns the new history. */
  take(delta: HistoryDelta): History {
    const before = this.shown;
    const [time = NONE, length = NONE] = this.queue.take(delta.queue);
    this.shown = {
      until: delta.until,
      calls: rowsAfter(before.calls, delta.calls),
      transitions: rowsAfter(before.transitions, delta.transitions),
      refs: rowsAfter(before.refs, delta.refs),
      captions: rowsAfter(before.captions, delta.captions),
      notes: rowsAfter(before.notes, delta.notes),
      messages: rowsAfter(before.messages, delta.messages),
      series: this.takeSeries(delta.series),
      queue: { time, length },
      ghosts: delta.ghosts ?? before.ghosts,
    };
    return this.shown;
  }

  private takeSeries(deltas: readonly SeriesDelta[]): readonly Series[] {
    const next: typeof this.series = new Map();
    for (const delta of deltas) {
      const known = this.series.get(delta.id);
      const isSame = known && delta.time.length === 0 && delta.keep === known.shown.time.length;
      if (isSame) {
        next.set(delta.id, known);
        continue;
      }
      const columns = known?.columns ?? new Columns(QUANTITIES);
      const [time = NONE, cwnd = NONE, ssthresh = NONE, srttUs = NONE, caState = NONE] = columns.take(delta);
      const { socket, map } = delta;
      next.set(delta.id, { columns, shown: { socket, map, time, cwnd, ssthresh, srttUs, caState } });
    }
    this.series = next;
    return [...next.values()].map(({ shown }) => shown);
  }
}
