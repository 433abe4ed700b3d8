/*
 * One lab: a machine, its run, the microscope over it, and the data for the page. The worker and the command line use
 * only this.
 */
import { ended } from '../base/ended.ts';
import { Microscope, type Place } from './microscope.ts';
import { type HandedOver, ownCopy } from './hand-over.ts';
import { Player } from './player.ts';
import type { Searched } from './questions.ts';
import type { MachineParts } from './kernels.ts';
import { type Cold, Machine } from './machine.ts';
import { HistoryFeed } from './history-feed.ts';
import { Pending } from './pending.ts';
import { Recorder } from './recorder.ts';
import { followNames } from './stand-in.ts';
import { type LoggedCommand, Run } from './run.ts';
import { type ArmedBreak, type ArmedLine, type LineBreak, Stops } from './stops.ts';
import { Traced } from './traced.ts';
import type { Command, Scenario } from './commands.ts';
import type {
  ColdSnapshot,
  CpuSnapshot,
  History,
  HistoryDelta,
  HotSnapshot,
  NoteRecord,
  Position,
  Series,
} from './snapshot.ts';

type KeepGoing = () => boolean;
const always: KeepGoing = () => true;

/** How far a search for the next instruction runs on, ns. */
const SEARCH_NS = 5_000_000_000;

export class Lab {
  readonly machine: Machine;
  private readonly run: Run<Cold>;
  private readonly scope: Microscope;
  private readonly recorder = new Recorder();
  private readonly stops: Stops;
  private readonly player: Player;
  /** lines printed by tracepoints */
  readonly traced = new Traced();
  private readonly pending = new Pending(this.recorder);
  private readonly feed = new HistoryFeed(this.recorder);
  private executed = 0;

  constructor(
    parts: MachineParts,
    readonly scenario: Scenario,
    texts: Readonly<Record<string, string>> = {},
    ghosts: readonly Series[] = [],
  ) {
    this.recorder.ghosts = ghosts;
    this.machine = new Machine(
      parts,
      followNames(scenario, texts),
      { ...scenario.texts, ...texts },
      {
        call: (record) => this.later(() => this.recorder.call(record)),
        caption: (record) => this.later(() => this.recorder.caption(record)),
        message: (record) => this.later(() => this.recorder.message(record)),
        note: (record) => this.later(() => this.recorder.note(record)),
        window: (...point) => {
          if (this.run?.isNew) this.pending.window(...point);
        },
        queue: (time, length) => {
          if (this.run?.isNew) this.pending.queueLength(time, length);
        },
      },
    );
    this.run = new Run(this.machine, {
      passed: (event, time) => this.passed(event, time),
      abandoned: () => {
        this.pending.drop();
      },
      forget: (event) => {
        this.executed = this.machine.executedInsns;
        // record up to the cursor, which may be after the last event
        this.recorder.forget(event, this.time, this.machine.lifecycle());
        this.traced.keep(null, event);
      },
    });
    this.scope = new Microscope(this.run, this.machine);
    const history = (): History => this.recorder.history;
    this.stops = new Stops(this.machine, this.run, history, (place, line) => this.isAt(place, line));
    this.player = new Player(this.run, this.scope, this.stops, this.traced);
  }

  /** Engine time of the cursor, ns. */
  get time(): number {
    return this.run.time;
  }

  /** Time of the next event or command, ns; Infinity when nothing will ever happen. */
  get nextTime(): number {
    return this.run.nextTime;
  }

  get position(): Position {
    const { at } = this.scope;
    return at
      ? { event: at.event - 1, call: at.call, insn: at.insn }
      : { event: this.run.event, call: null, insn: null };
  }

  get history(): History {
    return this.recorder.history;
  }

  /** Whether the history has changed since it was last sent. */
  get hasNews(): boolean {
    return this.feed.isDue;
  }

  /** Changes of the history since it was last sent; `whole`: for a receiver that has nothing yet. */
  news(whole = false): HistoryDelta {
    if (whole) this.feed.restart();
    return this.feed.take();
  }

  /** Checkpoints held and their bytes. */
  get checkpoints(): { count: number; bytes: number } {
    return { count: this.run.checkpoints.count, bytes: this.run.checkpoints.bytes };
  }

  hash(): number {
    return this.run.hash();
  }

