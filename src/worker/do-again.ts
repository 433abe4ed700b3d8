import type { Lab, LoggedCommand } from '../engine/index.ts';
import type { Job } from './desk.ts';

/**
 * Gives a fresh lab the commands of another one, each after the same event as there. If events are numbered differently
 * (the scenario has changed since), the command's time decides.
 */
export function doAgain(lab: Lab, commands: readonly LoggedCommand[], done: () => void): Job {
  const rest = [...commands];
  const last = Math.max(1, commands.at(-1)?.time ?? 1);
  return {
    name: 'repeating the commands',
    run: (keepGoing) => {
      for (let [next] = rest; next; [next] = rest) {
        const { event, time, command } = next;
        if (!lab.advance(time - 1, keepGoing)) return false;
        if (lab.position.event < event - 1) lab.seekEvent(event - 1);
        if (lab.position.event !== event - 1 || lab.time > time) lab.seek(time);
        else if (lab.time < time) lab.advance(time);
        rest.shift();
        lab.command(command);
        if (!keepGoing()) return rest.length === 0;
      }
      return true;
    },
    progress: () => Math.min(1, lab.time / last),
    done,
  };
}
