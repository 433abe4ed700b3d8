/*
 * What the parts of the kernel share: the cold state, the machine below, and the registered struct_ops types. Functions
 * of this folder take it first, as Linux's take the things it has as globals.
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

/** A program as those see it who run it. */
export interface ProgramCode {
  /** object number */
  readonly prog: number;
  readonly id: number;
  readonly name: string;
  /** content key of the instructions: a cache key for whatever is made from them */
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

/** What the kernel is given by the rooms beside it. */
export interface KernelParts {
  readonly memory: Memory;
  readonly text: Text;
  readonly timers: Timers;
  readonly btf: Btf;
  readonly profile: Profile;
  /** all of the kernel's BTF, of which `btf` may be a part; null: it is not at hand */
  readonly whole?: () => Btf | null;
  /** null, or why these instructions can never run: unknown opcode, jump out of the program, no exit */
  readonly prepare: (insns: Uint8Array) => string | null;
  /** whether programs can call this helper (by number) or kernel function (by BTF id); without it, any that they may */
  readonly has?: (kind: 'helper' | 'kfunc', id: number) => boolean;
  /** the code of a map's trampolines: each takes its member's native arguments, calls the program, gives its result */
  readonly makeTrampolines: (members: readonly TrampolineCode[]) => readonly TextFunction[];
  readonly observer?: KernelObserver;
  readonly sockets?: SocketSource;
}

/** What maps that store values at sockets have to know of them. */
export interface SocketSource {
  /** linear address of the socket that a process has by its number; 0: it has none any more */
  readonly address: (socket: number) => number;
  /** whether an address is a socket's */
  readonly is: (sk: number) => boolean;
}

interface KernelObserver {
  /** a program was stopped; its maps' sockets should leave it */
  readonly onStopped?: (prog: ProgObject, message: string, pc: number) => void;
  /** a program that was stopped before is called again: by a socket that came after that */
  readonly onCalledStopped?: (prog: ProgObject) => void;
  /** the last fd of a socket was closed */
  readonly onSocketClosed?: (socket: number) => void;
  /** a program printed a line (bpf_trace_printk) */
  readonly onTrace?: (text: string) => void;
}

export interface Core extends KernelParts {
  state: KernelState;
  /** immutable bytes by content key: instructions, BTF. Never part of the state, never removed. */
  readonly blobs: Map<string, Uint8Array>;
  readonly types: StructOpsType[];
  /** addresses in images that the text has: a cache of the maps' programs */
  readonly trampolines: Set<number>;
  readonly progSlab: Slab;
  readonly imageSlab: Slab;
  /** struct bpf_map of maps that programs can name */
  readonly mapSlab: Slab;
  /** the event that moves a map's freeing on */
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