  /** Runs to `time`, ns; false when `keepGoing` stopped it, true at `time`, or at a breakpoint. */
  advance(time: number, keepGoing: KeepGoing = always): boolean {
    this.scope.leave();
    const reached = this.run.advance(time, keepGoing);
    if (reached) this.recorder.until = Math.max(this.recorder.until, this.time);
    return reached;
  }

  /** Runs to `time`, ns, and stops at breakpoints: at instructions, and where one of the breaks is met. */
  play(time: number, keepGoing: KeepGoing = always): 'reached' | 'stopped' | 'more' {
    if (this.stops.isEmpty) return this.advance(time, keepGoing) ? 'reached' : 'more';
    const outcome = this.player.play(time, keepGoing);
    this.recorder.until = Math.max(this.recorder.until, this.time);
    return this.machine.dead ? 'stopped' : outcome;
  }

  /** Counts hits up to the present place, in steps; null when that is not needed. Playing does it itself otherwise, at once. */
  counting(): Generator<void, void> | null {
    return this.player.counting();
  }

  /** Description of what stopped playing last; null when nothing did. */
  get metWords(): string | null {
    return this.player.met?.words ?? null;
  }

  /** Goes back to where a break was last met; returns false, at the old place, when none was. Yields between events. */
  back(): Generator<void, boolean> {
    return this.player.back(this.time > this.machine.events.lastEventTime);
  }

  /** Commands besides the scenario's steps, in order of time. */
  get commands(): readonly LoggedCommand[] {
    return this.run.commands;
  }

  /** Repeats, from the beginning, the commands of another lab of the same scenario at the same events. */
  follow(commands: readonly LoggedCommand[]): void {
    this.run.follow(commands);
  }

  /** The run at the last checkpoint before the cursor, without the history up to there. */
  handOver(): HandedOver | null {
    const { run, recorder } = this;
    const checkpoint = run.checkpoints.before(run.event);
    if (!checkpoint) return null;
    return {
      checkpoint: ownCopy(checkpoint),
      branch: run.branch,
      commands: run.commands,
      blobs: this.machine.kernel.blobs,
      bpfEvents: recorder.bpfEventsUpTo(checkpoint.event),
      until: recorder.until,
    };
  }

  /**
   * Continues, from the beginning, at the place of another lab of the same scenario and texts; `history` is that lab's.
   */
  takeUp({ checkpoint, branch, commands, blobs, bpfEvents, until }: HandedOver, history: History): void {
    this.machine.kernel.takeBlobs(blobs);
    this.run.takeUp(checkpoint, commands, branch);
    this.executed = this.machine.executedInsns;
    this.recorder.takeUp(history, bpfEvents, checkpoint.event, checkpoint.time, this.machine.lifecycle());
    this.recorder.until = until;
  }

  /** Sets where playing stops or prints a line; lines of removed tracepoints are dropped. */
  arm(breaks: readonly ArmedBreak[], lines: readonly ArmedLine[]): void {
    this.stops.breaks = breaks;
    this.stops.lines = lines;
    this.player.forget();
    this.traced.keep(new Set([...breaks, ...lines].map(({ spec }) => JSON.stringify(spec))));
  }

  /** Whether there are no breaks. */
  get hasNoBreaks(): boolean {
    return this.stops.isEmpty;
  }

  /** Prepares a seek; `advance(time)` then arrives there. */
  approach(time: number): void {
    this.scope.leave();
    this.run.approach(time);
  }

  /** Goes to the state at `time`, ns. */
  seek(time: number): void {
    this.approach(time);
    this.advance(time);
  }

  seekEvent(event: number): boolean {
    this.scope.leave();
    return this.run.seekEvent(event);
  }

  /** `seekEvent` in steps. */
  *seekingEvent(event: number): Generator<void, boolean> {
    this.scope.leave();
    return yield* this.run.seeking(event);
  }

  /** Goes back in steps to a place, and to the time that the clock had there, ns. */
  *returning(place: Position, time: number): Generator<void, void> {
    yield* this.seekingEvent(place.event);
    if (place.call !== null) this.goto(place);
    else if (this.time < time) this.advance(time);
  }

  /** Moves one event forward or back. */
  stepEvent(direction: 1 | -1): boolean {
    return ended(this.steppingEvent(direction));
  }

