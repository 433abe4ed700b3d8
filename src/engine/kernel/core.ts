/*
 * Shared by all parts of the kernel: the cold state, the machine below, and the registered struct_ops types. Functions
 * of this folder take it as their first argument, in place of Linux's globals.
 */
import type { Btf } from '../btf/btf.ts';
import type { Memory, Slab } from '../vm/memory.ts';
import type { Text, TextFunction } from '../vm/text.ts';
import type { Profile } from './profiles.ts';
import type { KernelState, ProgObject } from './state.ts';
import type { FuncModel } from './struct-ops/func-model.ts';
import type { StructOpsType } from './struct-ops/shape.ts';

/** The machine's clock and timers (net/event-queue.ts is one). */
interface Timers {
  /** engine time, integer nanoseconds */
  readonly now: number;
  /** number of the event that runs */
  readonly count: number;
  define(name: string, handler: (a: number, b: number) => void): number;
  schedule(at: number, kind: number, a?: number, b?: number): void;
}

/** A program as its caller sees it. */
export interface ProgramCode {
  /** object number */
  readonly prog: number;
  readonly id: number;
  readonly name: string;
  /** content key of the instructions, under which compiled code is cached */
  readonly blob: string;
  readonly insns: Uint8Array;
  /** by slot: not 0 where the verifier proved what it touches */
  readonly proven: Uint8Array;
}

/** What a trampoline is made of. */
export interface TrampolineCode {
  readonly model: FuncModel;
  readonly code: ProgramCode;
}

/** Parts that other folders give to the kernel at boot. */
export interface KernelParts {
  readonly memory: Memory;
  readonly text: Text;
  readonly timers: Timers;
  readonly btf: Btf;
  readonly profile: Profile;
  /** the whole BTF of the kernel, of which `btf` may be a subset; null when it is not loaded */
  readonly whole?: () => Btf | null;
  /** null, or why these instructions can never run: unknown opcode, jump out of the program, no exit */
  readonly prepare: (insns: Uint8Array) => string | null;
  /**
   * whether programs can call this helper (by number) or kernel function (by BTF id); without this function, all are
   * taken to be callable
   */
  readonly has?: (kind: 'helper' | 'kfunc', id: number) => boolean;
  /** makes a map's trampolines: each takes its member's native arguments, calls the program, and returns its result */
  readonly makeTrampolines: (members: readonly TrampolineCode[]) => readonly TextFunction[];
  readonly observer?: KernelObserver;
  readonly sockets?: SocketSource;
}

/** What socket storage maps must know about sockets. */
export interface SocketSource {
  /** linear address of the socket with this number; 0 when it no longer exists */
  readonly address: (socket: number) => number;
  /** whether an address is a socket's */
  readonly is: (sk: number) => boolean;
}

interface KernelObserver {
  /** a program was stopped; sockets that use its maps should switch away */
  readonly onStopped?: (prog: ProgObject, message: string, pc: number) => void;
  /** a stopped program is called again, by a socket created after the stop */
  readonly onCalledStopped?: (prog: ProgObject) => void;
  /** the last fd of a socket was closed */
  readonly onSocketClosed?: (socket: number) => void;
  /** a program printed a line (bpf_trace_printk) */
  readonly onTrace?: (text: string) => void;
}

export interface Core extends KernelParts {
  state: KernelState;
  /** immutable bytes by content key: instructions, BTF. They are not part of the state and never removed. */
  readonly blobs: Map<string, Uint8Array>;
  readonly types: StructOpsType[];
  /** addresses of trampolines that the text currently has: a cache derived from the maps */
  readonly trampolines: Set<number>;
  readonly progSlab: Slab;
  readonly imageSlab: Slab;
  /** struct bpf_map of maps that programs can name */
  readonly mapSlab: Slab;
  /** timer event that advances the freeing of a map */
  readonly freeTimer: number;
  /** addresses of the functions that trampolines call */
  readonly enter: number;
  readonly exit: number;
}

/** Lines kept of the kernel's log, and of what programs print. */
const LOG_LINES = 200;

export function log(k: Core, text: string): void {
  k.state = { ...k.state, dmesg: [...k.state.dmesg, { time: k.timers.now, text }].slice(-LOG_LINES) };
}

/** A line of trace_pipe. */
export function trace(k: Core, text: string): void {
  k.state = { ...k.state, trace: [...k.state.trace, { time: k.timers.now, text }].slice(-LOG_LINES) };
  k.observer?.onTrace?.(text);
}
