/* ps: processes of the small Linux, and what they have open. */
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

function ps(p: ConsoleProcess): number {
  p.out('    PID   UID  FDS CMD\n');
  for (const { pid, uid, name, alive, fds } of Object.values(p.host.kernel.state.processes)) {
    if (!alive) continue;
    const count = Object.keys(fds).length;
    p.out(`${String(pid).padStart(7)} ${String(uid).padStart(5)} ${String(count).padStart(4)} ${name}\n`);
  }
  return 0;
}

export const processCommands: readonly ConsoleCommand[] = [
  {
    name: 'ps',
    usage: 'ps',
    summary: 'living processes, and how many files each has open',
    manual:
      'ps lists living processes with pid, user, open files and name. To see what a file is: ls /proc/PID/fdinfo, cat /proc/PID/fdinfo/FD.',
    isProcess: true,
    run: ps,
  },
];
