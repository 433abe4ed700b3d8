/*
 * What the page sees of a lab. Views are functions of this; every number on the page comes from here.
 * `ColdSnapshot` is sent when it changed, `HotSnapshot` every frame (as one Float64Array, see src/protocol/frame.ts),
 * `History` grows at its end and is cut where a branch forks.
 */
import type { GraceClock } from '../kernel/grace.ts';
import type { TraceEntry } from '../kernel/steps.ts';
import type { Holder, HolderKind } from '../kernel/subsystem.ts';
import type { PathConfig } from '../net/dumbbell.ts';
import type { LifecycleState, MapLetter } from './commands.ts';

/** Where the machine stands: after `event` events; inside event `event + 1` when `call` and `insn` are set. */
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
  /** text that it was assembled from, and the 0-based source line of each instruction slot */
  readonly text: string;
  readonly lines: readonly number[];
  /** C by slot, of a program that an object file brought with line records; else empty */
  readonly source: readonly (SourceSnapshot | null)[];
  readonly insnCount: number;
  /** the fault or fuel message when the program was stopped */
  readonly stopped: string | null;
}

/** A line of C, as line records tell it; numbers from 1. */
export interface SourceSnapshot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A map of an object file that is not a struct_ops map. `type` as bpftool says it: `hash`. */
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
  /** its programs disassembled, with their C: `lines` of a program count in this */
  readonly listing: string;
  readonly letters: readonly MapLetter[];
  readonly maps: readonly ObjectMapSnapshot[];
}

/** An element of a map; the texts are null where the creator did not tell its types. */
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
  /** name of the congestion control, from the value's data once it was given one */
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
  /** engine time at which it ends, ns; 0: not asked for yet, or over */
  readonly endsAt: number;
  /** ns from the asking to the end */
  readonly span: number;
}

export interface LinkSnapshot {
  /** number that its maker gave it */
  readonly link: number;
  readonly id: number;
  readonly process: string;
  /** the map that it registered; null: detached, or gone */
  readonly map: MapLetter | null;
  /** fds and pins that keep it; none: it is gone */
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
  /** TCP_ESTABLISHED and its kin, by name without the prefix */
  readonly state: string;
}

export interface ProcessSnapshot {
  readonly pid: number;
  readonly name: string;
  readonly alive: boolean;
  /** `text` is what is shown; `map`: letter of the map, where the fd is of one that has a letter */
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
  /** the kernel is dead, and this is its last message */
  readonly panic: string | null;
  /** tcp_available_congestion_control, in list order */
  readonly available: readonly string[];
  /** number of the last system call at the cursor; 0 before the first */
  readonly lastCall: number;
  /** number of the last caption at the cursor; -1 before the first */
  readonly lastCaption: number;
  readonly branch: number;
}

/** A row a flow of the hot part; plain numbers. */
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
  /** where the frame lies: linear address of r10 */
  readonly frame: number;
  /** linear address of the arguments that the trampoline stored, 8 bytes each */
  readonly context: number;
  /** those arguments, up to the most that a member can have, as [low, high] words */
  readonly args: readonly (readonly [number, number])[];
  /** functions of the program that called the one it stands in */
  readonly depth: number;
  /** where they called it, outermost first: slot and 0-based line of the text */
  readonly callers: readonly { readonly pc: number; readonly line: number }[];
  /** what the event is that calls the program: the name of its handler (`ack arrives`), or of a command */
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
  /** who came or went, to be shown: `registration`, `socket 3`; `kind` and `id` say the same */
  readonly who: string;
  readonly gained: boolean;
  /** the system call that did it; 0: none, the stack did */
  readonly call: number;
}

/** Something the user should read when the clock passes it: a stopped program, a window of 0. */
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

/** A line: of libbpf, of a program in trace_pipe, what a reader found in a ring buffer, what a member called by hand gave. */
export interface MessageRecord {
  readonly time: number;
  readonly event: number;
  /** whose stderr or reader; null: the kernel's trace */
  readonly process: string | null;
  /** of the console: what was `typed`, what its commands wrote, and the exit status */
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

/** Numbers in the order of time: an array, or a part of a typed one. */
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

/** The first `keep` rows stay as they were, then come these. */
export interface RowsDelta<Row> {
  readonly keep: number;
  readonly rows: readonly Row[];
}

/** The first `keep` points stay as they were, then come these; `values` has a column for each quantity. */
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

/** What a page that has followed so far must know to have the History of now. */
export interface HistoryDelta extends HistoryRows {
  readonly until: number;
  /** those that there are, in their order; columns: cwnd, ssthresh, srttUs, caState */
  readonly series: readonly SeriesDelta[];
  /** column: length */
  readonly queue: HistoryColumns;
  /** null: as before */
  readonly ghosts: readonly Series[] | null;
}
