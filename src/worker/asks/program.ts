import type { Answerer } from './answerer.ts';

export const program: Answerer<'program'> = ({ late }, { machine }, { id }, answer) =>
  answer(late.programTextOf(machine, id));