  *steppingEvent(direction: 1 | -1): Generator<void, boolean> {
    if (direction < 0) {
      if (!this.scope.at) return this.run.event > 0 && (yield* this.run.seeking(this.run.event - 1));
      this.scope.leave();
      return true;
    }
    this.scope.leave();
    const moved = this.run.step();
    this.recorder.until = Math.max(this.recorder.until, this.run.time);
    return moved;
  }

  /** Moves to the next or previous instruction that any BPF program executes. */
  stepInstruction(direction: 1 | -1): boolean {
    return ended(this.steppingInstruction(direction));
  }

  /** `stepInstruction` in steps: without a program a search takes seconds. False at an end of the search. */
  steppingInstruction(direction: 1 | -1): Generator<void, boolean> {
    if (direction > 0) return this.scope.next(this.run.time + SEARCH_NS);
    return this.scope.previous((before) => this.recorder.bpfEventBefore(before));
  }

  /** Moves to the next instruction of the same function, or whatever runs after it. */
  steppingOver(): Generator<void, boolean> {
    return this.scope.over(this.run.time + SEARCH_NS);
  }

  /** Leaves the function to its caller, or the first function to after the event. False between events. */
  stepOut(): boolean {
    return this.scope.out();
  }

  /** Runs on to the next place at which a line begins. */
  runningTo(place: LineBreak): Generator<void, boolean> {
    return this.scope.resume((at) => this.isAt(at, place), this.run.time + SEARCH_NS);
  }

  /** Goes to an instruction, or to a boundary between events. */
  goto({ event, call, insn }: Position): void {
    if (call === null || insn === null) this.seekEvent(event);
    else this.scope.goto(event + 1, call, insn);
  }

  /** The objects that searches over the run move (src/engine/lab/questions.ts). */
  get searched(): Searched {
    const { run, scope, machine, recorder } = this;
    return { run, scope, machine, calls: recorder.history.calls, cpu: () => this.cpu() };
  }

  /** Goes to the instruction at which a program was stopped, with its registers. */
  showStop({ event, prog }: NoteRecord): boolean {
    return prog !== null && this.scope.gotoLast(event, prog);
  }

  /** Moves to the next or previous change of a map's state or reference count. */
  steppingState(direction: 1 | -1): Generator<void, boolean> {
    const { transitions, refs } = this.recorder.history;
    return this.steppingAmong([...transitions, ...refs], direction);
  }

  /** Moves to the next or previous system call or caption. */
  steppingCall(direction: 1 | -1): Generator<void, boolean> {
    const { calls, captions } = this.recorder.history;
    return this.steppingAmong([...calls, ...captions], direction);
  }

  /** Runs a command now; the known future then belongs to another branch. */
  command(command: Command): void {
    this.scope.leave();
    this.run.command(command);
  }

  hot(): HotSnapshot {
    return this.machine.hot(this.run.nextTime);
  }

  cold(): ColdSnapshot {
    return this.machine.coldSnapshot(this.run.branch);
  }

  cpu(): CpuSnapshot | null {
    const { at } = this.scope;
    return at && this.machine.cpuSnapshot(at, this.position);
  }

  /** Whether a line begins at this instruction. */
  private isAt({ progId, pc }: Place, { text, line }: LineBreak): boolean {
    const place = this.machine.sourceOf(progId, pc);
    return place !== null && place.first && place.line === line && place.text === text;
  }

  private *steppingAmong(marks: readonly { readonly event: number }[], direction: 1 | -1): Generator<void, boolean> {
    const here = this.scope.at ? this.scope.at.event - (direction > 0 ? 1 : 0) : this.run.event;
    const events = marks.map((mark) => mark.event);
    const target =
      direction > 0 ? Math.min(...events.filter((n) => n > here)) : Math.max(0, ...events.filter((n) => n < here));
    const isHere = !this.scope.at && target === this.run.event;
    return Number.isFinite(target) && !isHere && (yield* this.seekingEvent(target));
  }

  private later(tell: () => void): void {
    if (this.run?.isNew) this.pending.add(tell);
  }

  private passed(event: number, time: number): void {
    this.pending.keep();
    if (this.machine.executedInsns !== this.executed) this.recorder.ranBpf(event);
    this.executed = this.machine.executedInsns;
    this.recorder.lifecycle(event, time, this.machine.lifecycle());
  }
}
