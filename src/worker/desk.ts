/* What a session lets moves and questions do: long work becomes a job of slices. */
import type { MachineParts } from '../engine/index.ts';
import type {
  Again,
  complete,
  completeQuestion,
  countInstructions,
  creatorTags,
  armBreak,
  armLine,
  Measure,
  mapElements,
  diffLabs,
  diffTimes,
  parseQuery,
  parseWatch,
  programTextOf,
  QueryError,
  runQuery,
  sharedPrefix,
  verifyText,
  watchRun,
  whenRegister,
  whoWrote,
  whoWroteRegister,
} from '../engine/late.ts';
import type { Notice } from '../protocol/messages.ts';

/** What the engine has only after its late part has come. */
export interface Late {
  readonly Again: typeof Again;
  readonly complete: typeof complete;
  readonly completeQuestion: typeof completeQuestion;
  readonly sharedPrefix: typeof sharedPrefix;
  readonly diffLabs: typeof diffLabs;
  readonly diffTimes: typeof diffTimes;
  readonly parseQuery: typeof parseQuery;
  readonly parseWatch: typeof parseWatch;
  readonly QueryError: typeof QueryError;
  readonly runQuery: typeof runQuery;
  readonly watchRun: typeof watchRun;
  readonly countInstructions: typeof countInstructions;
  readonly creatorTags: typeof creatorTags;
  readonly armBreak: typeof armBreak;
  readonly armLine: typeof armLine;
  readonly Measure: typeof Measure;
  readonly mapElements: typeof mapElements;
  readonly programTextOf: typeof programTextOf;
  readonly verifyText: typeof verifyText;
  readonly whenRegister: typeof whenRegister;
  readonly whoWrote: typeof whoWrote;
  readonly whoWroteRegister: typeof whoWroteRegister;
}

export type KeepGoing = () => boolean;

/** Long work, done a slice at a time. */
export interface Job {
  readonly name: string;
  /** true when it is done */
  readonly run: (keepGoing: KeepGoing) => boolean;
  readonly progress: () => number | null;
  readonly done: () => void;
  /** for something from outside: looked at now and then, and not all the time */
  readonly waits?: boolean;
}

export interface Desk {
  readonly parts: MachineParts;
  readonly texts: Readonly<Record<string, string>>;
  readonly notice: (notice: Notice) => void;
  /** once running work is done */
  readonly whenIdle: (act: () => void) => void;
  /** pauses, then does something once running work is done, then shows where that led */
  readonly stop: (act: () => void) => void;
  /** once running work is done; whatever it ends with is shown */
  readonly start: (job: () => Job) => void;
  /** Work that nothing waits for: steps until one returns true, while there is time; of the same key the newest wins. */
  readonly beside: (key: string, step: () => boolean) => void;
}

/** A desk for what needs the engine's late part. */
export interface LateDesk extends Desk {
  readonly late: Late;
}

export const NOTHING: Job = { name: 'nothing', run: () => true, progress: () => null, done: () => {} };
