/* The worker's list of questions (src/protocol/asks.ts), a row each. */
import type { Lab } from '../engine/index.ts';
import type { AnswerMessage, AskName, AskOf } from '../protocol/asks.ts';
import type { Answerer } from './asks/answerer.ts';
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
import type { LateDesk } from './desk.ts';

const ANSWERERS: { readonly [N in AskName]: Answerer<N> } = {
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
};

/** Calls the row of the question's name; the answer carries the number `run`. */
export function answerAsk<N extends AskName>(
  desk: LateDesk,
  lab: Lab,
  { n, name, request }: AskOf<N>,
  run: number,
  post: (message: AnswerMessage) => void,
): void {
  const answerer: Answerer<N> = ANSWERERS[name];
  answerer(desk, lab, request, (answer) => post({ type: 'answer', n, run, name, answer } as AnswerMessage));
}
