/*
 * Snapshots of a lab for the page. Views are functions of these; every number on the page comes from here.
 * `ColdSnapshot` is sent when it changed, `HotSnapshot` every frame (as one Float64Array, see src/protocol/frame.ts),
 * `History` grows at its end and is truncated where a branch forks.
 */
import type { GraceClock } from '../kernel/grace.ts';
import type { TraceEntry } from '../kernel/steps.ts';
import type { Holder, HolderKind } from '../kernel/subsystem.ts';
import type { PathConfig } from '../net/dumbbell.ts';
import type { LifecycleState, MapLetter } from './commands.ts';

/** Position of the machine: after `event` events; inside event `event + 1` when `call` and `insn` are set. */
export interface Position {
  readonly event: number;
  /** nth BPF program call within the event, from 0; null between events */
  readonly call: number | null;
  /** nth executed instruction within the call, from 0 */
  readonly insn: number | null;
}

export interface ProgSnapshot {
  readonly id: number;
  readonly name: string;
  readonly member: string;
  /** name of its source text, and the 0-based source line of each instruction slot */
  readonly text: string;
  readonly lines: readonly number[];
  /** C by slot, for programs from object files with line records; otherwise empty */
  readonly source: readonly (SourceSnapshot | null)[];
  readonly insnCount: number;
  /** the fault or fuel message when the program was stopped */
  readonly stopped: string | null;
}

/** A line of C from line records; numbered from 1. */
export interface SourceSnapshot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A map of an object file that is not a struct_ops map. `type` is bpftool's name: `hash`. */
export interface ObjectMapSnapshot {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly flags: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly frozen: boolean;
}

export interface ObjectSnapshot {
  /** file name; `text` of the programs that came from it */
  readonly name: string;
  readonly process: string;
  /** its programs disassembled, with their C; `lines` of a program refer to this text */
  readonly listing: string;
  readonly letters: readonly MapLetter[];
  readonly maps: readonly ObjectMapSnapshot[];
}

/** An element of a map; the texts are null when the creator gave no types. */
export interface MapElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly keyText: string | null;
  readonly valueText: string | null;
}

export interface TrampolineSnapshot {
  readonly member: string;
  readonly address: number;
  readonly bytes: number;
  /** the x86-64 instructions, by byte offset */
  readonly code: readonly { readonly offset: number; readonly text: string }[];
}

export interface MapSnapshot {
  readonly letter: MapLetter;
  readonly id: number;
  readonly name: string;
  /** kernel struct: `tcp_congestion_ops` */
  readonly struct: string;
  /** pages of trampolines */
  readonly images: number;
  /** functions taken from other maps' texts */
  readonly libraries: readonly { readonly name: string; readonly letter: MapLetter }[];
  /** name of the congestion control, from the value's data once registered */
  readonly ccName: string;
  readonly state: LifecycleState;
  /** made with BPF_F_LINK: a link registers it */
  readonly forLinks: boolean;
  /** reference 0, id gone, waiting for RCU and RCU-tasks */
  readonly inGrace: boolean;
  /** the waits until it is freed */
  readonly grace: readonly GraceWait[];
  /** paths in bpffs */
  readonly pins: readonly string[];
  /** every holder; the shown refcnt is the number of those that are not `file` or `pin` */
  readonly holders: readonly Holder[];
  /** refcnt as a lookup reports it */
  readonly refcnt: number;
  /** linear addresses of the two copies, and their size */
  readonly kvalue: number;
  readonly uvalue: number;
  readonly valueBytes: number;
  readonly progs: readonly ProgSnapshot[];
  /** trampoline of each implemented member: address in the image and length of its code */
  readonly trampolines: readonly TrampolineSnapshot[];
}

/** One of the waits between a map's last reference and its memory. */
export interface GraceWait {
  readonly clock: GraceClock;
  /** engine time at which it ends, ns; 0: not started yet, or over */
  readonly endsAt: number;
  /** ns from request to end */
  readonly span: number;
}

export interface LinkSnapshot {
  /** number given by its creator */
  readonly link: number;
  readonly id: number;
  readonly process: string;
  /** the map that it registered; null when detached or freed */
  readonly map: MapLetter | null;
  /** number of fds that keep it */
  readonly fds: number;
  readonly pins: readonly string[];
}

