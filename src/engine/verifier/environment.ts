/*
 * Input and output of the verifier as plain data: a program, its environment (kernel, types, maps), and a verdict.
 * Verifying changes none of the input.
 */
import type { Btf } from '../btf/btf.ts';
import type { KernelFacts } from './facts.ts';

/** A map as a program sees it. */
export interface VerifierMap {
  readonly name: string;
  /** enum bpf_map_type */
  readonly type: number;
  /** bytes; 0 for maps without keys */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** map_flags of its creation */
  readonly flags: number;
  readonly frozen?: boolean;
  /** bytes of the value of an array of one element, for constants of a frozen read-only map */
  readonly contents?: Uint8Array;
  /** fields of the value that programs must not touch, from the map's BTF */
  readonly fields?: readonly MapField[];
  /** the map was created with a BTF */
  readonly hasBtf?: boolean;
  /** for a map of maps: its inner map */
  readonly inner?: VerifierMap;
  /** kernel address shown in the log; a constant when absent */
  readonly address?: bigint;
  /** a prog_array that belongs to programs of another kind */
  readonly otherOwner?: boolean;
}

export interface MapField {
  /** bpf_spin_lock, bpf_timer, bpf_wq, bpf_list_head, bpf_rb_root, kptr ... */
  readonly kind: string;
  readonly offset: number;
  readonly size: number;
  /** kptr: the struct pointed to; list or tree: that of its elements */
  readonly target?: string;
  /** list or tree: where the node lies in an element */
  readonly node?: number;
}

export interface FuncInfo {
  /** index of the first slot */
  readonly insnOff: number;
  readonly typeId: number;
}

export interface LineInfo {
  readonly insnOff: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
}

export interface VerifierProgram {
  /** 8-byte slots, as PROG_LOAD takes them: fds and BTF ids in place */
  readonly insns: Uint8Array;
  /** name of enum bpf_prog_type without its prefix, small letters: struct_ops, socket_filter, sched_cls ... */
  readonly type: string;
  /** BTF id of the struct (struct_ops) or function */
  readonly attachBtfId: number;
  /** struct_ops: index of the member */
  readonly expectedAttachType: number;
  readonly license: string;
  /** prog_flags of PROG_LOAD */
  readonly flags: number;
  readonly name?: string;
  /** the program's own BTF, with its records; null when there is none */
  readonly btf?: Btf | null;
  readonly funcInfo?: readonly FuncInfo[];
  readonly lineInfo?: readonly LineInfo[];
  /** fds by index (fd_array); null when there is none */
  readonly fdArray?: readonly number[] | null;
}

/** What a file descriptor refers to: a map, another kind of object ('other'), or nothing (null). */
export type FdAnswer = VerifierMap | 'other' | null;

export interface VerifierEnvironment {
  readonly facts: KernelFacts;
  /** the kernel's types, possibly a subset */
  readonly btf: Btf;
  /** the map behind a descriptor; 'other' when it is another kind of object, null when it is closed */
  mapByFd(fd: number): FdAnswer;
  /** 1 and 2: text; 4: statistics; 8: keep the head */
  readonly logLevel: number;
  /** bytes of the log buffer, NUL included */
  readonly logSize: number;
  /** the program's struct_ops subsystem lets it write every field of the structs that it is given */
  readonly writesStructs?: boolean;
  /** keep the register states of at most so many visits, for the views */
  readonly recordVisits?: number;
  /** memory in use by pending work ends the walk beyond this many saved states; absent: no limit of ours */
  readonly nrCpus?: number;
}

export interface VerifierStats {
  insnsProcessed: number;
  maxStatesPerInsn: number;
  totalStates: number;
  peakStates: number;
  markRead: number;
  /** bytes of stack by subprogram */
  stackDepth: readonly number[];
}

/** What is proven of every execution of an instruction that accesses memory. */
export interface AccessFact {
  /** kind of pointer (the kernel's word); 'mixed' when paths differ */
  readonly kind: string;
  /** lowest and highest byte offset of the access in its object; the high end is exclusive */
  readonly low: number;
  readonly high: number;
  readonly size: number;
}

/** Bytes of a kernel struct, or of the context, that an instruction loads or stores on some path. */
export interface StructAccess {
  readonly slot: number;
  /** name of the struct that the pointer points to; empty for the context */
  readonly struct: string;
  readonly offset: number;
  readonly bytes: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** A visit of an instruction, recorded on request. */
export interface Visit {
  readonly insn: number;
  /** number of the path; see Path */
  readonly path: number;
  /** the kernel's text of the registers and slots before the instruction */
  readonly before: string;
}

/** A path: consecutive visits from a fork to an exit, a prune or the failure. */
export interface Path {
  readonly parent: number;
  /** instruction at which it was forked, -1 for the first */
  readonly from: number;
  /** number of the visit at which it was forked; -1 for the first path of a function */
  readonly fork: number;
  /** its own visits: first, and one past the last */
  readonly start: number;
  end: number;
  outcome: 'exit' | 'pruned' | 'failed' | 'running';
}

export interface PruneEvent {
  readonly insn: number;
  readonly path: number;
  /** first instruction of the saved state that covers the rest of this path */
  readonly by: number;
}

export interface Verdict {
  readonly ok: boolean;
  /** positive number; 0 when accepted */
  readonly errno: number;
  /** errno of the walk alone; `errno` becomes ENOSPC when the log buffer is too small */
  readonly walkErrno: number;
  /** text as user space gets it */
  readonly log: string;
  /** bytes that the log needed, NUL included; 0 without a log */
  readonly logTrueSize: number;
  /** instruction at which the walk ended with an error; -1 when it did not */
  readonly failedInsn: number;
  /** the last message before the statistics; '' when accepted */
  readonly message: string;
  readonly stats: VerifierStats;
  /** by slot; null where no memory is accessed or nothing is proven */
  readonly accesses: readonly (AccessFact | null)[];
  /** by slot; several where paths differ */
  readonly touches: readonly StructAccess[];
  /** slots that some path reached */
  readonly seen: Uint8Array;
  readonly visits: readonly Visit[];
  readonly paths: readonly Path[];
  readonly prunes: readonly PruneEvent[];
}
