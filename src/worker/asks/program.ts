import type { Answerer } from './answerer.ts';

export const program: Answerer<'program'> = (_desk, lab, { id }, answer) => answer(lab.machine.programText(id));
