import type { Answerer } from './answerer.ts';

/** Beside all else: a text may hold a million instructions, and is typed on meanwhile. */
export const verify: Answerer<'verify'> = ({ late, beside }, { machine }, { name, text, detail }, answer) => {
  const steps = late.verifyText(machine, text, detail);
  beside(`verify ${name}${detail ? ' in detail' : ''}`, () => {
    const { done, value } = steps.next();
    if (done) answer(value);
    return done === true;
  });
};
