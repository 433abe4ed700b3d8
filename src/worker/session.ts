/*
 * One page's conversation with one lab. All work is cut into slices: a slice runs until the clock says so, then the
 * queue of messages is read again. Nothing here touches the worker's globals, so tests drive it with a clock of their own.
 */
import {
  Again,
  assertUnreachable,
  type Break,
  countInstructions,
  type Command,
  Lab,
  type LabBreakpoint,
  type MachineParts,
  type NoteRecord,
  openMachineParts,
  type Series,
} from '../engine/index.ts';
import { encodeFrame } from '../protocol/frame.ts';
import {
  type FromWorker,
  type MemoryWindow,
  type Notice,
  PROTOCOL_VERSION,
  type ToWorker,
} from '../protocol/messages.ts';

/** The longest a slice works before it reads the queue, ms. */
const SLICE_MS = 8;

/** Between two histories while playing, ms. */
const HISTORY_MS = 250;

/** Between two pictures while playing, ms. */
const FRAME_MS = 12;

type KeepGoing = () => boolean;

/** Long work, done a slice at a time. */
interface Job {
  readonly name: string;
  /** true when it is done */
  readonly run: (keepGoing: KeepGoing) => boolean;
  readonly progress: () => number | null;
  readonly done: () => void;
}

export interface SessionHost {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  /** wall clock, ms */
  readonly clock: () => number;
}

export class Session {
  private parts: MachineParts | null = null;
  private lab: Lab | null = null;
  private playing: { speed: number; wall: number } | null = null;
  /** the last slice of playing ran out of time */
  private behind = false;
  private jobs: Job[] = [];
  private windows: readonly MemoryWindow[] = [];
  private texts: Readonly<Record<string, string>> = {};
  private breakpoints: readonly { text: string; line: number }[] = [];
  private breaks: readonly Break[] = [];
  private sentCold: unknown = null;
  private sentHistory = -1;
  /** wall clock of the last history sent, ms */
  private historyAt = 0;
  private sentCpu: unknown = null;

  constructor(private readonly host: SessionHost) {}

  /** In how many ms the next slice is due; null when there is nothing to do. Playing needs one a frame of the page. */
  get due(): number | null {
    if (this.jobs.length > 0 || this.behind) return 0;
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
        this.playing = { speed: message.speed, wall: this.host.clock() };
        return;
      case 'pause':
        this.playing = null;
        this.frame();
        return;
      case 'breaks':
        this.breaks = message.breaks;
        this.lab?.setBreaks(message.breaks);
        return;
      case 'breakpoints':
        this.breakpoints = message.breakpoints;
        this.lab?.setBreakpoints(message.breakpoints);
        return;
      default:
        if (this.lab) this.move(this.lab, message);
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
    this.texts = message.texts;
    this.playing = null;
    this.jobs = [];
    const { scenario } = message;
    this.start(new Lab(parts.value, scenario, this.texts), scenario.openAt);
    this.host.post({ type: 'ready', version: PROTOCOL_VERSION });
  }

