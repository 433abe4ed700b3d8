import type { Answerer } from './answerer.ts';

/** Verifies in the background: a text may have a million instructions, and the user goes on typing. */
export const verify: Answerer<'verify'> = ({ late, beside }, { machine }, { name, text, detail }, answer) => {
  const steps = late.verifyText(machine, text, detail);
  beside(`verify ${name}${detail ? ' in detail' : ''}`, () => {
    const { done, value } = steps.next();
    if (done) answer(value);
    return done === true;
  });
};
