/*
 * A whole machine: what boot wired, its user space, and the scenario's commands at their times. It reports what
 * happens; src/engine/lab/look.ts reads its state.
 */
import { entryOf } from '../base/assert.ts';
import { own } from '../base/own.ts';
import { structOpsMaps } from '../kernel/state.ts';
import type { Parsed } from '../base/result.ts';
import type { Btf } from '../btf/btf.ts';
import { assemble } from '../isa/assembler.ts';
import type { AssembledObject } from '../isa/object.ts';
import type { Kernel, KernelState, ProgObject } from '../kernel/kernel.ts';
import type { Profile } from '../kernel/profiles.ts';
import type { EventKind, EventQueue } from '../net/event-queue.ts';
import { cursorClass } from '../net/record.ts';
import type { TcpSock } from '../tcp/stack.ts';
import type { Tcp, TcpCold } from '../tcp/tcp.ts';
import type { Memory } from '../vm/memory.ts';
import type { Program } from '../vm/prepared.ts';
import type { Text } from '../vm/text.ts';
import { boot, type Booted } from './boot.ts';
import { captionOf } from './caption.ts';
import type { PathConfig } from '../net/dumbbell.ts';
import { type Command, type MapLetter, type Scenario, TYPES_TEXT } from './commands.ts';
import type { MachineParts } from './kernels.ts';
import { lettersIn } from './labels.ts';
import {
  answer,
  cpuSnapshot,
  hotSnapshot,
  letterOf,
  lifecycleFacts,
  linkSnapshots,
  type Looked,
  mapSnapshot,
  processSnapshots,
  progOf,
  socketSnapshots,
  storeLine,
} from './look.ts';
import type { Halted, ProgramWatch, WatchedMachine } from './microscope.ts';
import { objectSnapshots } from './object-snapshots.ts';
import type { LifecycleFacts, Recorder } from './recorder.ts';
import type { RunnableMachine } from './run.ts';
import type {
  CallRecord,
  CaptionRecord,
  ColdSnapshot,
  SocketSnapshot,
  CpuSnapshot,
  HotSnapshot,
  MessageRecord,
  NoteRecord,
  Position,
} from './snapshot.ts';
import { UserSpace } from './user-space.ts';
import type { LoadedMap, UserState } from './user-state.ts';
import { runVerb } from './verb.ts';
import { registerFirstVerbs } from './verbs.ts';

/** The immutable part of the state. */
export interface Cold {
  readonly kernel: KernelState;
  readonly tcp: TcpCold;
  readonly user: UserState;
}

/** Callbacks during events; the lab decides what to keep. */
export interface MachineObserver {
  readonly call: (record: CallRecord) => void;
  readonly caption: (record: CaptionRecord) => void;
  readonly note: (record: NoteRecord) => void;
  readonly message: (record: MessageRecord) => void;
  readonly window: Recorder['window'];
  readonly queue: (time: number, length: number) => void;
}

export interface FlowCounters {
  readonly bytesAcked: number;
  readonly drops: number;
  readonly recoveries: number;
  readonly rtos: number;
}

export interface SourcePlace {
  readonly text: string;
  /** 0-based */
  readonly line: number;
  /** the first slot of its line in the program */
  readonly first: boolean;
}

export class Machine implements RunnableMachine<Cold>, WatchedMachine, Looked {
  readonly memory: Memory;
  readonly events: EventQueue;
  readonly kernel: Kernel;
  readonly tcp: Tcp;
  readonly user: UserSpace;
  readonly btf: Btf;
  readonly profile: Profile;
  readonly whole: MachineParts['whole'];
  readonly config: MachineParts['config'];
  readonly letters: readonly MapLetter[];
  private readonly boot: Booted;
  private readonly parsedTexts = new Map<string, Parsed<AssembledObject>>();
  private readonly scenarioStep: EventKind;
  /** cursor on the tcp_sock being reported */
  private readonly sock: TcpSock;
  private facts: readonly LifecycleFacts[] = [];
  /** the state from which `facts` were computed */
  private factsOf: { readonly kernel: KernelState | null; readonly maps: readonly LoadedMap[] | null } = {
    kernel: null,
    maps: null,
  };
  private lastCold: { cold: Cold; branch: number; snapshot: ColdSnapshot } | null = null;

