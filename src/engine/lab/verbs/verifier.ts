import type { Verb } from '../verb.ts';

/** Turns the verifier off or on; no kernel offers this. */
export const verifier: Verb<'verifier'> = {
  do: 'verifier',
  run: ({ world }, { to }) => world.kernel.setVerified(to === 'enforce'),
};
