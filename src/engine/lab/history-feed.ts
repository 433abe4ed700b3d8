/*
 * Sends a page the new part of a history. The feed remembers how much of each list the page has; a fork shortens that.
 * So the size of a message depends on what happened since the last one, not on the length of the run.
 *
 * Example: of 100 calls the page has 98. A fork cuts the list to 90, then 3 calls come: `keep` is 90, `rows` are 3.
 */
import type { Recorder } from './recorder.ts';
import type { HistoryColumns, HistoryDelta, RowsDelta, SeriesDelta } from './snapshot.ts';

export class HistoryFeed {
  private version = -1;

  constructor(private readonly recorder: Recorder) {}

  get isDue(): boolean {
    return this.version !== this.recorder.version;
  }

  /** Assumes from now on that the page has nothing. */
  restart(): void {
    this.version = -1;
    this.recorder.forgetSent();
  }

  /** Returns what the page lacks, and assumes that it has it from then on. */
  take(): HistoryDelta {
    const { recorder } = this;
    const first = this.version < 0;
    this.version = recorder.version;
    const { time, length } = recorder.queue;
    const queue = columnsFrom(recorder.queue.sent, time, [length]);
    recorder.queue.sent = time.length;
    return {
      until: recorder.until,
      calls: this.rowsOf('calls', recorder.rows.calls),
      transitions: this.rowsOf('transitions', recorder.rows.transitions),
      refs: this.rowsOf('refs', recorder.rows.refs),
      captions: this.rowsOf('captions', recorder.rows.captions),
      notes: this.rowsOf('notes', recorder.rows.notes),
      messages: this.rowsOf('messages', recorder.rows.messages),
      series: recorder.allSeries.map((series): SeriesDelta => {
        const { id, socket, map, sent } = series;
        series.sent = series.time.length;
        return {
          id,
          socket,
          map,
          ...columnsFrom(sent, series.time, [series.cwnd, series.ssthresh, series.srttUs, series.caState]),
        };
      }),
      queue,
      ghosts: first ? recorder.ghosts : null,
    };
  }

  private rowsOf<Row>(name: keyof Recorder['sent'], list: readonly Row[]): RowsDelta<Row> {
    const { sent } = this.recorder;
    const keep = sent[name];
    sent[name] = list.length;
    return { keep, rows: list.slice(keep) };
  }
}

function columnsFrom(keep: number, time: readonly number[], values: readonly (readonly number[])[]): HistoryColumns {
  return {
    keep,
    time: Float64Array.from(time.slice(keep)),
    values: values.map((v) => Uint32Array.from(v.slice(keep))),
  };
}
