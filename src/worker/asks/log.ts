import type { Answerer } from './answerer.ts';

export const log: Answerer<'log'> = ({ whenIdle }, lab, _, answer) =>
  whenIdle(() => answer({ commands: lab.commands, hash: lab.hash() }));
