/*
 * One page's conversation with one lab. All work is cut into slices: a slice runs until the clock says so, then the
 * queue of messages is read again. Nothing here touches the worker's globals, so tests drive it with a clock of their own.
 */
import {
  assertUnreachable,
  explain,
  hasVerb,
  standIns,
  type Break,
  type Command,
  declaresTypes,
  Lab,
  type MachineParts,
  type NoteRecord,
  openMachineParts,
  registerFirstVerbs,
  type Series,
  TYPES_TEXT,
} from '../engine/index.ts';
import { encodeFrame } from '../protocol/frame.ts';
import {
  type Breakpoint,
  type FromWorker,
  type Notice,
  PROTOCOL_VERSION,
  type ToWorker,
} from '../protocol/messages.ts';
import { type MemoryWindow } from '../protocol/moves.ts';
import { refusalAfter, refusedProgram } from './refusals.ts';
import type { AskMessage } from '../protocol/asks.ts';
import { arm, needsLate } from './arm.ts';
import { answerAsk } from './asks.ts';
import type { Desk, Job, KeepGoing, Late, LateDesk } from './desk.ts';
import { doAgain } from './do-again.ts';
import { commandsToRegister } from './register-new.ts';
import { isSearch, search } from './searches.ts';

/** The longest a slice works before it reads the queue, ms. */
const SLICE_MS = 8;

/** Between two histories while playing, ms. */
const HISTORY_MS = 250;

/** Between two looks whether what a job waits for has come, ms. */
const WAIT_MS = 40;

/** Between two pictures while playing, ms. */
const FRAME_MS = 12;

/** Between two checkpoints that the page is handed, ms. */
const KEEP_MS = 1000;

/** Given before anything else of a run. */
const UNVERIFIED: Command = { do: 'verifier', to: 'skip' };

const LISTED = 'Debug lists what playing stops at.';

export interface SessionHost {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  /** wall clock, ms */
  readonly clock: () => number;
  /** the engine's late part (src/engine/late.ts), installed; null while it has not come */
  readonly late: () => Late | null;
  /** fetches it, also after it failed */
  readonly fetchLate: () => void;
  /** it could not be fetched */
  readonly lateFailed: () => boolean;
}

export class Session {
  private parts: MachineParts | null = null;
  private lab: Lab | null = null;
  /** `end`: where it stops by itself, ns */
  private playing: { speed: number; wall: number; readonly end: number } | null = null;
  /** the last slice of playing ran out of time */
  private behind = false;
  private jobs: Job[] = [];
  /** by key: a step of it, true when it was the last */
  private readonly beside = new Map<string, () => boolean>();
  private windows: readonly MemoryWindow[] = [];
  private texts: Readonly<Record<string, string>> = {};
  private breakpoints: readonly Breakpoint[] = [];
  private breaks: readonly Break[] = [];
  private sentCold: unknown = null;
  /** the page has nothing of this lab's history */
  private historyIsNew = true;
  /** wall clock of the last history sent, ms */
  private historyAt = 0;
  private sentCpu: unknown = null;
  /** number of the last act that was done */
  private n = 0;
  /** wall clock of the last checkpoint that the page was handed, ms; and what it was of */
  private kept = { at: 0, of: '' };
  /** version of the traced lines that the page has */
  private sentTraced = 0;
  /** what came while the lab was being made: it may wait for a part of the engine */
  private early: ToWorker[] = [];
  /** number of the run that the page is told of: raised when one is opened, restarted or branches off */
  private run = 0;

  constructor(private readonly host: SessionHost) {}

