/*
 * One page's session with one lab. All work is cut into slices: after each slice of a few ms the message queue is read
 * again. Nothing here uses the worker's globals, so tests drive it with their own clock.
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
  openMachineParts,
  registerFirstVerbs,
  type Series,
  TYPES_TEXT,
} from '../engine/index.ts';
import { type Breakpoint, type FromWorker, PROTOCOL_VERSION, type ToWorker } from '../protocol/messages.ts';
import { refusalAfter, refusedProgram } from './refusals.ts';
import type { AskMessage } from '../protocol/asks.ts';
import { arm, needsLate } from './arm.ts';
import { answerAsk } from './asks.ts';
import { badText, firstOfEach, noMore, playedToEnd, standInNotice, stoppedByBreak } from './notices.ts';
import { Teller } from './teller.ts';
import { Work } from './work.ts';
import type { Desk, KeepGoing, Late, LateDesk } from './desk.ts';
import { doAgain } from './do-again.ts';
import { commandsToRegister } from './register-new.ts';
import { isSearch, search } from './searches.ts';

/** Longest slice, ms. */
const SLICE_MS = 8;

/** Time between polls of a waiting job, ms. */
const WAIT_MS = 40;

/** Time between two frames while playing, ms. */
const FRAME_MS = 12;

/** First command of a run without verification. */
const UNVERIFIED: Command = { do: 'verifier', to: 'skip' };

export interface SessionHost {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  /** wall clock, ms */
  readonly clock: () => number;
  /** the engine's late part (src/engine/late.ts), installed; null while it is not loaded */
  readonly late: () => Late | null;
  /** fetches it, again after a failure */
  readonly fetchLate: () => void;
  /** whether the last fetch failed */
  readonly lateFailed: () => boolean;
}

export class Session {
  private parts: MachineParts | null = null;
  private lab: Lab | null = null;
  /** state of playing; `end`: time at which it stops by itself, ns */
  private playing: { speed: number; wall: number; readonly end: number } | null = null;
  /** whether the last slice of playing ran out of time */
  private behind = false;
  private readonly work = new Work();
  private texts: Readonly<Record<string, string>> = {};
  private breakpoints: readonly Breakpoint[] = [];
  private breaks: readonly Break[] = [];
  /** number of the last action done */
  private n = 0;
  /** messages received while the lab was being made, which may wait for the engine's late part */
  private early: ToWorker[] = [];
  /** number of the run, sent with every answer: incremented when a run is opened, restarted or branches */
  private run = 0;

  private readonly teller: Teller;

  constructor(private readonly host: SessionHost) {
    this.teller = new Teller(host);
  }

