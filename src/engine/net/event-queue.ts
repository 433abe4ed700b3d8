/*
 * The machine's timer heap. Order is (time, insertion number), so that equal times run in the order in which they were
 * asked for, and a replay is exact. A timer is not cancelled: its owner compares the time that fires with the one that
 * it still wants.
 */
import { assert } from '../base/assert.ts';
import { REGIONS, type Memory } from '../vm/memory.ts';

/** Identifies a handler by a small integer, which is stored in the heap. */
export type EventKind = number;
export type EventHandler = (a: number, b: number) => void;

const ENTRY_BYTES = 24;
/** words of an entry: time (f64), insertion number, kind, two arguments */
const ENTRY_F64 = ENTRY_BYTES / 8;
const ENTRY_U32 = ENTRY_BYTES / 4;

export class EventQueue {
  private readonly handlers: { name: string; run: EventHandler }[] = [];
  private readonly clock: number;
  private readonly counters: number;
  private readonly base: number;

  constructor(private readonly memory: Memory) {
    this.clock = memory.alloc('engine', 24) >>> 3;
    this.counters = memory.alloc('engine', 8) >>> 2;
    this.base = REGIONS.events.base;
  }

  /** Registers a handler at boot, always in the same order. */
  define(name: string, run: EventHandler): EventKind {
    this.handlers.push({ name, run });
    return this.handlers.length - 1;
  }

  /** Engine time, integer nanoseconds. */
  get now(): number {
    return this.memory.f64[this.clock];
  }

  /** How many events have run: the event number that positions and commands are stamped with. */
  get count(): number {
    return this.memory.f64[this.clock + 1];
  }

  /** Time of the last event; `now` may be later. */
  get lastEventTime(): number {
    return this.memory.f64[this.clock + 2];
  }

  get length(): number {
    return this.memory.u32[this.counters + 1];
  }

  /** Time of the next event; Infinity when nothing is pending. */
  get nextTime(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.memory.f64[this.base >>> 3];
  }

  /** Name of the next event's handler, for traces. */
  get nextName(): string | null {
    return this.length === 0 ? null : this.handlers[this.memory.u32[(this.base >>> 2) + 3]].name;
  }

  /** `at` is absolute, integer nanoseconds, not before now. */
  schedule(at: number, kind: EventKind, a = 0, b = 0): void {
    const { f64, u32 } = this.memory;
    // the message is built only on failure, because this is the most frequent call
    if (at < this.now || !Number.isInteger(at)) {
      assert(false, `event ${this.handlers[kind].name} at ${at}, now ${this.now}`);
    }
    const n = u32[this.counters + 1]++;
    this.memory.setEnd('events', this.base + (n + 1) * ENTRY_BYTES);
    assert((n + 1) * ENTRY_BYTES <= REGIONS.events.size, 'timer heap is full');
    const seq = u32[this.counters]++;
    let hole = n;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      // a new entry has the highest insertion number: only an earlier time moves it up
      if (f64[(this.base >>> 3) + parent * ENTRY_F64] <= at) break;
      this.copyEntry(parent, hole);
      hole = parent;
    }
    f64[(this.base >>> 3) + hole * ENTRY_F64] = at;
    const w = (this.base >>> 2) + hole * ENTRY_U32;
    u32[w + 2] = seq;
    u32[w + 3] = kind;
    u32[w + 4] = a;
    u32[w + 5] = b;
  }

  /** Moves the clock without an event; for commands that arrive between two events. */
  advanceTo(time: number): void {
    assert(time >= this.now && time <= this.nextTime, 'the clock only moves forward, and not over an event');
    this.memory.f64[this.clock] = time;
  }

  /** Runs the next event. The handler may throw to abandon it: the caller then restores a checkpoint. */
  step(): void {
    const { f64, u32 } = this.memory;
    const w = this.base >>> 2;
    this.begin(f64[this.base >>> 3]);
    const kind = u32[w + 3];
    const a = u32[w + 4];
    const b = u32[w + 5];
    this.removeFirst();
    this.handlers[kind].run(a, b);
  }

  /** Counts a command as an event, so that every change of state has a number. */
  beginCommand(time: number): void {
    this.advanceTo(time);
    this.begin(time);
  }

  private begin(time: number): void {
    const { f64 } = this.memory;
    f64[this.clock] = time;
    f64[this.clock + 1]++;
    f64[this.clock + 2] = time;
  }

  private removeFirst(): void {
    const { u32 } = this.memory;
    const n = --u32[this.counters + 1];
    let hole = 0;
    for (;;) {
      let child = hole * 2 + 1;
      if (child >= n) break;
      if (child + 1 < n && this.less(child + 1, child)) child++;
      if (this.less(n, child)) break;
      this.copyEntry(child, hole);
      hole = child;
    }
    if (n > 0) this.copyEntry(n, hole);
    this.memory.setEnd('events', this.base + n * ENTRY_BYTES);
  }

  private less(a: number, b: number): boolean {
    const { f64, u32 } = this.memory;
    const ta = f64[(this.base >>> 3) + a * ENTRY_F64];
    const tb = f64[(this.base >>> 3) + b * ENTRY_F64];
    if (ta !== tb) return ta < tb;
    return u32[(this.base >>> 2) + a * ENTRY_U32 + 2] < u32[(this.base >>> 2) + b * ENTRY_U32 + 2];
  }

  private copyEntry(from: number, to: number): void {
    const { f64 } = this.memory;
    const f = (this.base >>> 3) + from * ENTRY_F64;
    const t = (this.base >>> 3) + to * ENTRY_F64;
    f64[t] = f64[f];
    f64[t + 1] = f64[f + 1];
    f64[t + 2] = f64[f + 2];
  }
}
