import type { Verb } from '../verb.ts';

export const spawn: Verb<'spawn'> = {
  do: 'spawn',
  run: (user, { process, uid }) => void user.spawn(process, uid ?? 0),
};