  /** Time until the next slice, ms; null when there is nothing to do. Playing needs a slice per frame of the page. */
  get due(): number | null {
    if (this.work.waits) return WAIT_MS;
    if (this.work.hasJobs || this.behind) return 0;
    if (this.work.hasAside) return this.playing ? FRAME_MS : 0;
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
        this.teller.windows = message.windows;
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
    if (this.work.hasJobs) {
      const job = this.work.runFirst(keepGoing);
      if (job) this.host.post({ type: 'heartbeat', job: job.name, progress: job.progress() });
      return;
    }
    this.behind = false;
    if (this.playing && this.lab) this.playSlice(this.lab, this.playing, keepGoing);
    this.work.runAside(keepGoing);
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
    this.teller.forgetCheckpoint();
    this.playing = null;
    this.work.dropJobs();
    this.lab = null;
    this.early = [];
    // otherwise every verb would seem to need the late part, and delay the first picture
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
        else this.work.add(doAgain(lab, commands, () => this.start(lab, time)));
      },
      'The scenario needs a part of the engine that could not be loaded.',
    );
    this.host.post({ type: 'ready', version: PROTOCOL_VERSION });
  }

  /**
   * Computes a lab's future, then goes to `time`, ns. `changed`: the user changed texts, so refused programs are
   * reported.
   */
  private start(lab: Lab, time: number, changed = false): void {
    this.lab = lab;
    this.teller.startOver();
    this.arm();
    this.beginRun();
    this.teller.texts(lab, this.texts);
    this.explore(lab, () => {
      const notes = lab.history.notes.filter((note) => note.time <= time);
      for (const note of firstOfEach(notes)) this.teller.told(note);
      const stop = notes.find((note) => note.kind === 'stopped');
      if (stop && lab.showStop(stop)) this.frame();
      else this.seekJob(lab, time);
      if (changed) this.tellStandIns(lab);
      const refused = changed ? refusedProgram(lab.history, explain) : null;
      if (refused) this.teller.notice(refused);
    });
    for (const message of this.early.splice(0)) this.move(lab, message);
  }

  /** Arms the present breaks in the present lab. */
  private arm(): void {
    const wanted = { breaks: this.breaks, lines: this.breakpoints };
    this.withLateTools(needsLate(wanted), (late) => {
      if (!this.lab) return;
      arm(this.lab, wanted, late, (notice) => this.teller.notice(notice));
      this.teller.traced(this.lab);
    });
  }

  /** Reports texts that replace an example under another name. */
  private tellStandIns({ scenario }: Lab): void {
    for (const one of standIns(scenario.texts, this.texts)) this.teller.notice(standInNotice(one));
  }

  /** Begins a run: earlier answers are void. */
  private beginRun(): void {
    this.run++;
    this.work.dropAside();
    this.host.post({ type: 'run', run: this.run });
  }

  /** Runs to the scenario's end, so that the timeline shows what happens without further commands. */
  private explore(lab: Lab, done: () => void): void {
    const until = Math.max(lab.scenario.until, lab.history.until, lab.time);
    this.work.add({
      name: 'running ahead',
      run: (keepGoing) => lab.advance(until, keepGoing),
      progress: () => lab.time / until,
      done,
    });
  }

  /** Goes to a time, ns; `event`: to just after this one of the events at that time. */
  private seekJob(lab: Lab, time: number, event?: number): void {
    lab.approach(time);
    const from = lab.time;
    this.work.add({
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
        // a newer seek replaces a running one, unless an action waits for that one's end
        this.work.dropLast('seeking');
        if (this.playing) this.playing.wall = this.host.clock();
        this.work.whenIdle(() => this.seekJob(lab, Math.max(0, message.time), message.event));
        return;
      case 'step-event':
        this.stop(() => lab.stepEvent(message.direction));
        return;
      case 'step-state':
        this.stop(() => {
          if (!lab.stepState(message.direction)) this.teller.notice(noMore('changes', lab, message.direction));
        });
        return;
      case 'step-call':
        this.stop(() => {
          if (!lab.stepCall(message.direction)) this.teller.notice(noMore('calls', lab, message.direction));
        });
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

  /** Answers a question; not when its run has ended before its turn. */
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
      notice: (notice) => this.teller.notice(notice),
      whenIdle: (act) => this.work.whenIdle(act),
      stop: (act) => this.stop(act),
      beside: (key, step) => this.work.beside(key, step),
      start: (job) => {
        this.playing = null;
        this.work.whenIdle(() => {
          const made = job();
          const done = (): void => {
            made.done();
            this.frame();
          };
          this.work.add({ ...made, done });
        });
      },
    };
  }

  /** Acts at once, or when the engine's late part is loaded. */
  private withLateTools(needed: boolean, act: (late: Late | null) => void, crash: string | null = null): void {
    const { late, lateFailed, fetchLate } = this.host;
    if (!needed || late() !== null) return act(late());
    fetchLate();
    const run = (): boolean => late() !== null || lateFailed();
    const done = (): void => {
      // a frame ends the job on the page; not all that waits for the part sends one
      this.frame();
      if (late() !== null) act(late());
      else if (crash !== null) this.host.post({ type: 'crash', message: crash });
      else
        this.teller.notice({
          kind: 'error',
          title: 'A part of the engine could not be loaded',
          detail: 'The last action needs it: try again.',
        });
    };
    this.work.add({ name: 'fetching the rest of the engine', run, progress: () => null, done, waits: true });
  }

  /** Pauses, acts once running work is done, then sends a frame. */
  private stop(act: () => void): void {
    this.playing = null;
    this.work.whenIdle(() => {
      act();
      this.frame();
    });
  }

  /** Performs an action of the page; the next frame reports it as done. */
  private perform(n: number | undefined, act: () => void): void {
    this.stop(() => {
      act();
      this.n = n ?? this.n;
    });
  }

  private command(lab: Lab, command: Command): void {
    const { event } = lab.position;
    this.beginRun();
    lab.command(command);
    // the console itself prints refusals
    if (command.do !== 'console') this.reportRefusal(lab, event);
    this.lookAhead(lab);
  }

  private registerNew(lab: Lab, name: string, text: string): void {
    const problem = lab.machine.checkText(text);
    if (problem) return this.teller.notice(badText(name, problem));
    this.beginRun();
    const { event } = lab.position;
    for (const command of commandsToRegister(lab, name, text)) lab.command(command);
    if (!this.reportRefusal(lab, event)) {
      this.texts = { ...this.texts, [name]: text };
      this.teller.texts(lab, this.texts);
    }
    this.lookAhead(lab);
  }

  private restart(lab: Lab, texts: Readonly<Record<string, string>>, unverified: boolean): void {
    if (!this.parts) return;
    const { time } = lab;
    const ghosts = lab.history.series.map(packedSeries);
    // types first, since programs may implement them
    const next = new Lab(this.parts, lab.scenario, texts, ghosts);
    const typesFirst = Object.entries(texts).sort(([a], [b]) => Number(b === TYPES_TEXT) - Number(a === TYPES_TEXT));
    for (const [name, text] of typesFirst) {
      const problem = next.machine.checkText(text, name);
      if (problem) return this.teller.notice(badText(name, problem));
    }
    this.texts = texts;
    if (unverified) next.command(UNVERIFIED);
    this.start(next, time, !unverified);
  }

  /** After a command, computes the future without further commands, and returns to the command's time. */
  private lookAhead(lab: Lab): void {
    const { event } = lab.position;
    this.explore(lab, () => {
      lab.seekEvent(event);
      this.frame();
    });
  }

  /** Reports the first refused call after an event; returns whether there was one. */
  private reportRefusal(lab: Lab, after: number): boolean {
    const notice = refusalAfter(lab.history, after, explain);
    if (notice) this.teller.notice(notice);
    return notice !== null;
  }

  /**
   * Time at which playing stops by itself, ns: the next step with a pause, else the scenario's end; infinite after it.
   */
  private playsTo(): number {
    const { lab } = this;
    if (!lab) return Number.POSITIVE_INFINITY;
    const { until, steps } = lab.scenario;
    const pauses = steps.flatMap(({ at, pause }) => (pause && at > lab.time ? [at] : []));
    return Math.min(...pauses, lab.time < until ? until : Number.POSITIVE_INFINITY);
  }

  /** Sends the page a frame. */
  private frame(): void {
    const { lab, playing, n, texts } = this;
    if (lab) this.teller.frame(lab, { playing: playing !== null, n, texts });
  }

  private playSlice(lab: Lab, playing: NonNullable<Session['playing']>, keepGoing: KeepGoing): void {
    const wall = this.host.clock();
    const target = Math.min(playing.end, Math.floor(lab.time + (wall - playing.wall) * 1e6 * playing.speed));
    playing.wall = wall;
    const from = lab.time;
    const outcome = lab.play(target, keepGoing);
    const notes = lab.history.notes.filter((note) => note.time > from && note.time <= lab.time);
    for (const note of firstOfEach(notes)) this.teller.told(note);
    const stop = notes.find((note) => note.kind === 'stopped');
    if (stop) lab.showStop(stop);
    if (outcome === 'stopped' || stop) this.playing = null;
    if (outcome === 'stopped' && !stop && lab.position.call === null && !lab.machine.dead)
      this.teller.notice(stoppedByBreak(lab));
    else if (lab.time >= playing.end) {
      this.playing = null;
      this.teller.notice(playedToEnd(lab));
    }
    this.behind = this.playing !== null && outcome === 'more';
    this.frame();
  }
}

/** A finished series as typed arrays, to be sent once. */
const packedSeries = ({ socket, map, time, cwnd, ssthresh, srttUs, caState }: Series): Series => ({
  socket,
  map,
  time: Float64Array.from(time),
  cwnd: Uint32Array.from(cwnd),
  ssthresh: Uint32Array.from(ssthresh),
  srttUs: Uint32Array.from(srttUs),
  caState: Uint32Array.from(caState),
});
