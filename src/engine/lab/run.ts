/*
 * One run of a machine as a function of time: state = checkpoint + command log. Going back restores a checkpoint and
 * runs forward again; a command given in the past drops everything after it and begins another branch.
 */
import { assert } from '../base/assert.ts';
import { ended } from '../base/ended.ts';
import { hashTree } from '../base/hash.ts';
import type { EventQueue } from '../net/event-queue.ts';
import type { Memory } from '../vm/memory.ts';
import { type Checkpoint, Checkpoints } from './checkpoints.ts';
import type { Command } from './commands.ts';

export interface RunnableMachine<Cold> {
  readonly memory: Memory;
  readonly events: EventQueue;
  /** the immutable part of the state */
  cold: Cold;
  apply(command: Command): void;
  /** set after the kernel panicked; nothing runs any more */
  readonly dead?: boolean;
}

/** A command became event number `event`, at `time`. */
export interface LoggedCommand {
  readonly event: number;
  readonly time: number;
  readonly command: Command;
}

/** Notified of every event when it first runs on its branch. */
export interface RunObserver {
  /** after event `event`, at `time` */
  passed(event: number, time: number): void;
  /** the machine was restored: the current event has not happened */
  abandoned(): void;
  /** a branch forks: drop what was recorded after this event */
  forget(event: number): void;
}

/** Events between two checkpoints when running forward: well under a millisecond of work. */
const CHECKPOINT_EVERY = 250;
/** Events between two calls of `keepGoing`. */
const PATIENCE_EVERY = 64;

export class Run<Cold> {
  readonly checkpoints: Checkpoints<Cold>;
  private log: LoggedCommand[] = [];
  /** highest event number reported to the observer */
  private heard = 0;
  /** forks so far */
  branch = 0;

  constructor(
    readonly machine: RunnableMachine<Cold>,
    private readonly observer: RunObserver,
  ) {
    this.checkpoints = new Checkpoints(machine.memory);
    this.heard = this.event;
    this.checkpoint();
  }

  get time(): number {
    return this.machine.events.now;
  }

  /** Events that have run. */
  get event(): number {
    return this.machine.events.count;
  }

  get commands(): readonly LoggedCommand[] {
    return this.log;
  }

  /** Whether the current event runs for the first time on this branch. */
  get isNew(): boolean {
    return this.event > this.heard;
  }

  /** Time of the next event or logged command; Infinity when nothing will ever happen. */
  get nextTime(): number {
    if (this.machine.dead) return Number.POSITIVE_INFINITY;
    return Math.min(this.machine.events.nextTime, this.nextCommand()?.time ?? Number.POSITIVE_INFINITY);
  }

  /** Name of the next event's handler, or of the next command; null when nothing will happen. */
  get nextName(): string | null {
    return this.nextCommand()?.command.do ?? this.machine.events.nextName;
  }

  /** Runs the next event or logged command. False when there is none. */
  step(): boolean {
    const { events } = this.machine;
    if (this.machine.dead) return false;
    const logged = this.nextCommand();
    if (logged) this.applyNow(logged.time, logged.command);
    else if (events.length > 0) events.step();
    else return false;
    if (this.isNew) {
      this.heard = this.event;
      this.observer.passed(this.event, this.time);
    }
    if (this.event % CHECKPOINT_EVERY === 0) this.checkpoint();
    return true;
  }

  /** Runs everything up to and including `time`, ns. False when `keepGoing` stopped it before. */
  advance(time: number, keepGoing: () => boolean = () => true): boolean {
    let patience = PATIENCE_EVERY;
    while (this.nextTime <= time) {
      this.step();
      if (--patience === 0) {
        if (!keepGoing()) return false;
        patience = PATIENCE_EVERY;
      }
    }
    // the clock stops when the kernel panics
    if (!this.machine.dead) this.machine.events.advanceTo(Math.max(time, this.time));
    return true;
  }

  /**
   * Puts the machine at the nearest known state before `time`, in the past or the future: `advance(time)` then runs up
   * to it.
   */
  approach(time: number): void {
    const checkpoint = this.checkpoints.beforeTime(time);
    assert(checkpoint, 'a run has its first checkpoint');
    if (time < this.time || checkpoint.event > this.event) this.restore(checkpoint);
  }

  /** Goes to the state just after event number `event`, forward or back. False when the run ends before. */
  seekEvent(event: number): boolean {
    return ended(this.seeking(event));
  }

  /** `seekEvent` in steps: far back checkpoints are sparse, so it may take seconds. */
  *seeking(event: number): Generator<void, boolean> {
    const movedOn = this.time > this.machine.events.lastEventTime;
    const checkpoint = this.checkpoints.before(event);
    assert(checkpoint, 'a run has its first checkpoint');
    const behind = event < this.event || (event === this.event && movedOn);
    if (behind || checkpoint.event > this.event) this.restore(checkpoint);
    while (this.event < event) {
      if (!this.step()) return false;
      if (this.event % PATIENCE_EVERY === 0) yield;
    }
    return true;
  }

  /** Applies a command now, unless the kernel panicked. The known future then belongs to another branch. */
  command(command: Command): void {
    if (this.machine.dead) return;
    if (this.heard > this.event) {
      this.branch++;
      this.checkpoints.dropAfter(this.event);
      this.log = this.log.filter((entry) => entry.event <= this.event);
      this.observer.forget(this.event);
      this.heard = this.event;
    }
    this.log.push({ event: this.event + 1, time: this.time, command });
    this.step();
  }

  /** Takes over the commands of another run of the same machine, before this run has begun. */
  follow(commands: readonly LoggedCommand[]): void {
    assert(this.log.length === 0, 'a run that follows another has no commands of its own');
    this.log = [...commands];
  }

  /** Continues from a checkpoint of another run of the same machine; `commands` include those before and after it. */
  takeUp(checkpoint: Checkpoint<Cold>, commands: readonly LoggedCommand[], branch: number): void {
    this.log = [...commands];
    this.branch = branch;
    this.restore(checkpoint);
    this.heard = this.event;
    this.checkpoint();
  }

  checkpoint(): Checkpoint<Cold> {
    return this.checkpoints.take(this.event, this.time, this.machine.cold);
  }

  restore(checkpoint: Checkpoint<Cold>): void {
    this.machine.memory.restore(checkpoint.image);
    this.machine.cold = checkpoint.cold;
    this.observer.abandoned();
  }

  /** Hash of every byte in a checkpoint, and of the cold tree. */
  hash(): number {
    return this.machine.memory.hash(hashTree(this.machine.cold)) >>> 0;
  }

  private nextCommand(): LoggedCommand | undefined {
    if (this.log.length === 0) return undefined;
    // the log is short and ordered by event
    return this.log.find((entry) => entry.event === this.event + 1);
  }

  private applyNow(time: number, command: Command): void {
    this.machine.events.beginCommand(time);
    this.machine.apply(command);
  }
}
