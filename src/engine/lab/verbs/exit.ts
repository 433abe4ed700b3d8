import type { Verb } from '../verb.ts';

/** Ends a process, by itself or killed: its fds are closed either way. */
export const exit: Verb<'exit'> = {
  do: 'exit',
  run: (user, { process, killed }) => {
    user.simple(process, 'exit', killed ? '+++ killed by SIGKILL +++' : 'exit_group(0)', () => {
      user.world.kernel.exit(user.pid(process));
      return 0;
    });
  },
};
