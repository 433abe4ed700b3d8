import type { Verb } from '../verb.ts';

/** Holds, starts or ends the waits of one kind; no kernel offers this. */
export const grace: Verb<'grace'> = {
  do: 'grace',
  run: ({ world }, { clock, to }) => world.kernel.setGrace(clock, to),
};
