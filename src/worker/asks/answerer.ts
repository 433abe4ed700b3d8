import type { Again, Lab } from '../../engine/index.ts';
import type { AnswerOf, AskName, RequestOf } from '../../protocol/asks.ts';
import type { Desk, Job } from '../desk.ts';

/** Answers one question about the lab, at once or at the end of a job; never, where another run has begun before. */
export type Answerer<N extends AskName> = (
  desk: Desk,
  lab: Lab,
  request: RequestOf<N>,
  answer: (answer: AnswerOf<N>) => void,
) => void;

/** A run done again beside the lab, as a job. */
export const runAgain = (name: string, again: Again, done: () => void): Job => ({
  name,
  run: (keepGoing) => again.run(keepGoing),
  progress: () => again.progress,
  done,
});
