/* Asks a view's question while the view is on the screen, again when the request or the run changes. */
import { useEffect } from 'react';
import { answerTo } from '../../page/engine/answers.ts';
import { ask } from '../../page/engine/engine.ts';
import { useLab } from '../../page/store/lab.ts';
import type { AnswerOf, AskName, RequestOf } from '../../protocol/asks.ts';

/** The latest answer about the subject in this run; undefined before the first. `request`: plain data. */
export function useAnswer<N extends AskName>(
  name: N,
  request: RequestOf<N>,
  subject: string | number = '',
): AnswerOf<N> | undefined {
  const run = useLab(({ answers }) => answers.run);
  const key = JSON.stringify(request);
  useEffect(() => {
    if (run > 0) void ask(name, JSON.parse(key) as RequestOf<N>, subject);
  }, [run, name, key, subject]);
  return useLab(({ answers }) => answerTo(answers, name, subject));
}
