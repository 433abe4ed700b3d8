import { runLine } from '../../console/run.ts';
import { consoleHost } from '../console-host.ts';
import type { Verb } from '../verb.ts';

/** Process name of console lines and their output among the messages. */
export const CONSOLE = 'console';

/** Most lines kept for `history`. */
const MOST_LINES = 500;

/** Runs a line typed into the console: each command runs as a process, and its output becomes messages. */
export const consoleLine: Verb<'console'> = {
  do: 'console',
  run: (user, { line }) => {
    const { world } = user;
    user.state = { ...user.state, lines: [...user.state.lines, line].slice(-MOST_LINES) };
    const told = { process: CONSOLE, level: 'info' as const };
    world.message({ ...told, source: 'typed', text: line });
    const { out, err, status } = runLine(consoleHost(user), line);
    if (out !== '') world.message({ ...told, source: 'stdout', text: out });
    if (err !== '') world.message({ ...told, source: 'stderr', level: status === 0 ? 'info' : 'error', text: err });
    world.message({ ...told, source: 'status', level: 'debug', text: String(status) });
  },
};
