/*
 * One page's session with one lab. All work is cut into slices: after each slice of a few ms the message queue is read
 * again. Nothing here uses the worker's globals, so tests drive it with their own clock.
 */
import {
  assertUnreachable,
  type Break,
  type Command,
  declaresTypes,
  explain,
  hasVerb,
  standIns,
} from '../engine/index.ts';
import type { Lab, MachineParts } from '../engine/index.ts';
import type { AskMessage } from '../protocol/asks.ts';
import { type Breakpoint, type FromWorker, PROTOCOL_VERSION, type ToWorker } from '../protocol/messages.ts';
import { arm, needsLate } from './arm.ts';
import type { Desk, Late, LateDesk } from './desk.ts';
import { fetchedLate, LATE_FAILED, type LateHost } from './late-part.ts';
import { labWith, openLab, type OpenMessage, opensLate, partsOf, UNVERIFIED } from './make-lab.ts';
import { badText, firstOfEach, noMap, standInNotice } from './notices.ts';
import { Player } from './player.ts';
import { refusalAfter, refusedProgram } from './refusals.ts';
import { commandsToRegister } from './register-new.ts';
import { isSearch, search } from './searches.ts';
import { Teller } from './teller.ts';
import { backTo, runAhead, searching, SEEKING, seekTo } from './travel.ts';
import { Work } from './work.ts';

/** Longest slice, ms. */
const SLICE_MS = 8;

/** Time between polls of a waiting job, ms. */
const WAIT_MS = 40;

export interface SessionHost extends LateHost {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  /** wall clock, ms */
  readonly clock: () => number;
}

export class Session {
  private parts: MachineParts | null = null;
  private lab: Lab | null = null;
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
  private readonly player: Player;

  constructor(private readonly host: SessionHost) {
    this.teller = new Teller(host);
    this.player = new Player(host.clock, this.teller);
  }

  /** Time until the next slice, ms; null when there is nothing to do. Playing needs a slice per frame of the page. */
  get due(): number | null {
    if (this.work.waits) return WAIT_MS;
    if (this.work.hasJobs) return 0;
    return this.player.due ?? (this.work.hasAside ? 0 : null);
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
        this.player.play(this.lab, message.speed);
        return;
      case 'pause':
        this.player.stop();
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
    const counting = this.player.plays ? (this.lab?.counting() ?? null) : null;
    if (counting) this.work.add(searching('counting hits', counting, () => this.player.moved()));
    else if (this.player.slice(this.lab, keepGoing)) this.frame();
    this.work.runAside(keepGoing);
  }

  private open(message: OpenMessage): void {
    const parts = partsOf(message);
    if (typeof parts === 'string') {
      this.host.post({ type: 'crash', message: parts });
      return;
    }
    this.parts = parts;
    this.texts = message.kept?.texts ?? message.texts;
    this.n = message.kept?.n ?? message.n ?? 0;
    this.teller.forgetCheckpoint();
    this.player.stop();
    this.work.dropJobs();
    this.lab = null;
    this.early = [];
    this.withLateTools(
      opensLate(message),
      () => {
        const job = openLab(parts, message, (lab, time) => this.start(lab, time));
        if (job) this.work.add(job);
      },
      () =>
        this.host.post({
          type: 'crash',
          message: 'The scenario needs a part of the engine that could not be loaded.',
        }),
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
    const arrived = (): void => {
      const notes = lab.history.notes.filter((note) => note.time <= time);
      for (const note of firstOfEach(notes)) this.teller.told(note);
      const stop = notes.find((note) => note.kind === 'stopped');
      if (stop && lab.showStop(stop)) this.frame();
      else this.seek(lab, time);
      if (changed) this.tellStandIns(lab);
      const refused = changed ? refusedProgram(lab.history, explain) : null;
      if (refused) this.teller.notice(refused);
    };
    this.work.add(runAhead(lab, arrived));
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

  private seek(lab: Lab, time: number, event?: number): void {
    this.work.add(seekTo(lab, time, event, () => this.frame()));
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
        this.work.dropLast(SEEKING);
        this.player.moved();
        this.work.whenIdle(() => this.seek(lab, Math.max(0, message.time), message.event));
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
      this.host.answerAsk()?.(desk, lab, message, run, (answer) => this.host.post(answer));
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
        this.player.stop();
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
  private withLateTools(
    needed: boolean,
    act: (late: Late | null) => void,
    failed = () => this.teller.notice(LATE_FAILED),
  ): void {
    const { host } = this;
    if (!needed || host.late() !== null) return act(host.late());
    const ended = (late: Late | null): void => {
      // a frame ends the job on the page; not all that waits for the part sends one
      this.frame();
      if (late) act(late);
      else failed();
    };
    this.work.add(fetchedLate(host, ended));
  }

  /** Pauses, acts once running work is done, then sends a frame. */
  private stop(act: () => void): void {
    this.player.stop();
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
    if (!lab.machine.definesMap(text)) return this.teller.notice(noMap(name));
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
    const next = labWith(this.parts, lab, texts, (notice) => this.teller.notice(notice));
    if (!next) return;
    this.texts = texts;
    if (unverified) next.command(UNVERIFIED);
    this.start(next, lab.time, !unverified);
  }

  /** After a command, computes the future without further commands, and returns to the command's time. */
  private lookAhead(lab: Lab): void {
    const { event } = lab.position;
    this.work.add(runAhead(lab, () => this.work.add(backTo(lab, event, () => this.frame()))));
  }

  /** Reports the first refused call after an event; returns whether there was one. */
  private reportRefusal(lab: Lab, after: number): boolean {
    const notice = refusalAfter(lab.history, after, explain);
    if (notice) this.teller.notice(notice);
    return notice !== null;
  }

  /** Sends the page a frame. */
  private frame(): void {
    const { lab, player, n, texts } = this;
    if (lab) this.teller.frame(lab, { playing: player.plays, n, texts });
  }
}
