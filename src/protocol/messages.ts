/*
 * Messages between the page and the worker. Types only: both sides are built from one tree, so the version is checked
 * once at the start. The worker owns the lab; the page asks and draws.
 */
import { type MemoryWindow } from './moves.ts';
import type {
  Break,
  ColdSnapshot,
  Command,
  CpuSnapshot,
  HandedOver,
  History,
  HistoryDelta,
  LineBreak,
  LoggedCommand,
  Scenario,
  TracedLine,
} from '../engine/index.ts';
import type { AnswerMessage, AskMessage } from './asks.ts';
import type { MoveMessage } from './moves.ts';

export const PROTOCOL_VERSION = 1;

/** On a line of a loaded text, with what it may have besides. */
export type Breakpoint = LineBreak;

/** How a run that was taken from elsewhere begins: what was done to it besides its scenario, and where it stood, ns. */
export interface Begin {
  /** in the order of time */
  readonly commands: readonly LoggedCommand[];
  readonly time: number;
}

/** The run as the page keeps it, so that the death of a worker costs at most what came after. */
export interface Kept {
  readonly run: HandedOver;
  /** number of the last act that it has */
  readonly n: number;
  /** texts that were given besides those that it was opened with */
  readonly texts: Readonly<Record<string, string>>;
}

/** Number of an act, given by the page and growing; a worker says with each frame which was its last. */
interface Numbered {
  readonly n?: number;
}

export type ToWorker =
  | MoveMessage
  | AskMessage
  /** `texts` replace the scenario's own */
  | ({
      readonly type: 'open';
      readonly version: number;
      /** name of a KernelSpec; `btf` and `ids` are the files that it names */
      readonly kernel: string;
      readonly btf: ArrayBuffer;
      readonly ids: ArrayBuffer;
      readonly scenario: Scenario;
      readonly texts: Readonly<Record<string, string>>;
      /** as for a restart */
      readonly unverified?: boolean;
      readonly begin?: Begin;
      /** goes on from here; `history`: what the page was told of it */
      readonly kept?: Kept & { readonly history: History };
    } & Numbered)
  /** the same scenario and seed with these texts; the old series stay as ghosts, and the clock returns to where it was */
  | ({
      readonly type: 'restart';
      readonly texts: Readonly<Record<string, string>>;
      /** programs that the verifier refuses are loaded all the same; no kernel does that */
      readonly unverified: boolean;
    } & Numbered)
  /** loads a text as a new map under the next letter, now; may be refused by the kernel */
  | ({ readonly type: 'register-new'; readonly name: string; readonly text: string } & Numbered)
  | ({ readonly type: 'command'; readonly command: Command } & Numbered)
  | { readonly type: 'breakpoints'; readonly breakpoints: readonly Breakpoint[] }
  /** where playing stops besides instructions */
  | { readonly type: 'breaks'; readonly breaks: readonly Break[] }
  | { readonly type: 'watch'; readonly windows: readonly MemoryWindow[] }
  /** answered at once, also between the slices of a long job */
  | { readonly type: 'ping'; readonly n: number };

export type FromWorker =
  | { readonly type: 'ready'; readonly version: number }
  /**
   * another run begins: opened, restarted, or another branch of the one before. What was answered about the runs before
   * is no longer so; what follows is about this one
   */
  | { readonly type: 'run'; readonly run: number }
  | AnswerMessage
  /** `numbers` is a HotSnapshot (src/protocol/frame.ts); `windows` are the watched bytes, in order */
  | {
      readonly type: 'frame';
      readonly numbers: Float64Array;
      readonly windows: readonly Uint8Array[];
      readonly playing: boolean;
      /** number of the last act that was done */
      readonly n: number;
    }
  /** about once a second, after a frame and all that was told of the run */
  | { readonly type: 'kept'; readonly kept: Kept }
  | { readonly type: 'cold'; readonly cold: ColdSnapshot }
  /** what is new; `whole`: of a run of which nothing was told before */
  | { readonly type: 'history'; readonly delta: HistoryDelta; readonly whole: boolean }
  /** null: the machine stands between events */
  | { readonly type: 'cpu'; readonly cpu: CpuSnapshot | null }
  /** something the user should read: a refused call, a stopped program, a text that does not assemble */
  | { readonly type: 'notice'; readonly notice: Notice }
  /** what tracepoints printed, in the order of the run; `left`: lines that were not kept */
  | { readonly type: 'traced'; readonly lines: readonly TracedLine[]; readonly left: number }
  /** still alive, inside a long job (0 to 1, or null where the end is not known) */
  | { readonly type: 'heartbeat'; readonly job: string; readonly progress: number | null }
  /** the program texts that the machine has from now on, by name */
  | { readonly type: 'texts'; readonly texts: Readonly<Record<string, string>> }
  | { readonly type: 'pong'; readonly n: number }
  /** the engine itself failed */
  | { readonly type: 'crash'; readonly message: string };

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
