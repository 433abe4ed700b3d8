/*
 * Messages between the page and the worker. Types only: both sides are built from one tree, so the version is checked
 * once at the start. The worker owns the lab; the page asks and draws.
 */
import type {
  Break,
  CallRecord,
  ColdSnapshot,
  Command,
  CpuSnapshot,
  DeclarationTag,
  Heat,
  MapElement,
  ProgramText,
  History,
  Scenario,
  Transition,
} from '../engine/index.ts';

export const PROTOCOL_VERSION = 1;

export interface Breakpoint {
  readonly text: string;
  /** 0-based line of the loaded text */
  readonly line: number;
}

/** Bytes of the machine that a view wants every frame. */
export interface MemoryWindow {
  readonly address: number;
  readonly length: number;
}

export type ToWorker =
  /** `texts` replace the scenario's own */
  | {
      readonly type: 'open';
      readonly version: number;
      /** name of a KernelSpec; `btf` and `ids` are the files that it names */
      readonly kernel: string;
      readonly btf: ArrayBuffer;
      readonly ids: ArrayBuffer;
      readonly scenario: Scenario;
      readonly texts: Readonly<Record<string, string>>;
    }
  /** the same scenario and seed with these texts; the old series stay as ghosts, and the clock returns to where it was */
  | { readonly type: 'restart'; readonly texts: Readonly<Record<string, string>> }
  /** loads a text as a new map under the next letter, now; may be refused by the kernel */
  | { readonly type: 'register-new'; readonly name: string; readonly text: string }
  /** engine seconds a second */
  | { readonly type: 'play'; readonly speed: number }
  | { readonly type: 'pause' }
  /** absolute engine time, ns */
  | { readonly type: 'seek'; readonly time: number }
  | { readonly type: 'step-event'; readonly direction: 1 | -1 }
  /** next or previous change of a map's state or reference count */
  | { readonly type: 'step-state'; readonly direction: 1 | -1 }
  /** next or previous instruction that any BPF program executed */
  | { readonly type: 'step-instruction'; readonly direction: 1 | -1 }
  /** next or previous marked event (system call, caption) */
  | { readonly type: 'step-call'; readonly direction: 1 | -1 }
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'breakpoints'; readonly breakpoints: readonly Breakpoint[] }
  /** where playing stops besides instructions */
  | { readonly type: 'breaks'; readonly breaks: readonly Break[] }
  /** to the next instruction of this function; out of it, to its caller */
  | { readonly type: 'step-over' }
  | { readonly type: 'step-out' }
  /** on to the next time a line of a loaded text runs */
  | { readonly type: 'run-to'; readonly text: string; readonly line: number }
  /** back to what wrote these bytes last; with `value`, to when they last became it */
  | { readonly type: 'who-wrote'; readonly window: MemoryWindow; readonly value: readonly number[] | null }
  /** back to the instruction of this call that wrote a register last */
  | { readonly type: 'who-wrote-register'; readonly register: number }
  /** back to when a register of the stopped program last became a value (low and high word), also in its earlier calls */
  | { readonly type: 'when-register'; readonly register: number; readonly value: readonly [number, number] }
  /** counts how often each instruction ran up to now; answered by `heat` */
  | { readonly type: 'heat' }
  /** a loaded program as text; answered by `program` */
  | { readonly type: 'program'; readonly id: number }
  /** what a map holds at the cursor, and what its creator noted of it; answered by `map` */
  | { readonly type: 'map'; readonly id: number }
  /** back to where the run last met one of the breaks */
  | { readonly type: 'reverse' }
  /** the same run on another kernel, whose files these are; answered by `compared` */
  | {
      readonly type: 'compare';
      readonly kernel: string;
      readonly of: string;
      readonly btf: ArrayBuffer;
      readonly ids: ArrayBuffer;
    }
  | { readonly type: 'watch'; readonly windows: readonly MemoryWindow[] }
  /** answered at once, also between the slices of a long job */
  | { readonly type: 'ping'; readonly n: number };

export type FromWorker =
  | { readonly type: 'ready'; readonly version: number }
  /** `numbers` is a HotSnapshot (src/protocol/frame.ts); `windows` are the watched bytes, in order */
  | {
      readonly type: 'frame';
      readonly numbers: Float64Array;
      readonly windows: readonly Uint8Array[];
      readonly playing: boolean;
    }
  | { readonly type: 'cold'; readonly cold: ColdSnapshot }
  | { readonly type: 'history'; readonly history: History }
  /** null: the machine stands between events */
  | { readonly type: 'cpu'; readonly cpu: CpuSnapshot | null }
  /** something the user should read: a refused call, a stopped program, a text that does not assemble */
  | { readonly type: 'notice'; readonly notice: Notice }
  /** still alive, inside a long job (0 to 1, or null where the end is not known) */
  | { readonly type: 'heartbeat'; readonly job: string; readonly progress: number | null }
  /** the program texts that the machine has from now on, by name */
  | { readonly type: 'texts'; readonly texts: Readonly<Record<string, string>> }
  | { readonly type: 'heat'; readonly time: number; readonly heat: Heat }
  | { readonly type: 'program'; readonly id: number; readonly text: ProgramText }
  | { readonly type: 'map'; readonly id: number; readonly contents: MapContents }
  /** what the same commands did on another kernel, up to the same time */
  | ({ readonly type: 'compared' } & OtherRun)
  | { readonly type: 'pong'; readonly n: number }
  /** the engine itself failed */
  | { readonly type: 'crash'; readonly message: string };

/** Null where the map is gone. */
export interface MapContents {
  /** the first of them; of a ring buffer what nobody read */
  readonly elements: readonly MapElement[] | null;
  readonly tags: readonly DeclarationTag[] | null;
}

/** A run of the same scenario and commands on another kernel. */
export interface OtherRun {
  readonly kernel: string;
  /** what the asker called the run that this one is beside */
  readonly of: string;
  readonly calls: readonly CallRecord[];
  readonly transitions: readonly Transition[];
}

export interface Notice {
  readonly kind: 'info' | 'refused' | 'stopped' | 'error';
  readonly title: string;
  readonly detail: string;
  /** the place in a text that it is about */
  readonly text?: string;
  readonly line?: number;
  /** `notKernel`: Linux would have behaved otherwise, and the detail says how */
  readonly notKernel?: boolean;
}