export interface SocketSnapshot {
  readonly id: number;
  readonly process: string;
  readonly ccName: string;
  /** letter of the map that serves it; null for a built-in */
  readonly map: MapLetter | null;
  /** linear addresses of the two ends' tcp_sock; 0 when destroyed */
  readonly sk: number;
  readonly peer: number;
  /** name of the TCP state, without the prefix: ESTABLISHED */
  readonly state: string;
}

export interface ProcessSnapshot {
  readonly pid: number;
  readonly name: string;
  readonly alive: boolean;
  /** `text` is shown; `map`: letter of the map, if the fd is of a map with a letter */
  readonly fds: readonly { readonly fd: number; readonly text: string; readonly map: MapLetter | null }[];
}

export interface ColdSnapshot {
  readonly scenario: { readonly id: string; readonly title: string; readonly intro: string };
  readonly profile: string;
  readonly path: PathConfig;
  readonly seed: number;
  readonly maps: readonly MapSnapshot[];
  /** object files that were loaded, in order */
  readonly objects: readonly ObjectSnapshot[];
  readonly sockets: readonly SocketSnapshot[];
  readonly links: readonly LinkSnapshot[];
  readonly processes: readonly ProcessSnapshot[];
  /** waits that do not end by themselves */
  readonly heldClocks: readonly GraceClock[];
  /** programs are loaded without being verified; no kernel does that */
  readonly unverified: boolean;
  /** last message of a kernel that panicked; null while it runs */
  readonly panic: string | null;
  /** tcp_available_congestion_control, in list order */
  readonly available: readonly string[];
  /** number of the last system call at the cursor; 0 before the first */
  readonly lastCall: number;
  /** number of the last caption at the cursor; -1 before the first */
  readonly lastCaption: number;
  readonly branch: number;
}

/** Numbers of one flow in the hot part. */
export interface FlowNumbers {
  readonly socket: number;
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly srttUs: number;
  readonly inflight: number;
  readonly delivered: number;
  readonly lost: number;
  readonly caState: number;
  readonly pacingRate: number;
}

/** Stage of a packet: 0 sender to queue, 1 in the queue, 2 bottleneck to receiver, 3 ACK on its way back. */
export interface PacketNumbers {
  readonly socket: number;
  readonly stage: number;
  /** 0 to 1 along the stage; for the queue, its index from the head */
  readonly at: number;
  readonly retransmission: number;
}

export interface HotSnapshot {
  /** engine time, ns */
  readonly time: number;
  readonly event: number;
  readonly nextEventTime: number;
  readonly queueLength: number;
  readonly drops: number;
  readonly executedInsns: number;
  readonly packetsSent: number;
  readonly flows: readonly FlowNumbers[];
  readonly packets: readonly PacketNumbers[];
}

export interface StackSlot {
  /** from r10: -8, -16, … */
  readonly offset: number;
  readonly low: number;
  readonly high: number;
}

/** The microscope: the machine stopped inside a program. */
export interface CpuSnapshot {
  readonly position: Position;
  readonly progId: number;
  readonly progName: string;
  readonly member: string;
  readonly map: MapLetter | null;
  /** index of the instruction slot that runs next */
  readonly pc: number;
  readonly line: number;
  readonly text: string;
  /** r0 to r10, as [low, high] words */
  readonly registers: readonly (readonly [number, number])[];
  /** the 8-byte slots of the stack frame that the program's instructions name, highest first */
  readonly stack: readonly StackSlot[];
  /** linear address in r10, the end of the frame */
  readonly frame: number;
  /** linear address of the arguments that the trampoline stored, 8 bytes each */
  readonly context: number;
  /** those arguments, up to the most that a member can have, as [low, high] words */
  readonly args: readonly (readonly [number, number])[];
  /** functions of the program that called the one it stands in */
  readonly depth: number;
  /** where they called it, outermost first: slot and 0-based line of the text */
  readonly callers: readonly { readonly pc: number; readonly line: number }[];
  /** name of the event's handler (`ack arrives`), or of a command, that calls the program */
  readonly cause: string;
  /** registers that the last instruction wrote */
  readonly changed: readonly number[];
  readonly socket: number;
  /** "Linux reads 0 here if the pointer is a BTF pointer" */
  readonly note: string | null;
}