  /** In how many ms the next slice is due; null when there is nothing to do. Playing needs one a frame of the page. */
  get due(): number | null {
    if (this.jobs[0]?.waits) return WAIT_MS;
    if (this.jobs.length > 0 || this.behind) return 0;
    if (this.beside.size > 0) return this.playing ? FRAME_MS : 0;
    return this.playing ? FRAME_MS : null;
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'open':
        this.open(message);
        return;
      case 'ping':
        this.host.post({ type: 'pong', n: message.n });
        return;
      case 'watch':
        this.windows = message.windows;
        this.frame();
        return;
      case 'play':
        this.playing = { speed: message.speed, wall: this.host.clock(), end: this.playing?.end ?? this.playsTo() };
        return;
      case 'pause':
        this.playing = null;
        this.frame();
        return;
      case 'breaks':
        this.breaks = message.breaks;
        this.arm();
        return;
      case 'breakpoints':
        this.breakpoints = message.breakpoints;
        this.arm();
        return;
      default:
        if (this.lab) this.move(this.lab, message);
        else this.early.push(message);
    }
  }

  /** Works for one slice. */
  slice(): void {
    const end = this.host.clock() + SLICE_MS;
    const keepGoing = () => this.host.clock() < end;
    const job = this.jobs[0];
    if (job) {
      const finished = job.run(keepGoing);
      if (!finished) this.host.post({ type: 'heartbeat', job: job.name, progress: job.progress() });
      else {
        // what follows from this job comes before what was asked for later
        const rest = this.jobs.slice(1);
        this.jobs = [];
        job.done();
        this.jobs.push(...rest);
      }
      return;
    }
    this.behind = false;
    if (this.playing && this.lab) this.playSlice(this.lab, this.playing, keepGoing);
    this.workBeside(keepGoing);
  }

  /** What is left of a slice belongs to what nothing waits for. */
  private workBeside(keepGoing: KeepGoing): void {
    for (const [key, step] of this.beside) {
      do {
        if (step() && this.beside.get(key) === step) this.beside.delete(key);
      } while (this.beside.get(key) === step && keepGoing());
      if (!keepGoing()) return;
    }
  }

  private open(message: Extract<ToWorker, { type: 'open' }>): void {
    if (message.version !== PROTOCOL_VERSION) {
      this.host.post({ type: 'crash', message: 'The page and its engine are of different versions: reload the page.' });
      return;
    }
    const parts = openMachineParts(message.kernel, new Uint8Array(message.btf), new Uint32Array(message.ids));
    if (!parts.ok) {
      this.host.post({ type: 'crash', message: `The kernel's BTF could not be read: ${parts.error.message}` });
      return;
    }
    this.parts = parts.value;
    const { kept } = message;
    this.texts = kept?.texts ?? message.texts;
    this.n = kept?.n ?? message.n ?? 0;
    this.kept = { at: 0, of: '' };
    this.playing = null;
    this.jobs = [];
    this.lab = null;
    this.early = [];
    // else every verb would seem to wait for the late part, and the first picture with it
    registerFirstVerbs();
    const { scenario } = message;
    const needed =
      declaresTypes({ ...scenario.texts, ...this.texts }) ||
      [...scenario.steps, ...((kept?.run ?? message.begin)?.commands ?? [])].some(
        ({ command }) => !hasVerb(command.do),
      );
    this.withLateTools(
      needed,
      () => {
        const lab = new Lab(parts.value, scenario, message.texts);
        if (kept) {
          lab.takeUp(kept.run, kept.history);
          this.start(lab, lab.time);
          return;
        }
        if (message.unverified) lab.command(UNVERIFIED);
        const { commands, time } = message.begin ?? { commands: [], time: scenario.openAt };
        if (commands.length === 0) this.start(lab, time);
        else this.jobs.push(doAgain(lab, commands, () => this.start(lab, time)));
      },
      'The scenario needs a part of the engine that could not be fetched.',
    );
    this.host.post({ type: 'ready', version: PROTOCOL_VERSION });
  }

  /** Computes a lab's future, then stands at `time`. `changed`: with texts that the user wants to see loaded. */
  private start(lab: Lab, time: number, changed = false): void {
    this.lab = lab;
    this.historyIsNew = true;
    this.sentCold = null;
    this.sentTraced = -1;
    this.arm();
    this.beginRun();
    this.sendTexts(lab);
    this.explore(lab, () => {
      const notes = lab.history.notes.filter((note) => note.time <= time);
      for (const note of firstOfEach(notes)) this.told(note);
      const stop = notes.find((note) => note.kind === 'stopped');
      if (stop && lab.showStop(stop)) this.frame();
      else this.seekJob(lab, time);
      if (changed) this.tellStandIns(lab);
      const refused = changed ? refusedProgram(lab.history, explain) : null;
      if (refused) this.notice(refused);
    });
    for (const message of this.early.splice(0)) this.move(lab, message);
  }

  /** The breaks of now, in the lab of now. */
  private arm(): void {
    const wanted = { breaks: this.breaks, lines: this.breakpoints };
    this.withLateTools(needsLate(wanted), (late) => {
      if (!this.lab) return;
      arm(this.lab, wanted, late, (notice) => this.notice(notice));
      this.tellTraced(this.lab);
    });
  }

  /** A text with another name has the scenario's connections all the same. */
  private tellStandIns({ scenario }: Lab): void {
    for (const { text, from, to } of standIns(scenario.texts, this.texts)) {
      const detail = `${text} stands in for the example: what the scenario asks for as ${from}, it asks for as ${to}.`;
      this.notice({ kind: 'info', title: `${to} takes the place of ${from}`, detail });
    }
  }

  /** From here on nothing that was answered before is so. */
  private beginRun(): void {
    this.run++;
    this.beside.clear();
    this.host.post({ type: 'run', run: this.run });
  }

  /** Runs to the scenario's end so that the timeline knows what happens if nothing is done. */
  private explore(lab: Lab, done: () => void): void {
    const until = Math.max(lab.scenario.until, lab.history.until, lab.time);
    this.jobs.push({
      name: 'running ahead',
      run: (keepGoing) => lab.advance(until, keepGoing),
      progress: () => lab.time / until,
      done,
    });
  }

  /** `event`: where other events lie at the same time, after this one. */
  private seekJob(lab: Lab, time: number, event?: number): void {
    lab.approach(time);
    const from = lab.time;
    this.jobs.push({
      name: 'seeking',
      run: (keepGoing) => lab.advance(time, keepGoing),
      progress: () => (time > from ? (lab.time - from) / (time - from) : 1),
      done: () => {
        if (event !== undefined && lab.position.event > event) lab.seekEvent(event);
        this.frame();
      },
    });
  }

  private move(lab: Lab, message: ToWorker): void {
    if (isSearch(message)) {
      const { parts } = this;
      if (parts) search(this.desk(parts), (act) => this.withLateDesk(act), lab, message);
      return;
    }
    switch (message.type) {
      case 'seek':
        // a newer seek replaces one that is under way, unless something waits to be done where that one leads
        if (this.jobs.at(-1)?.name === 'seeking') this.jobs.pop();
        if (this.playing) this.playing.wall = this.host.clock();
        this.whenIdle(() => this.seekJob(lab, Math.max(0, message.time), message.event));
        return;
      case 'step-event':
        this.stop(() => lab.stepEvent(message.direction));
        return;
      case 'step-state':
        this.stop(() => {
          if (!lab.stepState(message.direction)) this.noMoreChanges(lab, message.direction);
        });
        return;
      case 'step-call':
        this.stop(() => lab.stepCall(message.direction));
        return;
      case 'command':
        this.withLateTools(!hasVerb(message.command.do), () =>
          this.perform(message.n, () => this.command(lab, message.command)),
        );
        return;
      case 'restart':
        this.withLateTools(declaresTypes(message.texts), () =>
          this.perform(message.n, () => this.restart(lab, message.texts, message.unverified)),
        );
        return;
      case 'register-new':
        this.perform(message.n, () => this.registerNew(lab, message.name, message.text));
        return;
      case 'ask':
        this.ask(lab, message);
        return;
      case 'open':
      case 'ping':
      case 'watch':
      case 'play':
      case 'pause':
      case 'breakpoints':
      case 'breaks':
        return;
      default:
        assertUnreachable(message);
    }
  }

  /** What is asked of a run that is over when its turn comes is left unanswered. */
  private ask(lab: Lab, message: AskMessage): void {
    const { run } = this;
    this.withLateDesk((desk) => {
      if (this.run !== run) return;
      answerAsk(desk, lab, message, run, (answer) => this.host.post(answer));
    });
  }

  private withLateDesk(act: (desk: LateDesk) => void): void {
    const { parts } = this;
    if (parts) this.withLateTools(true, (late) => late && act({ ...this.desk(parts), late }));
  }

  private desk(parts: MachineParts): Desk {
    return {
      parts,
      texts: this.texts,
      notice: (notice) => this.notice(notice),
      whenIdle: (act) => this.whenIdle(act),
      stop: (act) => this.stop(act),
      beside: (key, step) => this.beside.set(key, step),
      start: (job) => {
        this.playing = null;
        this.whenIdle(() => {
          const made = job();
          const done = (): void => {
            made.done();
            this.frame();
          };
          this.jobs.push({ ...made, done });
        });
      },
    };
  }

  /** At once, or when the engine's late part is here. */
  private withLateTools(needed: boolean, act: (late: Late | null) => void, crash: string | null = null): void {
    const { late, lateFailed, fetchLate } = this.host;
    if (!needed || late() !== null) return act(late());
    fetchLate();
    const run = (): boolean => late() !== null || lateFailed();
    const done = (): void => {
      if (late() !== null) act(late());
      else if (crash !== null) this.host.post({ type: 'crash', message: crash });
      else
        this.notice({
          kind: 'error',
          title: 'A part of the engine could not be fetched',
          detail: 'What was asked for needs it: ask again.',
        });
    };
    this.jobs.push({ name: 'fetching the rest of the engine', run, progress: () => null, done, waits: true });
  }

  /** Pauses, then does something once running work is done, then shows where that led. */
  private stop(act: () => void): void {
    this.playing = null;
    this.whenIdle(() => {
      act();
      this.frame();
    });
  }

  /** An act of the page: from the next frame on it is known to be done. */
  private perform(n: number | undefined, act: () => void): void {
    this.stop(() => {
      act();
      this.n = n ?? this.n;
    });
  }

  private whenIdle(act: () => void): void {
    if (this.jobs.length === 0) act();
    else this.jobs.push({ name: 'waiting', run: () => true, progress: () => null, done: act });
  }

  private command(lab: Lab, command: Command): void {
    const { event } = lab.position;
    this.beginRun();
    lab.command(command);
    // the console says itself what was refused
    if (command.do !== 'console') this.reportRefusal(lab, event);
    this.lookAhead(lab);
  }

  private registerNew(lab: Lab, name: string, text: string): void {
    const problem = lab.machine.checkText(text);
    if (problem) {
      this.notice({
        kind: 'error',
        title: 'The text does not assemble',
        detail: problem.message,
        text: name,
        line: problem.line,
      });
      return;
    }
    this.beginRun();
    const { event } = lab.position;
    for (const command of commandsToRegister(lab, name, text)) lab.command(command);
    if (!this.reportRefusal(lab, event)) {
      this.texts = { ...this.texts, [name]: text };
      this.sendTexts(lab);
    }
    this.lookAhead(lab);
  }

  private restart(lab: Lab, texts: Readonly<Record<string, string>>, unverified: boolean): void {
    if (!this.parts) return;
    const { time } = lab;
    const ghosts = lab.history.series.map(packedSeries);
    // the types come first: programs may implement them
    const next = new Lab(this.parts, lab.scenario, texts, ghosts);
    for (const name of Object.keys(texts).sort((a, b) => Number(b === TYPES_TEXT) - Number(a === TYPES_TEXT))) {
      const problem = next.machine.checkText(texts[name], name);
      if (!problem) continue;
      this.notice({
        kind: 'error',
        title: name === TYPES_TEXT ? `${name} declares no type` : `${name} does not assemble`,
        detail: problem.message,
        text: name,
        line: problem.line,
      });
      return;
    }
    this.texts = texts;
    if (unverified) next.command(UNVERIFIED);
    this.start(next, time, !unverified);
  }

  /** After a command: what happens now if nothing more is done, and back to where it was given. */
  private lookAhead(lab: Lab): void {
    const { event } = lab.position;
    this.explore(lab, () => {
      lab.seekEvent(event);
      this.frame();
    });
  }

  /** The first call after an event that was refused, as something to read. Returns whether there was one. */
  private reportRefusal(lab: Lab, after: number): boolean {
    const notice = refusalAfter(lab.history, after, explain);
    if (notice) this.notice(notice);
    return notice !== null;
  }

  /** Playing stops after the next step that asks for it. A scenario is played to its end; whoever plays on from there goes beyond it. */
  private playsTo(): number {
    const { lab } = this;
    if (!lab) return Number.POSITIVE_INFINITY;
    const { until, steps } = lab.scenario;
    const pauses = steps.flatMap(({ at, pause }) => (pause && at > lab.time ? [at] : []));
    return Math.min(...pauses, lab.time < until ? until : Number.POSITIVE_INFINITY);
  }

  private noMoreChanges(lab: Lab, direction: 1 | -1): void {
    const where = direction > 0 ? 'after' : 'before';
    const known = `${(lab.history.until / 1e6).toFixed(1)} ms`;
    const detail =
      direction > 0 ? `The run is known up to ${known}: play on, or do something to a map.` : 'This is the start.';
    this.notice({ kind: 'info', title: `No map changes ${where} this point`, detail });
  }

  private playSlice(lab: Lab, playing: NonNullable<Session['playing']>, keepGoing: KeepGoing): void {
    const wall = this.host.clock();
    const target = Math.min(playing.end, Math.floor(lab.time + (wall - playing.wall) * 1e6 * playing.speed));
    playing.wall = wall;
    const from = lab.time;
    const outcome = lab.play(target, keepGoing);
    const notes = lab.history.notes.filter((note) => note.time > from && note.time <= lab.time);
    for (const note of firstOfEach(notes)) this.told(note);
    const stop = notes.find((note) => note.kind === 'stopped');
    if (stop) lab.showStop(stop);
    if (outcome === 'stopped' || stop) this.playing = null;
    if (outcome === 'stopped' && !stop && lab.position.call === null && !lab.machine.dead)
      this.notice({ kind: 'info', title: `Stopped: ${lab.metWords ?? 'a break was met'}`, detail: LISTED });
    else if (lab.time >= playing.end) {
      this.playing = null;
      const pauses = lab.time < lab.scenario.until;
      this.notice({
        kind: 'info',
        title: pauses ? 'The scenario pauses here' : 'The scenario ends here',
        detail: pauses ? 'Play goes on from this step.' : 'Play again to go on: what runs, runs on.',
      });
    }
    this.behind = this.playing !== null && outcome === 'more';
    this.frame();
  }

  private told({ kind, title, detail, text, line }: NoteRecord): void {
    const place = { text: text ?? undefined, line: line ?? undefined };
    if (kind === 'stopped') this.notice({ kind, title, detail, ...place, notKernel: true });
    else this.notice({ kind: 'info', title, detail, ...place });
  }

  private sendTexts(lab: Lab): void {
    this.host.post({ type: 'texts', texts: { ...lab.scenario.texts, ...this.texts } });
  }

  private notice(notice: Notice): void {
    this.host.post({ type: 'notice', notice });
  }

  private tellHistory(lab: Lab): void {
    const whole = this.historyIsNew;
    const delta = lab.news(whole);
    this.historyIsNew = false;
    this.historyAt = this.host.clock();
    const columns = [delta.queue, ...delta.series].flatMap(({ time, values }) => [
      time.buffer,
      ...values.map((v) => v.buffer),
    ]);
    this.host.post({ type: 'history', delta, whole }, columns as ArrayBuffer[]);
  }

  /** After a frame that told all there is: so the page's history reaches as far as the checkpoint. */
  private handOver(lab: Lab): void {
    const now = this.host.clock();
    if (this.historyIsNew || lab.hasNews || (now - this.kept.at < KEEP_MS && this.kept.at > 0)) return;
    const run = lab.handOver();
    if (!run) return;
    const of = `${this.n} ${run.branch} ${run.checkpoint.event}`;
    const isNew = of !== this.kept.of;
    this.kept = { at: now, of };
    if (!isNew) return;
    const { buffer } = run.checkpoint.image.bytes;
    this.host.post({ type: 'kept', kept: { run, n: this.n, texts: this.texts } }, [buffer as ArrayBuffer]);
  }

  /** While playing into the unknown a few times a second is enough. */
  private mayTellHistory(): boolean {
    return this.playing === null || this.historyIsNew || this.host.clock() - this.historyAt >= HISTORY_MS;
  }

  /** Sends what changed: numbers always, the rest when it is another than what was sent last. */
  private tellTraced({ traced }: Lab): void {
    if (traced.version === this.sentTraced) return;
    this.sentTraced = traced.version;
    this.host.post({ type: 'traced', lines: traced.lines, left: traced.left });
  }

  private frame(): void {
    const { lab } = this;
    if (!lab) return;
    const cold = lab.cold();
    if (cold !== this.sentCold) {
      this.sentCold = cold;
      this.host.post({ type: 'cold', cold });
    }
    if ((this.historyIsNew || lab.hasNews) && this.mayTellHistory()) this.tellHistory(lab);
    const cpu = lab.cpu();
    if (cpu !== null || this.sentCpu !== null) {
      this.sentCpu = cpu;
      this.host.post({ type: 'cpu', cpu });
    }
    this.tellTraced(lab);
    const numbers = encodeFrame(lab.hot());
    const windows = this.windows.map(({ address, length }) => lab.machine.bytes(address, length));
    const transfer = [numbers.buffer, ...windows.map((w) => w.buffer)] as ArrayBuffer[];
    this.host.post({ type: 'frame', numbers, windows, playing: this.playing !== null, n: this.n }, transfer);
    this.handOver(lab);
  }
}

/** A finished series, to be sent once. */
const packedSeries = ({ socket, map, time, cwnd, ssthresh, srttUs, caState }: Series): Series => ({
  socket,
  map,
  time: Float64Array.from(time),
  cwnd: Uint32Array.from(cwnd),
  ssthresh: Uint32Array.from(ssthresh),
  srttUs: Uint32Array.from(srttUs),
  caState: Uint32Array.from(caState),
});

/** A warning that comes with every packet is told once. */
function firstOfEach(notes: readonly NoteRecord[]): NoteRecord[] {
  return [...new Map(notes.toReversed().map((note) => [note.title, note])).values()].toReversed();
}
