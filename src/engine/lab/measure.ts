/*
 * Measures what each connection of a run achieved: a fresh lab repeats the commands and is sampled in steps, because a
 * connection's counters vanish with its tcp_sock. `from` and `to` are as exact as the steps.
 */
import { entryOf } from '../base/assert.ts';
import { Again } from './again.ts';
import type { Lab } from './lab.ts';
import type { LoggedCommand } from './run.ts';

/** Engine time between two samples, ns. */
const LOOK_NS = 2_000_000;

export interface MeasuredFlow {
  readonly socket: number;
  /** its last congestion control */
  readonly cc: string;
  /** engine times, ns: first seen, and last progress */
  readonly from: number;
  readonly to: number;
  /** acknowledged, bytes */
  readonly bytes: number;
  /** its packets that the full queue dropped */
  readonly drops: number;
  readonly rtos: number;
}

export interface Measured {
  readonly until: number;
  readonly flows: readonly MeasuredFlow[];
  /** mean packets in the bottleneck's queue, weighted by time, from the first connection on */
  readonly queue: number;
  /** packets that left the bottleneck, and that it dropped */
  readonly sent: number;
  readonly drops: number;
}

export class Measure {
  private readonly again: Again;
  private readonly flows = new Map<number, MeasuredFlow>();
  private at = 0;

  /** `lab`: a fresh one; `commands`: commands given to the first lab besides its scenario; `until`: ns. */
  constructor(
    private readonly lab: Lab,
    commands: readonly LoggedCommand[],
    private readonly until: number,
  ) {
    this.again = new Again(lab, commands, until);
  }

  /** 0 to 1 */
  get progress(): number {
    return this.again.progress;
  }

  /** Runs to the end; false when `keepGoing` stopped it before. */
  run(keepGoing: () => boolean): boolean {
    while (this.at < this.until) {
      const next = Math.min(this.until, this.at + LOOK_NS);
      if (!this.again.runTo(next, keepGoing)) return false;
      this.at = next;
      this.look();
      if (!keepGoing()) return this.at >= this.until;
    }
    return true;
  }

  get measured(): Measured {
    const { until, lab } = this;
    const flows = [...this.flows.values()].toSorted((a, b) => a.socket - b.socket);
    const { packetsSent: sent, drops } = lab.hot();
    const from = Math.min(until, ...flows.map((flow) => flow.from));
    return { until, flows, queue: meanOf(lab.history.queue, from, until), sent, drops };
  }

  private look(): void {
    const { tcp } = this.lab.machine;
    const names = new Map(tcp.list().map(({ id, ccName }) => [id, ccName]));
    for (const { id, bytesAcked: bytes, drops, timeouts: rtos } of tcp.flows()) {
      const before = this.flows.get(id);
      const to = before && before.bytes === bytes ? before.to : this.at;
      const cc = names.get(id) || before?.cc || '';
      this.flows.set(id, { socket: id, cc, from: before?.from ?? this.at, to, bytes, drops, rtos });
    }
  }
}

interface Stepped {
  readonly time: ArrayLike<number>;
  readonly length: ArrayLike<number>;
}

/** Mean of a step function over [from, until]. */
export function meanOf({ time, length }: Stepped, from: number, until: number): number {
  if (until <= from) return 0;
  let area = 0;
  for (let i = 0; i < time.length; i++) {
    const start = Math.max(from, entryOf(time, i));
    const end = Math.min(until, time[i + 1] ?? until);
    if (end > start) area += (end - start) * entryOf(length, i);
  }
  return area / (until - from);
}
