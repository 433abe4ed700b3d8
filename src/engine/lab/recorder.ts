/*
 * Records what happened, for the page: derived from the run as it first passes, never part of the state. It only
 * compares the machine's facts after each event, and takes reports from user space and TCP.
 */
import type { Holder } from '../kernel/subsystem.ts';
import type { LifecycleState, MapLetter } from './commands.ts';
import type {
  CallRecord,
  CaptionRecord,
  History,
  MessageRecord,
  NoteRecord,
  RefChange,
  Series,
  Transition,
} from './snapshot.ts';

/** Facts about a map that the recorder compares after each event. */
export interface LifecycleFacts {
  readonly letter: MapLetter;
  readonly state: LifecycleState;
  readonly refcnt: number;
  readonly holders: readonly Holder[];
}

interface GrowingSeries extends Series {
  readonly id: number;
  readonly time: number[];
  readonly cwnd: number[];
  readonly ssthresh: number[];
  readonly srttUs: number[];
  readonly caState: number[];
  /** points that the page has */
  sent: number;
}

/** Most lines kept of a run. */
const MAX_MESSAGES = 20_000;

const describe = (holder: Holder): string => {
  switch (holder.kind) {
    case 'socket':
      return `socket ${holder.id}`;
    case 'link':
      return `link ${holder.id}`;
    case 'file':
      return `file ${holder.id}`;
    case 'prog':
      return `program ${holder.id}`;
    default:
      return holder.kind;
  }
};

const counts = (holder: Holder): boolean => holder.kind !== 'file' && holder.kind !== 'pin';
const sameHolder = (a: Holder, b: Holder): boolean => a.kind === b.kind && a.id === b.id;

export class Recorder {
  readonly rows = {
    calls: [] as CallRecord[],
    transitions: [] as Transition[],
    refs: [] as RefChange[],
    captions: [] as CaptionRecord[],
    notes: [] as NoteRecord[],
    messages: [] as MessageRecord[],
  };
  /** rows of each list that the page has (history-feed.ts) */
  readonly sent = { calls: 0, transitions: 0, refs: 0, captions: 0, notes: 0, messages: 0 };
  private series: GrowingSeries[] = [];
  private lastSeries = 0;
  readonly queue = { time: [] as number[], length: [] as number[], sent: 0 };
  /** events that ran a BPF program, ascending */
  private bpfEvents: number[] = [];
  private facts = new Map<MapLetter, LifecycleFacts>();
  private compared: readonly LifecycleFacts[] = [];
  ghosts: readonly Series[] = [];
  until = 0;
  /** increases with every change, so that the worker sends it to the page */
  version = 0;

  call(record: CallRecord): void {
    this.rows.calls.push(record);
    this.version++;
  }

  caption(record: CaptionRecord): void {
    this.rows.captions.push(record);
    this.version++;
  }

  note(record: NoteRecord): void {
    this.rows.notes.push(record);
    this.version++;
  }

  /** Adds a line. A program that prints at each ACK writes more than is kept; the last kept line says so. */
  message(record: MessageRecord): void {
    const { length } = this.rows.messages;
    if (length > MAX_MESSAGES) return;
    const last = { ...record, level: 'warn' as const, text: 'what was written after this is not kept' };
    this.rows.messages.push(length < MAX_MESSAGES ? record : last);
    this.version++;
  }

  ranBpf(event: number): void {
    this.bpfEvents.push(event);
  }

  /** Records changes of the maps since the previous event. */
  lifecycle(event: number, time: number, facts: readonly LifecycleFacts[]): void {
    if (facts === this.compared) return;
    this.compared = facts;
    for (const now of facts) {
      const before = this.facts.get(now.letter);
      if (before === now) continue;
      this.facts.set(now.letter, now);
      if (before?.state !== now.state) {
        this.rows.transitions.push({ time, event, map: now.letter, from: before?.state ?? null, to: now.state });
        this.version++;
      }
      this.holders(event, time, before, now);
    }
  }

  /** Records a socket's window after a packet; a change of its map begins another series. */
  window(
    time: number,
    socket: number,
    map: MapLetter | null,
    cwnd: number,
    ssthresh: number,
    srttUs: number,
    caState: number,
  ): void {
    const series = this.seriesOf(socket, map);
    const last = series.time.length - 1;
    const at = last >= 0 && series.time[last] === time ? last : last + 1;
    series.time[at] = time;
    series.cwnd[at] = cwnd;
    series.ssthresh[at] = ssthresh;
    series.srttUs[at] = srttUs;
    series.caState[at] = caState;
    series.sent = Math.min(series.sent, at);
    this.version++;
  }

  queueLength(time: number, length: number): void {
    const last = this.queue.time.length - 1;
    if (last >= 0 && this.queue.length[last] === length) return;
    const at = last >= 0 && this.queue.time[last] === time ? last : last + 1;
    this.queue.time[at] = time;
    this.queue.length[at] = length;
    this.queue.sent = Math.min(this.queue.sent, at);
  }

