import type { Answerer } from './answerer.ts';

export const verify: Answerer<'verify'> = ({ late }, { machine }, { text }, answer) =>
  answer(late.verifyText(machine, text));
