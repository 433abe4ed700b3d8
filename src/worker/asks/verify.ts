import type { Answerer } from './answerer.ts';

/** Beside all else: a text may hold a million instructions, and is typed on meanwhile. */
export const verify: Answerer<'verify'> = ({ late, beside }, { machine }, { name, text }, answer) => {
  const steps = late.verifyText(machine, text);
  beside(`verify ${name}`, () => {
    const { done, value } = steps.next();
    if (done) answer(value);
    return done === true;
  });
};
