/*
 * Stopping inside an event. The engine never suspends: to stop at (event, call, instruction) the event is run from its
 * start and abandoned by throwing at that instruction; memory and registers stay as they are, for the page to read.
 * Leaving restores the checkpoint before the event. Stepping forward, stepping back and breakpoints are all
 * "run until this test says stop". Moves that may run for long are generators, which yield between events.
 */
import { ended } from '../base/ended.ts';
import { stillWorking } from '../base/still-working.ts';
import { highWord, lowWord } from '../vm/prepared.ts';
import type { Registers } from '../vm/prepared.ts';
import type { InstructionWatch } from '../vm/prepared.ts';
import type { Run } from './run.ts';

/** The machine asks at each program call; null lets the program run unwatched. */
export type ProgramWatch = (progId: number) => InstructionWatch | null;

/** An instruction about to run: the nth call of the event, the nth instruction of the call. */
export interface Place {
  readonly call: number;
  readonly insn: number;
  readonly progId: number;
  readonly pc: number;
  /** number of functions of the program that called this one (BPF to BPF, or callbacks of a helper) */
  readonly depth: number;
}

export interface Halted extends Place {
  /** number of the abandoned event */
  readonly event: number;
  /** address of the context that the program was called with */
  readonly context: number;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** slots of the calls that led here within the program, outermost first */
  readonly callers: readonly number[];
  /** name of the event's handler, or of a command */
  readonly cause: string;
  /** registers that the previous instruction changed */
  readonly changed: readonly number[];
}

/** An instruction about to run. */
export type PlaceTest = (place: Place) => boolean;
/** A test that also sees the registers. */
type StopTest = (place: Place, registers: Registers) => boolean;

/** Thrown to abandon the event; the microscope knows where it stopped. */
class Halt {}
const HALT = new Halt();

const REGISTERS = 11;

export interface WatchedMachine {
  watch: ProgramWatch | null;
}

export class Microscope {
  /** place of the machine inside an event; null between events */
  at: Halted | null = null;

  constructor(
    private readonly run: Run<unknown>,
    private readonly machine: WatchedMachine,
  ) {}

  /** Returns to the boundary before the abandoned event. */
  leave(): void {
    if (!this.at) return;
    const { event } = this.at;
    this.at = null;
    this.run.seekEvent(event - 1);
  }

  /** Moves to the instruction after this one, or to the next that any program executes up to `until` (ns). */
  *next(until: number): Generator<void, boolean> {
    const past = this.pastHere();
    this.leave();
    return yield* this.runUntil(past, until);
  }

  /** Moves like `next`, but over called functions. */
  *over(until: number): Generator<void, boolean> {
    const from = this.at;
    const past = this.pastHere();
    this.leave();
    const inside: PlaceTest = ({ call, depth }) =>
      from !== null && this.run.event === from.event && call === from.call && depth > from.depth;
    return yield* this.runUntil((place) => past(place) && !inside(place), until);
  }

  /** Leaves the function: moves to the instruction after the call, or after the event when the kernel called it. */
  out(): boolean {
    const from = this.at;
    if (!from) return false;
    this.leave();
    this.watched(({ call, insn, depth }) => call === from.call && insn > from.insn && depth < from.depth);
    return true;
  }

  /** Test for places after the present one; all places between events. */
  pastHere(): PlaceTest {
    const from = this.at;
    if (!from) return () => true;
    return ({ call, insn }) =>
      this.run.event > from.event || call > from.call || (call === from.call && insn > from.insn);
  }

  /**
   * Moves to the instruction before this one; `previousEvent` gives the last event before a number that ran a program,
   * or 0.
   */
  *previous(previousEvent: (before: number) => number): Generator<void, boolean> {
    const from = this.at;
    this.leave();
    if (from && from.insn > 0) return yield* this.going(from.event, from.call, from.insn - 1);
    if (from && from.call > 0) return yield* this.goingToEnd(from.event, from.call - 1);
    const event = previousEvent(from ? from.event : this.run.event + 1);
    return event > 0 && (yield* this.goingToEnd(event));
  }

