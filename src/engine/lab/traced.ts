/* Lines that tracepoints printed, in the order of the run; a repeated hit is listed once. */
import type { Hit } from './stops.ts';

export interface TracedLine {
  readonly time: number;
  readonly event: number;
  readonly text: string;
}

/** Most lines kept; further ones are only counted. */
const MOST_LINES = 2_000;

export class Traced {
  private rows: (TracedLine & { readonly by: string; readonly call: number; readonly insn: number })[] = [];
  private readonly known = new Set<string>();
  /** number of lines not kept */
  left = 0;
  /** increases with every change */
  version = 0;

  get lines(): readonly TracedLine[] {
    return this.rows.map(({ time, event, text }) => ({ time, event, text }));
  }

  add({ time, event, words: text, place, spec }: Hit): void {
    const [by, call, insn] = [JSON.stringify(spec), place?.call ?? -1, place?.insn ?? -1];
    const key = `${event} ${call} ${insn} ${by} ${text}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    this.version++;
    if (this.rows.length >= MOST_LINES) {
      this.left++;
      return;
    }
    const row = { time, event, text, by, call, insn };
    // a new line nearly always comes last
    const before = this.rows.findLastIndex((other) => !isAfter(other, row));
    this.rows.splice(before + 1, 0, row);
  }

  /** Keeps only lines of these breaks, and of events up to `event`. */
  keep(wanted: ReadonlySet<string> | null, event = Number.POSITIVE_INFINITY): void {
    const rows = this.rows.filter((row) => row.event <= event && (wanted === null || wanted.has(row.by)));
    if (rows.length === this.rows.length && this.left === 0) return;
    this.rows = rows;
    this.left = 0;
    this.known.clear();
    for (const row of rows) this.known.add(`${row.event} ${row.call} ${row.insn} ${row.by} ${row.text}`);
    this.version++;
  }
}

type Order = Pick<TracedLine, 'event'> & { readonly call: number; readonly insn: number };

/** Order of lines: within an event those of programs come first, and hits after the event last. */
function isAfter(a: Order, b: Order): boolean {
  if (a.event !== b.event) return a.event > b.event;
  if (a.call < 0 || b.call < 0) return a.call < 0 && b.call >= 0;
  return a.call > b.call || (a.call === b.call && a.insn > b.insn);
}