  /** Drops everything after an event at `time`, ns; `facts` describe the maps at that place. */
  forget(event: number, time: number, facts: readonly LifecycleFacts[]): void {
    for (const name of Object.keys(this.sent) as (keyof Recorder['sent'])[]) {
      const list = this.rows[name];
      while ((list.at(-1)?.event ?? event) > event) list.pop();
      this.sent[name] = Math.min(this.sent[name], list.length);
    }
    while ((this.bpfEvents.at(-1) ?? 0) > event) this.bpfEvents.pop();
    for (const series of this.series) {
      cut(time, series.time, series.cwnd, series.ssthresh, series.srttUs, series.caState);
      series.sent = Math.min(series.sent, series.time.length);
    }
    this.series = this.series.filter((series) => series.time.length > 0);
    cut(time, this.queue.time, this.queue.length);
    this.queue.sent = Math.min(this.queue.sent, this.queue.time.length);
    this.facts = new Map(facts.map((fact) => [fact.letter, fact]));
    this.compared = facts;
    this.until = time;
    this.version++;
  }

  /**
   * Takes over the records of another lab's run up to an event at `time`, ns; `facts` describe the maps at that place.
   */
  takeUp(
    history: History,
    bpfEvents: Iterable<number>,
    event: number,
    time: number,
    facts: readonly LifecycleFacts[],
  ): void {
    const { queue, series, ghosts } = history;
    for (const name of Object.keys(this.sent) as (keyof Recorder['sent'])[])
      Object.assign(this.rows, { [name]: [...history[name]] });
    this.series = series.map(({ socket, map, time: times, cwnd, ssthresh, srttUs, caState }) => ({
      id: ++this.lastSeries,
      socket,
      map,
      time: Array.from(times),
      cwnd: Array.from(cwnd),
      ssthresh: Array.from(ssthresh),
      srttUs: Array.from(srttUs),
      caState: Array.from(caState),
      sent: 0,
    }));
    this.queue.time = Array.from(queue.time);
    this.queue.length = Array.from(queue.length);
    this.bpfEvents = Array.from(bpfEvents);
    this.ghosts = ghosts;
    this.forget(event, time, facts);
  }

  /** Events up to a number that ran a BPF program. */
  bpfEventsUpTo(event: number): Uint32Array {
    return Uint32Array.from(this.bpfEvents.filter((n) => n <= event));
  }

  /** The last event before `event` that ran a BPF program; 0 when there is none. */
  bpfEventBefore(event: number): number {
    return this.bpfEvents.findLast((n) => n < event) ?? 0;
  }

  get history(): History {
    const { until, rows, series, queue, ghosts } = this;
    return { until, ...rows, series, queue, ghosts };
  }

  get allSeries(): readonly GrowingSeries[] {
    return this.series;
  }

  /** Assumes that the next receiver has nothing yet. */
  forgetSent(): void {
    for (const name of Object.keys(this.sent) as (keyof Recorder['sent'])[]) this.sent[name] = 0;
    for (const series of this.series) series.sent = 0;
    this.queue.sent = 0;
  }

  private holders(event: number, time: number, before: LifecycleFacts | undefined, now: LifecycleFacts): void {
    const old = before?.holders.filter(counts) ?? [];
    const current = now.holders.filter(counts);
    const gone = old.filter((a) => !current.some((b) => sameHolder(a, b)));
    const come = current.filter((a) => !old.some((b) => sameHolder(a, b)));
    const here = this.rows.calls.filter((one) => one.event === event);
    // of several calls choose the one that deletes, not the close after it
    const call = (here.find(({ shape }) => shape === 'delete') ?? here.at(-1))?.n ?? 0;
    for (const [holder, gained] of [...gone.map((h) => [h, false] as const), ...come.map((h) => [h, true] as const)]) {
      const { kind, id } = holder;
      const by = gained ? holder.call : call;
      this.rows.refs.push({
        time,
        event,
        map: now.letter,
        refcnt: now.refcnt,
        kind,
        id,
        who: describe(holder),
        gained,
        call: by,
      });
      this.version++;
    }
  }

  private seriesOf(socket: number, map: MapLetter | null): GrowingSeries {
    // a change of a socket's congestion control begins another line, in another colour
    const known = this.series.findLast((s) => s.socket === socket);
    if (known && known.map === map) return known;
    const id = ++this.lastSeries;
    const fresh = { id, socket, map, time: [], cwnd: [], ssthresh: [], srttUs: [], caState: [], sent: 0 };
    this.series.push(fresh);
    return fresh;
  }
}

function cut(time: number, times: number[], ...others: number[][]): void {
  let keep = times.length;
  while ((times[keep - 1] ?? time) > time) keep--;
  times.length = keep;
  for (const other of others) other.length = keep;
}
