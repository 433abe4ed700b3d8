import type { Verb } from '../verb.ts';

/** Leaves the verifier out, or puts it back; no kernel offers this. */
export const verifier: Verb<'verifier'> = {
  do: 'verifier',
  run: ({ world }, { to }) => world.kernel.setVerified(to === 'enforce'),
};
