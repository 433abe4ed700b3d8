import type { Lab } from '../../engine/index.ts';
import type { Again } from '../../engine/late.ts';
import type { AnswerOf, AskName, RequestOf } from '../../protocol/asks.ts';
import type { Job, LateDesk } from '../desk.ts';

/** Answers one question about the lab, at once or at the end of a job; never after another run has begun. */
export type Answerer<N extends AskName> = (
  desk: LateDesk,
  lab: Lab,
  request: RequestOf<N>,
  answer: (answer: AnswerOf<N>) => void,
) => void;

/** A repeated run beside the lab, as a job. */
export const runAgain = (name: string, again: Again, done: () => void): Job => ({
  name,
  run: (keepGoing) => again.run(keepGoing),
  progress: () => again.progress,
  done,
});