  /** Computes a lab's future, then stands at `time`. */
  private start(lab: Lab, time: number): void {
    this.lab = lab;
    this.sentHistory = -1;
    this.sentCold = null;
    lab.setBreakpoints(this.breakpoints);
    lab.setBreaks(this.breaks);
    this.sendTexts(lab);
    this.explore(lab, () => {
      const notes = lab.history.notes.filter((note) => note.time <= time);
      for (const note of firstOfEach(notes)) this.told(note);
      const stop = notes.find((note) => note.kind === 'stopped');
      if (stop && lab.showStop(stop)) this.frame();
      else this.seekJob(lab, time);
    });
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

  private seekJob(lab: Lab, time: number): void {
    lab.approach(time);
    const from = lab.time;
    this.jobs.push({
      name: 'seeking',
      run: (keepGoing) => lab.advance(time, keepGoing),
      progress: () => (time > from ? (lab.time - from) / (time - from) : 1),
      done: () => this.frame(),
    });
  }

  private move(lab: Lab, message: ToWorker): void {
    switch (message.type) {
      case 'seek':
        // a newer seek replaces one that is under way
        this.jobs = this.jobs.filter((job) => job.name !== 'seeking');
        if (this.playing) this.playing.wall = this.host.clock();
        this.whenIdle(() => this.seekJob(lab, Math.max(0, message.time)));
        return;
      case 'step-event':
        this.stop(() => lab.stepEvent(message.direction));
        return;
      case 'step-state':
        this.stop(() => lab.stepState(message.direction));
        return;
      case 'step-call':
        this.stop(() => lab.stepCall(message.direction));
        return;
      case 'step-instruction':
        this.stop(() => this.stepInstruction(lab, message.direction));
        return;
      case 'reverse':
        this.stop(() => this.reverse(lab));
        return;
      case 'compare':
        this.compare(lab, message);
        return;
      case 'heat':
        this.whenIdle(() => this.heat(lab));
        return;
      case 'who-wrote':
        this.playing = null;
        this.whenIdle(() => this.ask(lab, message));
        return;
      case 'who-wrote-register':
        this.stop(() => this.askRegister(lab, message.register));
        return;
      case 'step-over':
        this.stop(() => this.stepOrTell(lab.stepOver()));
        return;
      case 'step-out':
        this.stop(() => this.stepOrTell(lab.stepOut()));
        return;
      case 'run-to':
        this.stop(() => this.runTo(lab, message));
        return;
      case 'program':
        this.sendProgram(lab, message.id);
        return;
      case 'command':
        this.stop(() => this.command(lab, message.command));
        return;
      case 'restart':
        this.stop(() => this.restart(lab, message.texts));
        return;
      case 'register-new':
        this.stop(() => this.registerNew(lab, message.name, message.text));
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

  /** Pauses, then does something once running work is done, then shows where that led. */
  private stop(act: () => void): void {
    this.playing = null;
    this.whenIdle(() => {
      act();
      this.frame();
    });
  }

  private whenIdle(act: () => void): void {
    if (this.jobs.length === 0) act();
    else this.jobs.push({ name: 'waiting', run: () => true, progress: () => null, done: act });
  }

  private stepInstruction(lab: Lab, direction: 1 | -1): void {
    if (lab.stepInstruction(direction)) return;
    const where = direction > 0 ? 'after' : 'before';
    this.notice({
      kind: 'info',
      title: `No BPF program ran ${where} this point`,
      detail: direction > 0 ? 'Nothing calls one in the next five seconds.' : 'This is the first of the run.',
    });
  }

  private reverse(lab: Lab): void {
    if (lab.reverse()) return;
    const none = this.breaks.length === 0;
    this.notice({
      kind: 'info',
      title: none ? 'There is nothing to go back to' : 'None of the breaks was met before this point',
      detail: none ? 'Add a break first: on an edge, a count, a system call.' : 'This is the first of the run.',
    });
  }

  /** The same texts and commands on another kernel, a slice at a time; the lab on the page stays where it is. */
  private compare(lab: Lab, { kernel, of, btf, ids }: Extract<ToWorker, { type: 'compare' }>): void {
    const parts = openMachineParts(kernel, new Uint8Array(btf), new Uint32Array(ids));
    if (!parts.ok) {
      this.notice({ kind: 'error', title: `${kernel} could not be started`, detail: parts.error.message });
      return;
    }
    const other = new Lab(parts.value, lab.scenario, this.texts);
    const again = new Again(other, lab.commands, Math.max(lab.scenario.until, lab.history.until));
    this.jobs.push({
      name: `running on ${kernel}`,
      run: (keepGoing) => again.run(keepGoing),
      progress: () => again.progress,
      done: () => {
        const { calls, transitions } = other.history;
        this.host.post({ type: 'compared', kernel, of, calls, transitions });
        this.frame();
      },
    });
  }

  /** How often each instruction ran up to the cursor: the same run once more, interpreted. */
  private heat(lab: Lab): void {
    if (!this.parts) return;
    const again = new Again(new Lab(this.parts, lab.scenario, this.texts), lab.commands, lab.time);
    const counted = countInstructions(again.lab.machine);
    this.jobs.push({
      name: 'counting instructions',
      run: (keepGoing) => again.run(keepGoing),
      progress: () => again.progress,
      done: () => {
        this.host.post({ type: 'heat', time: lab.time, heat: counted() });
        this.frame();
      },
    });
  }

  /** Back to what changed bytes last, or to when they last became a value; the answer is where the lab then stands. */
  private ask(lab: Lab, { window, value }: Extract<ToWorker, { type: 'who-wrote' }>): void {
    const here = lab.position;
    const search = lab.lastChange(window, value);
    this.jobs.push({
      name: 'looking back',
      run: (keepGoing) => {
        while (keepGoing()) if (search.next().done) return true;
        return false;
      },
      progress: () => null,
      done: () => {
        const answer = lab.answer;
        if (!answer) {
          lab.goto(here);
          const title = value ? 'It was never this value before' : 'Nothing has written this since the start';
          this.notice({ kind: 'info', title, detail: 'Looked back from here to the start of the run.' });
        } else this.notice({ kind: 'info', title: answer.title, detail: answer.detail });
        this.frame();
      },
    });
  }

  private askRegister(lab: Lab, register: number): void {
    if (lab.whoWroteRegister(register)) return;
    const detail = 'It has the value that it had when the program was called.';
    this.notice({ kind: 'info', title: `Nothing in this call wrote r${register}`, detail });
  }

  private stepOrTell(moved: boolean): void {
    if (!moved)
      this.notice({ kind: 'info', title: 'Nothing to step to', detail: 'No program runs in the next five seconds.' });
  }

  private runTo(lab: Lab, place: LabBreakpoint): void {
    if (lab.runTo(place)) return;
    const detail = 'No program comes to this line in the next five seconds.';
    this.notice({ kind: 'info', title: `Line ${place.line + 1} was not reached`, detail });
  }

  private sendProgram(lab: Lab, id: number): void {
    const text = lab.machine.programText(id);
    if (text) this.host.post({ type: 'program', id, text });
  }

  private command(lab: Lab, command: Command): void {
    const { event } = lab.position;
    lab.command(command);
    this.reportRefusal(lab, event);
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
    const map = lab.machine.nextLetter();
    const process = `loader-${map.toLowerCase()}`;
    this.texts = { ...this.texts, [name]: text };
    this.sendTexts(lab);
    const { event } = lab.position;
    lab.command({ do: 'spawn', process });
    lab.command({ do: 'load', process, map, text: name, source: text });
    lab.command({ do: 'register', process, map });
    const link = Object.keys(lab.machine.user.state.links).length + 1;
    if (lab.machine.user.map(map)?.forLinks) lab.command({ do: 'link', process, map, link });
    this.reportRefusal(lab, event);
    this.lookAhead(lab);
  }

  private restart(lab: Lab, texts: Readonly<Record<string, string>>): void {
    if (!this.parts) return;
    for (const [name, text] of Object.entries(texts)) {
      const problem = lab.machine.checkText(text);
      if (!problem) continue;
      this.notice({
        kind: 'error',
        title: `${name} does not assemble`,
        detail: problem.message,
        text: name,
        line: problem.line,
      });
      return;
    }
    const { time } = lab;
    const ghosts: readonly Series[] = lab.history.series;
    this.texts = texts;
    this.start(new Lab(this.parts, lab.scenario, texts, ghosts), time);
  }

  /** After a command: what happens now if nothing more is done, and back to where it was given. */
  private lookAhead(lab: Lab): void {
    const { event } = lab.position;
    this.explore(lab, () => {
      lab.seekEvent(event);
      this.frame();
    });
  }

  /** The first call after an event that was refused, as something to read. */
  private reportRefusal(lab: Lab, after: number): void {
    const refused = lab.history.calls.find((call) => call.event > after && call.ret < 0);
    if (!refused) return;
    this.notice({
      kind: 'refused',
      title: refused.text,
      detail: refused.message ?? lab.machine.explain(refused),
    });
  }

  private playSlice(lab: Lab, playing: { speed: number; wall: number }, keepGoing: KeepGoing): void {
    const wall = this.host.clock();
    const target = Math.floor(lab.time + (wall - playing.wall) * 1e6 * playing.speed);
    playing.wall = wall;
    const from = lab.time;
    const outcome = lab.play(target, keepGoing);
    const notes = lab.history.notes.filter((note) => note.time > from && note.time <= lab.time);
    for (const note of firstOfEach(notes)) this.told(note);
    const stop = notes.find((note) => note.kind === 'stopped');
    if (stop) lab.showStop(stop);
    if (outcome === 'stopped' || stop) this.playing = null;
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

  /** The history is long and goes over whole: while playing into the unknown a few times a second is enough. */
  private mayTellHistory(): boolean {
    return this.playing === null || this.sentHistory < 0 || this.host.clock() - this.historyAt >= HISTORY_MS;
  }

  /** Sends what changed: numbers always, the rest when it is another than what was sent last. */
  private frame(): void {
    const { lab } = this;
    if (!lab) return;
    const cold = lab.cold();
    if (cold !== this.sentCold) {
      this.sentCold = cold;
      this.host.post({ type: 'cold', cold });
    }
    if (lab.historyVersion !== this.sentHistory && this.mayTellHistory()) {
      this.sentHistory = lab.historyVersion;
      this.historyAt = this.host.clock();
      this.host.post({ type: 'history', history: lab.history });
    }
    const cpu = lab.cpu();
    if (cpu !== null || this.sentCpu !== null) {
      this.sentCpu = cpu;
      this.host.post({ type: 'cpu', cpu });
    }
    const numbers = encodeFrame(lab.hot());
    const windows = this.windows.map(({ address, length }) => lab.machine.bytes(address, length));
    const transfer = [numbers.buffer, ...windows.map((w) => w.buffer)] as ArrayBuffer[];
    this.host.post({ type: 'frame', numbers, windows, playing: this.playing !== null }, transfer);
  }
}

/** A warning that comes with every packet is told once. */
function firstOfEach(notes: readonly NoteRecord[]): NoteRecord[] {
  return [...new Map(notes.toReversed().map((note) => [note.title, note])).values()].toReversed();
}
