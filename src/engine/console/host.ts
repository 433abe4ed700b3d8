/*
 * The machine as a console command sees it: system calls of its process, files, and the clock. The lab gives each
 * command its own process (src/engine/lab/verbs/console.ts), so that its calls are recorded like all others.
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
  /** the kernel's types: the machine's subset, and all of them if available */
  readonly btf: Btf;
  readonly whole?: () => Btf | null;
  readonly config?: () => Config | null;
  readonly profile: Profile;
  /** engine time, ns */
  readonly now: number;
  /** object files and texts of the run, by name */
  readonly fileNames: () => readonly string[];
  readonly readFile: (path: string) => Uint8Array | null;
  /** lines typed so far, including this one, oldest first */
  readonly typed: readonly string[];
  /** starts a process; its name can be reused after it has ended */
  readonly spawn: (name: string) => number;
  readonly exit: (name: string) => void;
  readonly bpf: <C extends BpfCommand>(process: string, command: C, attr: BpfAttr[C]) => SyscallResult;
  readonly close: (process: string, fd: number) => number;
  /** makes a call other than bpf(2): its name, its arguments as strace prints them, and its action */
  readonly call: (process: string, name: string, args: string, run: () => number) => number;
  /** reports an object that a process loaded, for the other views */
  readonly loaded: (process: string, path: string, loaded: LoadedElf) => void;
  /** reports the fd of a link, which the process keeps open until its end */
  readonly linked: (process: string, map: string, fd: number) => void;
  /** loads a program text of the run like an object; null when there is no such text, or it was refused */
  readonly loadText: (process: string, path: string) => TextMap | null;
  /** the first error of a text, with its place; null when it assembles or does not exist */
  readonly checkText: (path: string) => string | null;
  /** lab commands that are not a system call of one process */
  readonly lab: (command: LabCommand) => void;
  /** the modules lens, by the name of a text or a map; each returns null, or the reason for failure */
  readonly modules: {
    readonly insmod: (text: string) => string | null;
    readonly rmmod: (map: string) => string | null;
  };
  /** system calls of its process since the last call of this function, as strace prints them */
  readonly calls: () => readonly string[];
  readonly flows: () => readonly FlowRow[];
  /** the path that all connections share */
  readonly path: PathConfig;
}

/** Flows started and stopped by hand, through the lab's own verbs. */
export type LabCommand =
  | { readonly do: 'connect'; readonly socket: number; readonly cc?: string; readonly bytes?: number }
  | { readonly do: 'close'; readonly socket: number };

/** The map of a text, and the value that registering writes. */
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

/** Output and status of a command. */
export interface Written {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}
