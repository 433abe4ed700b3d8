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
  LineBreak,
  LoggedCommand,
  Scenario,
  TracedLine,
} from '../engine/index.ts';
import type { PackedHistory } from './history-message.ts';
import type { AnswerMessage, AskMessage } from './asks.ts';
import type { MoveMessage } from './moves.ts';

export const PROTOCOL_VERSION = 1;

/** A breakpoint on a line of a loaded text, with its options. */
export type Breakpoint = LineBreak;

/** Start of a run opened from a link or file: the commands besides its scenario, and the time at which it stood, ns. */
export interface Begin {
  /** in the order of time */
  readonly commands: readonly LoggedCommand[];
  readonly time: number;
}

/** The run as kept by the page, so that the death of a worker loses only what came later. */
export interface Kept {
  readonly run: HandedOver;
  /** number of the last action that it includes */
  readonly n: number;
  /** texts added since it was opened */
  readonly texts: Readonly<Record<string, string>>;
}

/** Number of an action, given by the page, ascending; each frame of the worker says which was its last. */
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
      /** continues from here; `history`: what the page has received of it */
      readonly kept?: Kept & { readonly history: History };
    } & Numbered)
  /** the same scenario and seed with these texts; the old series stay as ghosts, and the clock returns to where it was */
  | ({
      readonly type: 'restart';
      readonly texts: Readonly<Record<string, string>>;
      /** programs are loaded even if the verifier refuses them, which no kernel does */
      readonly unverified: boolean;
    } & Numbered)
  /** loads a text now as a new map under the next letter; the kernel may refuse it */
  | ({ readonly type: 'register-new'; readonly name: string; readonly text: string } & Numbered)
  | ({ readonly type: 'command'; readonly command: Command } & Numbered)
  | { readonly type: 'breakpoints'; readonly breakpoints: readonly Breakpoint[] }
  /** where playing stops besides instructions */
  | { readonly type: 'breaks'; readonly breaks: readonly Break[] }
  | { readonly type: 'watch'; readonly windows: readonly MemoryWindow[] }
  /** answered at once, even between the slices of a long job */
  | { readonly type: 'ping'; readonly n: number };

export type FromWorker =
  | { readonly type: 'ready'; readonly version: number }
  /**
   * another run begins: opened, restarted, or another branch of the previous one. Answers about earlier runs are void;
   * messages that follow are about this one
   */
  | { readonly type: 'run'; readonly run: number }
  | AnswerMessage
  /** `numbers` is a HotSnapshot (src/protocol/frame.ts); `windows` are the watched bytes, in order */
  | {
      readonly type: 'frame';
      readonly numbers: Float64Array;
      readonly windows: readonly Uint8Array[];
      readonly playing: boolean;
      /** number of the last action done */
      readonly n: number;
    }
  /** about once a second, after a frame and all news of the run */
  | { readonly type: 'kept'; readonly kept: Kept }
  | { readonly type: 'cold'; readonly cold: ColdSnapshot }
  /** an increment; `whole`: of a run about which nothing was sent before */
  | { readonly type: 'history'; readonly delta: PackedHistory; readonly whole: boolean }
  /** null: the machine stands between events */
  | { readonly type: 'cpu'; readonly cpu: CpuSnapshot | null }
  /** something the user should read: a refused call, a stopped program, a text that does not assemble */
  | { readonly type: 'notice'; readonly notice: Notice }
  /** lines printed by tracepoints, in the order of the run; `left`: number of lines not kept */
  | { readonly type: 'traced'; readonly lines: readonly TracedLine[]; readonly left: number }
  /** still alive, inside a long job (0 to 1, or null where the end is not known) */
  | { readonly type: 'heartbeat'; readonly job: string; readonly progress: number | null }
  /** the machine's program texts from now on, by name */
  | { readonly type: 'texts'; readonly texts: Readonly<Record<string, string>> }
  | { readonly type: 'pong'; readonly n: number }
  /** the engine itself failed */
  | { readonly type: 'crash'; readonly message: string };

export interface Notice {
  readonly kind: 'info' | 'refused' | 'stopped' | 'error';
  readonly title: string;
  readonly detail: string;
  /** name of the text concerned */
  readonly text?: string;
  readonly line?: number;
  /** `notKernel`: Linux would have behaved otherwise, and the detail says how */
  readonly notKernel?: boolean;
  /** the log of user space tells more */
  readonly log?: boolean;
}