  /** Runs on to `until`, ns, from after the present instruction; stops where `isBreakpoint` is true. */
  *resume(isBreakpoint: PlaceTest, until: number): Generator<void, boolean> {
    const past = this.pastHere();
    this.leave();
    return yield* this.runUntil((place) => isBreakpoint(place) && past(place), until);
  }

  /** Moves to a place by number. False when the event has no such instruction; the machine is then after the event. */
  goto(event: number, call: number, insn: number, visit?: (place: Place) => void): boolean {
    return ended(this.going(event, call, insn, visit));
  }

  private *going(
    event: number,
    call: number,
    insn: number,
    visit: (place: Place) => void = () => {},
  ): Generator<void, boolean> {
    this.leave();
    yield* this.run.seeking(event - 1);
    this.run.checkpoint();
    return this.watched((place) => {
      if (place.call !== call) return false;
      if (place.insn < insn) visit(place);
      return place.insn === insn;
    });
  }

  /** Moves to the last instruction that a program executed in an event, where it was stopped. */
  gotoLast(event: number, progId: number): boolean {
    this.leave();
    this.run.seekEvent(event - 1);
    this.run.checkpoint();
    let last: Place | null = null;
    this.watched((place) => {
      if (place.progId === progId) last = { ...place };
      return false;
    });
    const found = last as Place | null;
    return found !== null && this.goto(event, found.call, found.insn);
  }

  /** Moves to the last instruction of a call, by default the event's last call. */
  private *goingToEnd(event: number, call?: number): Generator<void, boolean> {
    yield* this.run.seeking(event - 1);
    const lengths = this.lengths(event);
    const which = call ?? lengths.length - 1;
    const length = lengths[which];
    return length !== undefined && (yield* this.going(event, which, length - 1));
  }

  /** Number of executed instructions of each program call of an event. */
  private lengths(event: number): number[] {
    this.run.seekEvent(event - 1);
    this.run.checkpoint();
    const lengths: number[] = [];
    this.watched(({ call, insn }) => {
      lengths[call] = insn + 1;
      return false;
    });
    return lengths;
  }

  /** Runs events up to `until` under a test. True when it stopped inside one. */
  private *runUntil(test: StopTest, until: number): Generator<void, boolean> {
    while (this.run.nextTime <= until) {
      if (this.watched(test)) return true;
      yield;
    }
    this.run.advance(until);
    return false;
  }

  /** Runs the next event under a test. True when it stopped inside, and `at` says where. */
  watched(test: StopTest): boolean {
    let calls = 0;
    const cause = this.run.nextName ?? '';
    this.machine.watch = (progId) => this.watchCall(calls++, progId, cause, test);
    try {
      this.run.step();
      return false;
    } catch (thrown) {
      if (thrown !== HALT) throw thrown;
      return true;
    } finally {
      this.machine.watch = null;
    }
  }

  private watchCall(call: number, progId: number, cause: string, test: StopTest): InstructionWatch {
    let insn = 0;
    let context = 0;
    let before = 0;
    const callers: number[] = [];
    const low = new Uint32Array(REGISTERS);
    const high = new Uint32Array(REGISTERS);
    return (pc, registers, depth) => {
      stillWorking(insn);
      const place = { call, insn, progId, pc, depth };
      if (insn === 0) context = lowWord(registers, 1);
      const changed = insn === 0 ? [] : differing(registers, low, high);
      for (let r = 0; r < REGISTERS; r++) {
        low[r] = lowWord(registers, r);
        high[r] = highWord(registers, r);
      }
      insn++;
      if (depth > callers.length) callers.push(before);
      callers.length = depth;
      before = pc;
      if (!test(place, registers)) return;
      this.at = { ...place, event: this.run.event, context, low, high, changed, cause, callers: [...callers] };
      throw HALT;
    };
  }
}

function differing(now: Registers, low: Uint32Array, high: Uint32Array): number[] {
  const changed: number[] = [];
  for (let i = 0; i < REGISTERS; i++) {
    if (lowWord(now, i) !== low[i] || highWord(now, i) !== high[i]) changed.push(i);
  }
  return changed;
}