  constructor(
    parts: MachineParts,
    private readonly scenario: Scenario,
    readonly texts: Readonly<Record<string, string>>,
    private readonly observer: MachineObserver,
  ) {
    registerFirstVerbs();
    this.boot = boot(parts, scenario, texts, {
      stopped: (prog, message, pc) => this.stopped(prog, message, pc),
      calledStopped: (prog) => this.leave(prog),
      trace: (line) => this.message({ process: null, source: 'trace', level: 'info', text: line }),
      window: (sk) => this.windowChanged(sk),
      drop: () => this.observer.queue(this.events.now, this.tcp.net.queueLength),
      warning: (sk, message, title = 'a window of 0') => this.warn(sk, message, title),
    });
    const { memory, events, kernel, tcp, declared } = this.boot;
    this.memory = memory;
    this.events = events;
    this.kernel = kernel;
    this.tcp = tcp;
    this.btf = declared.parts.btf;
    this.profile = parts.profile;
    this.whole = parts.whole;
    this.config = parts.config;
    this.letters = lettersIn(scenario.steps);
    this.sock = new (cursorClass(tcp.offsets.sock.layout))(memory);
    this.user = new UserSpace(this, (record) => this.observer.call(record));
    this.scenarioStep = events.define('scenario', (index) => this.stepOf(index));
    for (const [index, { at }] of scenario.steps.entries()) events.schedule(at, this.scenarioStep, index);
  }

  get cold(): Cold {
    return { kernel: this.kernel.state, tcp: this.tcp.cold, user: this.user.state };
  }

  set cold(cold: Cold) {
    this.kernel.state = cold.kernel;
    this.tcp.cold = cold.tcp;
    this.user.state = cold.user;
  }

  get watch(): ProgramWatch | null {
    return this.boot.bpf.watch;
  }

  set watch(watch: ProgramWatch | null) {
    this.boot.bpf.watch = watch;
    this.boot.text.forget();
  }

  get dead(): boolean {
    return this.kernel.state.panic !== null;
  }

  apply(command: Command): void {
    runVerb(this.user, command);
  }

  get executedInsns(): number {
    return this.boot.bpf.executed;
  }

  /** Null when the text does not assemble on this kernel. */
  assemble(text: string): AssembledObject | null {
    const { value, diagnostics } = this.parsed(text);
    return diagnostics.some(({ severity }) => severity === 'error') ? null : value;
  }

  /** The first error of a text, with its 0-based line; also checks declared types. */
  checkText(text: string, name = ''): { readonly message: string; readonly line: number } | null {
    const { diagnostics } = name === TYPES_TEXT ? this.boot.declared : this.parsed(text);
    const error = diagnostics.find(({ severity }) => severity === 'error');
    return error ? { message: `${error.code}: ${error.message}`, line: error.range.line } : null;
  }

  /** Whether a text defines a struct_ops map; without one nothing can be registered. */
  definesMap(text: string): boolean {
    return this.parsed(text).value.structOps !== null;
  }

  /** Assembles a text with a cache: a text is checked, then loaded, and loaded again whenever the run is repeated. */
  private parsed(text: string): Parsed<AssembledObject> {
    const known = this.parsedTexts.get(text);
    if (known) return known;
    const parsed = assemble(text, this.boot.declared.parts.symbols);
    this.parsedTexts.set(text, parsed);
    return parsed;
  }

  /** `0`, `EEXIST` */
  answerOf({ ret }: CallRecord): string {
    return answer(ret);
  }

  /** The kernel's text: its functions by address. */
  get text(): Text {
    return this.boot.text;
  }

  flowCounters(socket: number): FlowCounters {
    const flow = this.tcp.flows().find(({ id }) => id === socket);
    return {
      bytesAcked: flow?.bytesAcked ?? 0,
      drops: flow?.drops ?? 0,
      recoveries: flow?.recoveries ?? 0,
      rtos: flow?.timeouts ?? 0,
    };
  }

  /** Copies bytes out, only those inside the memory. */
  bytes(address: number, length: number): Uint8Array {
    return this.memory.u8.slice(Math.max(0, address), Math.max(0, address) + Math.max(0, length));
  }

  /** The program with this object number, ready to be compiled; null if it cannot run. */
  prepared(object: number): Program | null {
    const prepared = this.boot.bpf.prepare(this.kernel.insns(object), this.kernel.proven(object));
    return prepared.ok ? prepared.value : null;
  }

  sourceOf(progId: number, pc: number): SourcePlace | null {
    const found = progOf(this.user, progId);
    if (!found) return null;
    const { lines } = found.prog;
    const line = lines[pc];
    return line === undefined ? null : { text: found.loaded.text, line, first: lines.indexOf(line) === pc };
  }

  /** Base64 of a file that the scenario brought. */
  objectFile(name: string): string | null {
    return own(this.scenario.objects ?? {}, name) ?? null;
  }

  fileNames(): readonly string[] {
    const { objects = {} } = this.scenario;
    return [...Object.keys(objects), ...Object.keys(this.texts)].toSorted();
  }

  get path(): PathConfig {
    return this.scenario.path;
  }

  /** Facts about all maps; the same array while nothing about them changed. */
  lifecycle(): readonly LifecycleFacts[] {
    const { maps } = this.user.state;
    const { state } = this.kernel;
    if (this.factsOf.kernel === state && this.factsOf.maps === maps) return this.facts;
    this.factsOf = { kernel: state, maps };
    this.facts = maps.map((loaded) =>
      lifecycleFacts(
        this,
        loaded,
        this.facts.find(({ letter }) => letter === loaded.letter),
      ),
    );
    return this.facts;
  }

