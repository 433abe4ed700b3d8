/* The session as moves and questions use it: long work becomes a job in slices. */
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

/** Functions of the engine's late part. */
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
  /** waits for something external, and is polled only now and then */
  readonly waits?: boolean;
}

export interface Desk {
  readonly parts: MachineParts;
  readonly texts: Readonly<Record<string, string>>;
  readonly notice: (notice: Notice) => void;
  /** once running work is done */
  readonly whenIdle: (act: () => void) => void;
  /** pauses, acts once running work is done, then sends a frame */
  readonly stop: (act: () => void) => void;
  /** starts a job once running work is done; sends a frame at its end */
  readonly start: (job: () => Job) => void;
  /** Background work: calls `step` in spare time until it returns true; newer work with the same key replaces it. */
  readonly beside: (key: string, step: () => boolean) => void;
}

/** A desk for work that needs the engine's late part. */
export interface LateDesk extends Desk {
  readonly late: Late;
}

export const NOTHING: Job = { name: 'nothing', run: () => true, progress: () => null, done: () => {} };
