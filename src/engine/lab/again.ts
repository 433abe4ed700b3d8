/* A run once more, in another lab: the same commands at the same times, in slices. The lab on the page stays where it is. */
import type { Lab } from './lab.ts';
import type { LoggedCommand } from './run.ts';

export class Again {
  private readonly commands: LoggedCommand[];

  /** `lab`: a fresh one; `commands`: what was done to the first besides its scenario; `until`: ns. */
  constructor(
    readonly lab: Lab,
    commands: readonly LoggedCommand[],
    private readonly until: number,
  ) {
    this.commands = commands.filter(({ time }) => time <= until);
  }

  /** 0 to 1 */
  get progress(): number {
    return this.until === 0 ? 1 : this.lab.time / this.until;
  }

  /** False when the caller lost patience before the end. */
  run(keepGoing: () => boolean): boolean {
    return this.runTo(this.until, keepGoing);
  }

  /** The same up to `time`, ns, which is not after the end. */
  runTo(time: number, keepGoing: () => boolean): boolean {
    for (let [next] = this.commands; next && next.time <= time; [next] = this.commands) {
      if (!this.lab.advance(next.time, keepGoing)) return false;
      this.commands.shift();
      this.lab.command(next.command);
    }
    return this.lab.advance(time, keepGoing);
  }
}
