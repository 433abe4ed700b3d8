import { runLine } from '../../console/run.ts';
import { consoleHost } from '../console-host.ts';
import type { Verb } from '../verb.ts';

/** Name under which a line and what came of it stand among the messages. */
export const CONSOLE = 'console';

/** Lines that `history` has. */
const MOST_LINES = 500;

/** A line typed into the console: each command of it runs as a process, and what it wrote is told as messages. */
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
