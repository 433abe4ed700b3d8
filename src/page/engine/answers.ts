/*
 * The worker's answers about the shown run. They belong to one run and are dropped together when another begins, so
 * that nothing is invalidated one by one.
 */
import type { AnswerMessage, AnswerOf, AskMessage, AskName, RequestOf } from '../../protocol/asks.ts';

interface Answered {
  /** key of the answered request */
  readonly key: string;
  readonly answer: AnswerOf<AskName>;
}

export interface Answers {
  /** the worker's number of the run */
  readonly run: number;
  /** latest answer by question and subject, shown until a newer one arrives */
  readonly latest: ReadonlyMap<string, Answered>;
}

export const noAnswers = (run: number): Answers => ({ run, latest: new Map() });

const placeOf = (name: AskName, subject: string): string => `${name} ${subject}`;

/** The latest answer to a question about a subject, in this run; undefined before the first. */
export const answerTo = <N extends AskName>(
  { latest }: Answers,
  name: N,
  subject: string | number = '',
): AnswerOf<N> | undefined => latest.get(placeOf(name, String(subject)))?.answer as AnswerOf<N> | undefined;

interface Waiting {
  readonly place: string;
  readonly key: string;
  readonly promise: Promise<unknown>;
  readonly tell: (answer: unknown) => void;
}

export interface Asking {
  /** Asks each request once; resolves with null when a newer one about the subject, or another run, comes first. */
  readonly ask: <N extends AskName>(
    name: N,
    request: RequestOf<N>,
    subject: string | number,
  ) => Promise<AnswerOf<N> | null>;
  readonly answered: (message: AnswerMessage) => void;
  /** Begins another run, also after the worker's death: pending questions will not be answered. */
  readonly begin: (run: number) => void;
}

/** Makes the asking side; `post` sends a question, `told` receives the answers. */
export function createAsking(post: (message: AskMessage) => void, told: (answers: Answers) => void): Asking {
  let answers = noAnswers(0);
  let last = 0;
  const waiting = new Map<number, Waiting>();

  return {
    ask<N extends AskName>(name: N, request: RequestOf<N>, subject: string | number) {
      const place = placeOf(name, String(subject));
      const key = JSON.stringify(request);
      const known = answers.latest.get(place);
      if (known?.key === key) return Promise.resolve(known.answer as AnswerOf<N>);
      const same = [...waiting.values()].find((one) => one.place === place && one.key === key);
      if (same) return same.promise as Promise<AnswerOf<N> | null>;
      // drop older questions about the same subject
      for (const [old, { place: about, tell: end }] of waiting) {
        if (about !== place) continue;
        waiting.delete(old);
        end(null);
      }
      const n = ++last;
      let tell: (answer: unknown) => void = () => {};
      const promise = new Promise<unknown>((resolve) => {
        tell = resolve;
      });
      waiting.set(n, { place, key, promise, tell });
      post({ type: 'ask', n, name, request } as AskMessage);
      return promise as Promise<AnswerOf<N> | null>;
    },
    answered({ n, run, answer }) {
      const asked = waiting.get(n);
      waiting.delete(n);
      if (!asked || run !== answers.run) return asked?.tell(null);
      answers = { run, latest: new Map(answers.latest).set(asked.place, { key: asked.key, answer }) };
      told(answers);
      asked.tell(answer);
    },
    begin(run) {
      answers = noAnswers(run);
      for (const { tell } of waiting.values()) tell(null);
      waiting.clear();
      told(answers);
    },
  };
}
