/*
 * User space of the machine: processes with names, maps with letters, sockets with numbers. Verbs act through it; every
 * call is reported with its trace.
 */
import { entryOf } from '../base/assert.ts';
import type { BpfAttr, BpfCommand, SyscallResult } from '../kernel/kernel.ts';
import type { TraceEntry } from '../kernel/steps.ts';
import { ERRNO } from '../base/errno.ts';
import type { MapLetter } from './commands.ts';
import type { CallRecord } from './snapshot.ts';
import { straceBpf } from './strace.ts';
import { type LoadedLink, type LoadedMap, nobody, type Told, type UserState } from './user-state.ts';
import type { World } from './world.ts';

/** Subject of a call that concerns no particular map or socket. */
export const PLAIN: Told = { shape: 'syscall', map: null, socket: null };

/** Subject of a call that concerns a map. */
export const aboutMap = (map: MapLetter | null): Told => ({ ...PLAIN, map });

/** Process name for commands without a process. */
export const NOBODY = '?';

interface Answer {
  readonly ret: number;
  readonly trace: readonly TraceEntry[];
  readonly message: string | null;
}

/** A call and its negative errno. */
interface Refused {
  readonly call: string;
  readonly text: string;
  readonly ret: number;
}

export class UserSpace {
  state: UserState = nobody;
  /** the last refused call since `forgive`; null: none */
  refused: Refused | null = null;

  constructor(
    readonly world: World,
    private readonly tell: (record: CallRecord) => void,
  ) {}

  /** Forgets earlier refusals before the next command. */
  forgive(): void {
    this.refused = null;
  }

  map(letter: MapLetter): LoadedMap | undefined {
    return this.state.maps.find((map) => map.letter === letter);
  }

  addMap(entry: LoadedMap): void {
    const others = this.state.maps.filter(({ letter }) => letter !== entry.letter);
    this.state = { ...this.state, maps: [...others, entry] };
  }

  /** Pid of a process; starts one that does not exist or has ended. */
  pid(process: string): number {
    const pid = this.state.pids.get(process);
    return pid !== undefined && this.isAlive(process) ? pid : this.spawn(process, 0);
  }

  isAlive(process: string): boolean {
    const pid = this.state.pids.get(process);
    return pid !== undefined && entryOf(this.world.kernel.state.processes, pid).alive;
  }

  spawn(process: string, uid: number): number {
    const pid = this.world.kernel.spawn(process, uid);
    this.state = { ...this.state, pids: new Map(this.state.pids).set(process, pid) };
    return pid;
  }

  /** Whether the process has its fd of a map that it loaded. */
  holdsMap(process: string, map: LoadedMap): boolean {
    return this.world.kernel.objectOf(this.pid(process), map.mapFd, 'map') === map.object;
  }

  /** Paths of the link in bpffs. */
  pinsOfLink({ object }: LoadedLink): string[] {
    const { pins } = this.world.kernel.state;
    const found = Object.entries(pins).filter(([, pin]) => pin.kind === 'link' && pin.object === object);
    return found.map(([path]) => path);
  }

  /** Letter of the map that a link holds now. */
  mapOfLink({ object }: LoadedLink): MapLetter | null {
    const map = this.world.kernel.state.links[object]?.map ?? 0;
    return this.state.maps.find((one) => one.object === map)?.letter ?? null;
  }

  close(process: string, fd: number, told: Told = PLAIN): number {
    return this.simple(process, 'close', `close(${fd})`, () => this.world.kernel.close(this.pid(process), fd), told);
  }

  bpf<C extends BpfCommand>(process: string, command: C, attr: BpfAttr[C], told: Told): SyscallResult {
    const { kernel } = this.world;
    const result = kernel.bpf(this.pid(process), command, attr);
    this.record(kernel.state.calls, process, command, straceBpf(command, attr), result, told);
    return result;
  }

  /** Makes a call without a table of steps; `text`: the call as shown. */
  simple(process: string, name: string, text: string, run: () => number, told: Told = PLAIN): number {
    const n = this.world.kernel.countCall();
    const ret = run();
    this.record(n, process, name, text, { ret, trace: [], message: null }, told);
    return ret;
  }

  /** Reports a call that was impossible because its object does not exist. */
  impossible(process: string, name: string, text: string, errno: number, message: string): number {
    this.record(this.world.kernel.countCall(), process, name, text, { ret: -errno, trace: [], message });
    return -errno;
  }

  missing(process: string, command: BpfCommand, letter: MapLetter): void {
    this.impossible(process, command, `bpf(${command}, map ${letter})`, ERRNO.EBADF, `there is no map ${letter}`);
  }

  private record(n: number, process: string, name: string, text: string, answer: Answer, told: Told = PLAIN): void {
    const { now, count } = this.world.events;
    const { ret, trace, message } = answer;
    if (ret < 0) this.refused = { call: name, text, ret };
    this.tell({ n, time: now, event: count, process, name, text, ret, trace, message, ...told });
  }
}
