/* Repeats a run in another lab: the same commands at the same times, in slices. The page's lab is not touched. */
import type { Lab } from './lab.ts';
import type { LoggedCommand } from './run.ts';

export class Again {
  private readonly commands: LoggedCommand[];

  /** `lab`: a fresh one; `commands`: commands given to the first lab besides its scenario; `until`: ns. */
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

  /** Runs to the end; false when `keepGoing` stopped it before. */
  run(keepGoing: () => boolean): boolean {
    return this.runTo(this.until, keepGoing);
  }

  /** Runs up to `time`, ns, not after the end; false when `keepGoing` stopped it before. */
  runTo(time: number, keepGoing: () => boolean): boolean {
    for (let [next] = this.commands; next && next.time <= time; [next] = this.commands) {
      if (!this.lab.advance(next.time, keepGoing)) return false;
      this.commands.shift();
      this.lab.command(next.command);
    }
    return this.lab.advance(time, keepGoing);
  }
}
