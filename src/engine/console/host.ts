/*
 * What a command of the console has of the machine: system calls as its process makes them, files to read, and the clock.
 * The lab gives each command a process of its own (src/engine/lab/verbs/console.ts), so that its calls are recorded like
 * anybody's.
 */
import type { Btf } from '../btf/btf.ts';
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Profile } from '../kernel/profiles.ts';
import type { Config } from '../libbpf/kconfig.ts';
import type { PathConfig } from '../net/dumbbell.ts';
import type { LoadedElf } from '../libbpf/load-object.ts';
import type { Memory } from '../vm/memory.ts';
import type { Tcp } from '../tcp/tcp.ts';

export interface Host {
  readonly memory: Memory;
  readonly kernel: Kernel;
  readonly tcp: Tcp;
  /** the kernel's types that the machine has, and all of them, where they can be had */
  readonly btf: Btf;
  readonly whole?: () => Btf | null;
  readonly config?: () => Config | null;
  readonly profile: Profile;
  /** engine time, ns */
  readonly now: number;
  /** object files and texts of the run, by name */
  readonly fileNames: () => readonly string[];
  readonly readFile: (path: string) => Uint8Array | null;
  /** lines that were typed up to now, this one included, the oldest first */
  readonly typed: readonly string[];
  /** a new process; the name is free for another when it has ended */
  readonly spawn: (name: string) => number;
  readonly exit: (name: string) => void;
  readonly bpf: <C extends BpfCommand>(process: string, command: C, attr: BpfAttr[C]) => SyscallResult;
  readonly close: (process: string, fd: number) => number;
  /** a call that is no bpf(2): its name, its arguments as strace has them, and what it does */
  readonly call: (process: string, name: string, args: string, run: () => number) => number;
  /** an object was loaded by a process: other views are to know it */
  readonly loaded: (process: string, path: string, loaded: LoadedElf) => void;
  /** an fd of a link, which the process does not close before its end */
  readonly linked: (process: string, map: string, fd: number) => void;
  /** a program text of the run, loaded by the process as an object would be; null: it is no text, or was refused */
  readonly loadText: (process: string, path: string) => TextMap | null;
  /** what keeps a text from being assembled, with its place; null: nothing, or there is no such text */
  readonly checkText: (path: string) => string | null;
  /** commands of the lab that no system call of one process is */
  readonly lab: (command: LabCommand) => void;
  /** the modules lens: by the name of a text, or of a map; null, or why it could not be done */
  readonly modules: {
    readonly insmod: (text: string) => string | null;
    readonly rmmod: (map: string) => string | null;
  };
  /** what its process did since the last call of this, as strace prints it */
  readonly calls: () => readonly string[];
  readonly flows: () => readonly FlowRow[];
  /** the path that all connections share */
  readonly path: PathConfig;
}

/** Flows by hand, as the lab's own verbs make and end them. */
export type LabCommand =
  | { readonly do: 'connect'; readonly socket: number; readonly cc?: string; readonly bytes?: number }
  | { readonly do: 'close'; readonly socket: number };

/** The map of a text, and what registering writes into it. */
export interface TextMap {
  readonly fd: number;
  readonly value: Uint8Array;
  readonly isLink: boolean;
}

export interface FlowRow {
  readonly socket: number;
  readonly cc: string;
  readonly state: string;
  readonly bytesAcked: number;
  readonly retransmissions: number;
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly srttUs: number;
}

/** What a command wrote. */
export interface Written {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}