  hot(nextEventTime: number): HotSnapshot {
    return hotSnapshot(this, nextEventTime);
  }

  cpuSnapshot(at: Halted, position: Position): CpuSnapshot | null {
    return cpuSnapshot(this, at, position);
  }

  /** The cold snapshot; the same object while nothing in it changed, and with the same other fields if only sockets did. */
  coldSnapshot(branch: number): ColdSnapshot {
    const { cold, lastCold } = this;
    const same =
      lastCold?.branch === branch &&
      lastCold.cold.kernel === cold.kernel &&
      lastCold.cold.user === cold.user &&
      lastCold.cold.tcp.congestion === cold.tcp.congestion &&
      lastCold.cold.tcp.sockets === cold.tcp.sockets;
    const sockets = socketSnapshots(this);
    if (same && sameRows(lastCold.snapshot.sockets, sockets)) return lastCold.snapshot;
    const snapshot = same ? { ...lastCold.snapshot, sockets } : this.wholeCold(branch, sockets);
    this.lastCold = { cold, branch, snapshot };
    return snapshot;
  }

  private wholeCold(branch: number, sockets: readonly SocketSnapshot[]): ColdSnapshot {
    const { cold } = this;
    const { id, title, intro, path, seed } = this.scenario;
    return {
      objects: objectSnapshots(this.kernel, cold.user),
      scenario: { id, title, intro },
      profile: this.profile.name,
      path,
      seed,
      maps: cold.user.maps.map((loaded) => mapSnapshot(this, loaded)),
      sockets,
      links: linkSnapshots(this),
      processes: processSnapshots(this),
      heldClocks: cold.kernel.heldClocks,
      unverified: cold.kernel.unverified,
      panic: cold.kernel.panic,
      available: cold.tcp.congestion.list.map(({ name }) => name),
      lastCall: cold.kernel.calls,
      lastCaption: cold.user.captions - 1,
      branch,
    };
  }

  /** Reports a written line with the time. */
  message(said: Omit<MessageRecord, 'time' | 'event'>): void {
    this.observer.message({ time: this.events.now, event: this.events.count, ...said });
  }

  private stepOf(index: number): void {
    const step = entryOf(this.scenario.steps, index);
    this.user.forgive();
    runVerb(this.user, step.command);
    const text = captionOf(step, this.user.refused && { ...this.user.refused, name: answer(this.user.refused.ret) });
    if (text === '') return;
    const n = this.user.state.captions;
    this.user.state = { ...this.user.state, captions: n + 1 };
    this.observer.caption({ n, time: this.events.now, event: this.events.count, text });
  }

  private windowChanged(sk: number): void {
    const socket = this.tcp.socketOf(sk);
    if (socket <= 0) return;
    const { sock } = this;
    sock.at = sk;
    this.observer.window(
      this.events.now,
      socket,
      letterOf(this, sock.icsk_ca_ops),
      sock.snd_cwnd,
      sock.snd_ssthresh,
      sock.srtt_us >>> 3,
      sock.icsk_ca_state,
    );
    this.observer.queue(this.events.now, this.tcp.net.queueLength);
  }

  private warn(sk: number, message: string, title: string): void {
    const socket = Math.abs(this.tcp.socketOf(sk));
    // the last program that ran explains windows and links, but not a timeout
    const found = title.endsWith('ETIMEDOUT') ? null : progOf(this.user, this.boot.bpf.called);
    const line = found ? storeLine(found.prog, this.tcp.offsets.sock.layout.snd_cwnd.offset) : null;
    this.note('warning', `Socket ${socket}: ${title}`, message, found?.loaded.text ?? null, line, null);
  }

  private stopped(prog: ProgObject, message: string, pc: number): void {
    const place = this.sourceOf(prog.id, pc);
    const detail = `${message}. Its sockets continue with reno.`;
    this.note('stopped', `${prog.name} was stopped`, detail, place?.text ?? null, place?.line ?? null, prog.id);
    this.leave(prog);
  }

  /** Switches the sockets of all maps with a program to reno. */
  private leave(prog: ProgObject): void {
    for (const map of structOpsMaps(this.kernel.state)) {
      if (map.progs.some((entry) => entry.prog === prog.object)) this.tcp.moveToReno(map.kdata);
    }
  }

  private note(
    kind: NoteRecord['kind'],
    title: string,
    detail: string,
    text: string | null,
    line: number | null,
    prog: number | null,
  ): void {
    this.observer.note({ time: this.events.now, event: this.events.count, kind, title, detail, text, line, prog });
  }
}

function sameRows<T extends object>(a: readonly T[], b: readonly T[]): boolean {
  return (
    a.length === b.length &&
    a.every((row, i) => Object.entries(row).every(([key, value]) => b[i]?.[key as keyof T] === value))
  );
}