export interface CallRecord {
  readonly n: number;
  readonly time: number;
  readonly event: number;
  readonly process: string;
  /** `BPF_MAP_CREATE` for bpf(2), else the call's own name: `close`, or a member that was called by hand */
  readonly name: string;
  /** as strace would print it: `bpf(BPF_MAP_DELETE_ELEM, {map_fd=3, key=0})` */
  readonly text: string;
  readonly shape: 'syscall' | 'delete' | 'open' | 'close';
  readonly ret: number;
  readonly trace: readonly TraceEntry[];
  readonly message: string | null;
  readonly map: MapLetter | null;
  readonly socket: number | null;
}

export interface Transition {
  readonly time: number;
  readonly event: number;
  readonly map: MapLetter;
  readonly from: LifecycleState | null;
  readonly to: LifecycleState;
}

export interface RefChange {
  readonly time: number;
  readonly event: number;
  readonly map: MapLetter;
  readonly refcnt: number;
  readonly kind: HolderKind;
  /** number of the link or socket; 0 where there is only one */
  readonly id: number;
  /** the holder as text: `registration`, `socket 3`; the same as `kind` and `id` */
  readonly who: string;
  readonly gained: boolean;
  /** number of the system call that did it; 0: the stack did it */
  readonly call: number;
}

/** A notice shown when the clock passes it: a stopped program, a window of 0. */
export interface NoteRecord {
  readonly time: number;
  readonly event: number;
  readonly kind: 'stopped' | 'warning';
  readonly title: string;
  readonly detail: string;
  /** program text and 0-based line, where there is one */
  readonly text: string | null;
  readonly line: number | null;
  /** id of the program that was stopped */
  readonly prog: number | null;
}

/**
 * A line of text: from libbpf, from a program's trace_pipe, from a ring buffer, or the result of a member called by
 * hand.
 */
export interface MessageRecord {
  readonly time: number;
  readonly event: number;
  /** process that wrote or read it; null: the kernel's trace */
  readonly process: string | null;
  /** the last four are of the console: a `typed` line, its commands' output, and the exit status */
  readonly source: 'libbpf' | 'trace' | 'ringbuf' | 'call' | 'typed' | 'stdout' | 'stderr' | 'status';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

export interface CaptionRecord {
  readonly n: number;
  readonly time: number;
  readonly event: number;
  readonly text: string;
}

/** Numbers in order of time: an array, or part of a typed array. */
export type Column = ArrayLike<number>;

/** A socket's series: parallel arrays, a point at each change of the window. */
export interface Series {
  readonly socket: number;
  readonly map: MapLetter | null;
  readonly time: Column;
  readonly cwnd: Column;
  readonly ssthresh: Column;
  readonly srttUs: Column;
  readonly caState: Column;
}

export interface History {
  /** the run has been computed up to here, ns */
  readonly until: number;
  readonly calls: readonly CallRecord[];
  readonly transitions: readonly Transition[];
  readonly refs: readonly RefChange[];
  readonly captions: readonly CaptionRecord[];
  readonly notes: readonly NoteRecord[];
  readonly messages: readonly MessageRecord[];
  readonly series: readonly Series[];
  readonly queue: { readonly time: Column; readonly length: Column };
  /** series of the run before the last restart, drawn behind the new ones */
  readonly ghosts: readonly Series[];
}

/** Change of a list: its first `keep` rows stay, then come these. */
export interface RowsDelta<Row> {
  readonly keep: number;
  readonly rows: readonly Row[];
}

/** Change of columns: the first `keep` points stay, then come these; `values` has a column per quantity. */
export interface HistoryColumns {
  readonly keep: number;
  readonly time: Float64Array;
  readonly values: readonly Uint32Array[];
}

export interface SeriesDelta extends HistoryColumns {
  /** never used again within a run */
  readonly id: number;
  readonly socket: number;
  readonly map: MapLetter | null;
}

interface HistoryRows {
  readonly calls: RowsDelta<CallRecord>;
  readonly transitions: RowsDelta<Transition>;
  readonly refs: RowsDelta<RefChange>;
  readonly captions: RowsDelta<CaptionRecord>;
  readonly notes: RowsDelta<NoteRecord>;
  readonly messages: RowsDelta<MessageRecord>;
}

/** What a page that is up to date with the previous message needs for the present History. */
export interface HistoryDelta extends HistoryRows {
  readonly until: number;
  /** all existing series in order; columns: cwnd, ssthresh, srttUs, caState */
  readonly series: readonly SeriesDelta[];
  /** column: length */
  readonly queue: HistoryColumns;
  /** null: as before */
  readonly ghosts: readonly Series[] | null;
}
