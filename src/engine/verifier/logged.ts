/*
 * Turns a kernel's log into a walk: visits, paths and states are reconstructed from its lines, for the same views as
 * our own verdicts. The log may be cut off at either end. Level 1 shows only what an instruction changed, so all other
 * registers and slots keep their values.
 */
import type { Path, PruneEvent } from './environment.ts';
import { type LoggedState, type LogEvent, parseLog } from './log-parse.ts';

export interface LoggedVisit {
  readonly insn: number;
  readonly path: number;
  /** line of the log, from 0 */
  readonly line: number;
  /** registers and slots before it, by name, in the kernel's words */
  readonly known: readonly (readonly [name: string, value: string])[];
}

export interface LoggedWalk {
  readonly visits: readonly LoggedVisit[];
  readonly paths: readonly Path[];
  readonly prunes: readonly PruneEvent[];
  /** text by instruction; empty where the log does not show it */
  readonly insns: readonly string[];
  /** the kernel's reason for refusal; empty when it was accepted or the end is cut off */
  readonly refusal: string;
  /** instructions processed, from the last line; 0 when that is cut off */
  readonly processed: number;
  /** number of visits dropped before those that are kept */
  readonly left: number;
}

/** Opcode of a call, after which R1 to R5 are unreadable and R0 holds the result. */
const CALL = 0x85;
const EXIT = 0x95;
const SCRATCHED = ['R0', 'R1', 'R2', 'R3', 'R4', 'R5'];

/** No program has more instructions. */
const MOST_INSNS = 1_000_000;

class Walk {
  readonly visits: LoggedVisit[] = [];
  readonly paths: Path[] = [];
  readonly prunes: PruneEvent[] = [];
  readonly insns: string[] = [];
  private now = new Map<string, string>();
  private path = -1;

  take(event: LogEvent): void {
    switch (event.kind) {
      case 'insn':
        return this.step(event);
      case 'state':
        return this.learn(event.state);
      case 'edge':
        this.begin(event.from);
        if (event.state) this.now = new Map(valuesOf(event.state));
        if (event.safe) this.end('pruned', event.to);
        return;
      case 'safe':
        return this.end('pruned', event.insn);
      case 'call':
        // the function in which the walk continues has its own registers
        if (event.state && event.phase !== 'caller' && event.phase !== 'returning')
          this.now = new Map(valuesOf(event.state));
        return;
      default:
    }
  }

  private step({ insn, opcode, text, after, line }: Extract<LogEvent, { kind: 'insn' }>): void {
    if (insn >= MOST_INSNS) return;
    if (this.path < 0) this.begin(-1);
    while (this.insns.length <= insn) this.insns.push('');
    this.insns[insn] = text;
    this.visits.push({ insn, path: this.path, line, known: [...this.now] });
    this.paths[this.path].end = this.visits.length;
    if (opcode === CALL) for (const name of SCRATCHED) this.now.delete(name);
    if (opcode === EXIT) this.paths[this.path].outcome = 'exit';
    if (after) this.learn(after);
  }

  private learn(state: LoggedState): void {
    for (const [name, value] of valuesOf(state)) this.now.set(name, value);
  }

  /** Begins a path that forks at the newest visit of an instruction. */
  private begin(from: number): void {
    const fork = from < 0 ? -1 : this.visits.findLastIndex(({ insn }) => insn === from);
    this.paths.push({
      parent: fork < 0 ? -1 : this.visits[fork].path,
      from,
      fork,
      start: this.visits.length,
      end: this.visits.length,
      outcome: 'running',
    });
    this.path = this.paths.length - 1;
  }

  private end(outcome: Path['outcome'], insn: number): void {
    if (this.path < 0) return;
    this.paths[this.path].outcome = outcome;
    // a log does not say which saved state covers it
    this.prunes.push({ insn, path: this.path, by: -1 });
  }

  fail(): void {
    if (this.path >= 0) this.paths[this.path].outcome = 'failed';
  }
}

function* valuesOf({ values }: LoggedState): Iterable<readonly [string, string]> {
  for (const [name, { text }] of values) yield [name, text];
}

/** Reads a log as a walk. Keeps the last `most` visits, because a refusal is at the end. */
export function walkOfLog(log: string, most: number): LoggedWalk {
  const { events, stats, refusal } = parseLog(log);
  const steps = events.reduce((sum, { kind }) => sum + (kind === 'insn' ? 1 : 0), 0);
  const left = Math.max(0, steps - most);
  const walk = new Walk();
  let before = 0;
  for (const event of events) {
    if (event.kind === 'insn') before++;
    if (before > left || event.kind === 'state') walk.take(event);
  }
  if (refusal !== null) walk.fail();
  const { visits, paths, prunes, insns } = walk;
  return { visits, paths, prunes, insns, refusal: refusal ?? '', processed: stats?.insnsProcessed ?? 0, left };
}
