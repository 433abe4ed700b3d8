import type { Answerer } from './answerer.ts';

/** Answers when the machine is where the page shows it: on its way there it may not have the program yet. */
export const program: Answerer<'program'> = ({ whenIdle, late }, { machine }, { id }, answer) =>
  whenIdle(() => answer(late.programTextOf(machine, id)));
