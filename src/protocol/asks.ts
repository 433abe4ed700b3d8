/*
 * The list of questions from the page to the worker: the message union and the types of requests and answers follow
 * from it. All questions wait until the engine's late part is loaded. A new question is a file here, a file in
 * src/worker/asks, and a
 * line in each list.
 */
import type { Ask } from './asks/ask.ts';
import { compare } from './asks/compare.ts';
import { complete } from './asks/complete.ts';
import { completeQuery } from './asks/complete-query.ts';
import { condition } from './asks/condition.ts';
import { heat } from './asks/heat.ts';
import { log } from './asks/log.ts';
import { map } from './asks/map.ts';
import { measure } from './asks/measure.ts';
import { program } from './asks/program.ts';
import { query } from './asks/query.ts';
import { talk } from './asks/talk.ts';
import { verify } from './asks/verify.ts';

export const ASKS = {
  compare,
  complete,
  completeQuery,
  condition,
  heat,
  log,
  map,
  measure,
  program,
  query,
  talk,
  verify,
} as const;

export type AskName = keyof typeof ASKS;
type Requests = { readonly [N in AskName]: (typeof ASKS)[N] extends Ask<infer Request, infer _> ? Request : never };
type Replies = { readonly [N in AskName]: (typeof ASKS)[N] extends Ask<infer _, infer Answer> ? Answer : never };
export type RequestOf<N extends AskName> = Requests[N];
export type AnswerOf<N extends AskName> = Replies[N];

/** `n` comes back with the answer. */
export type AskOf<N extends AskName> = {
  readonly [K in N]: {
    readonly type: 'ask';
    readonly n: number;
    readonly name: K;
    readonly request: Requests[K];
  };
}[N];
export type AskMessage = AskOf<AskName>;

/** `run` is the number of the run to which the answer applies. */
export type AnswerMessage = {
  readonly [N in AskName]: {
    readonly type: 'answer';
    readonly n: number;
    readonly run: number;
    readonly name: N;
    readonly answer: AnswerOf<N>;
  };
}[AskName];
