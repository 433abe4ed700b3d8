/*
 * Tests breaks while a run is played or searched: after each event and at each instruction. A condition is met when it
 * becomes true, so its value is compared with that one event before; `begin` records the values at the start.
 */
import { lowWord } from '../vm/prepared.ts';
import type { Registers } from '../vm/prepared.ts';
import { type Break, type BreakOptions, metBy } from './breaks.ts';
import type { Machine } from './machine.ts';
import type { Place } from './microscope.ts';
import type { History } from './snapshot.ts';

/** Place at which a condition is evaluated. */
export interface Sight {
  readonly machine: Machine;
  /** how often this break was met since the start of the run, including this time */
  readonly hits: number;
  /** address of the tcp_sock concerned; 0: none */
  readonly sk: number;
  /** registers of the running program; null between events */
  readonly registers: Registers | null;
}

/** A parsed condition, which can be evaluated at a place. */
export interface Condition {
  /** it uses fields of an unnumbered connection, so it is evaluated for each connection */
  readonly eachSocket: boolean;
  readonly usesHits: boolean;
  test(sight: Sight): boolean;
}

/** `name=value …` */
export type Print = (sight: Sight) => string;

export interface LineBreak extends BreakOptions {
  readonly text: string;
  /** 0-based line of the loaded text */
  readonly line: number;
}

/** A break with its parsed texts. */
interface Armed {
  readonly when: Condition | null;
  readonly print: Print | null;
}
export interface ArmedBreak extends Armed {
  readonly spec: Break;
  /** condition of a break on a condition */
  readonly condition: Condition | null;
}
export interface ArmedLine extends Armed {
  readonly spec: LineBreak;
}

/** A break without texts to parse. */
export const plainBreak = (spec: Break): ArmedBreak => ({ spec, condition: null, when: null, print: null });
export const plainLine = (spec: LineBreak): ArmedLine => ({ spec, when: null, print: null });

export interface Hit {
  readonly time: number;
  readonly event: number;
  readonly words: string;
  /** for a line: number of the call in the event, and of the instruction in the call */
  readonly place: { readonly call: number; readonly insn: number } | null;
  readonly spec: Break | LineBreak;
}

/** Whether a hit stops playing; otherwise it is only traced. */
export const stopsAt = ({ spec }: Hit): boolean => spec.trace !== true;

interface Run {
  readonly time: number;
  readonly event: number;
}

export class Stops {
  breaks: readonly ArmedBreak[] = [];
  lines: readonly ArmedLine[] = [];
  /** how often each was met up to `counted`: breaks, then lines */
  private hits: number[] = [];
  /** for each break on a condition or a CA state, by socket: true at the event before */
  private held = new Map<string, boolean>();
  /** address of the current call's arguments */
  private context = 0;

  constructor(
    private readonly machine: Machine,
    private readonly run: Run,
    private readonly history: () => History,
    private readonly isAt: (place: Place, line: LineBreak) => boolean,
  ) {}

  get isEmpty(): boolean {
    return this.breaks.length + this.lines.length === 0;
  }

  /** Whether some condition uses the hit count, so that counting must start at the beginning of the run. */
  get counts(): boolean {
    return [...this.breaks, ...this.lines].some(({ when }) => when?.usesHits === true);
  }

  /** Records the conditions' values here; `fresh`: resets the hit counts. */
  begin(fresh: boolean): void {
    if (fresh) this.hits = [];
    this.held = new Map();
    for (const [n, one] of this.breaks.entries()) this.changes(one, n);
  }

  /** Returns the hits of the last event. */
  after(): Hit[] {
    const { event } = this.run;
    const out: Hit[] = [];
    for (const [n, one] of this.breaks.entries()) {
      const recorded = metBy(one.spec, this.history(), event).map((words) => ({ words, sk: 0 }));
      for (const { words, sk } of [...recorded, ...this.changes(one, n)]) {
        const hit = this.hit(one, n, words, sk, null);
        if (hit) out.push(hit);
      }
    }
    return out;
  }

  /** Returns the hits at an instruction: lines that begin there and whose condition holds. */
  at(place: Place, registers: Registers): Hit[] {
    const out: Hit[] = [];
    if (place.insn === 0) this.context = lowWord(registers, 1);
    for (const [i, one] of this.lines.entries()) {
      if (!this.isAt(place, one.spec)) continue;
      const { tcp, memory } = this.machine;
      // in a congestion control's program the first argument is the socket
      const first = memory.u32[this.context >>> 2] ?? 0;
      const socket = tcp.socketOf(first);
      const words = `${one.spec.text}:${one.spec.line + 1}${socket === 0 ? '' : ` for connection ${Math.abs(socket)}`}`;
      const hit = this.hit(one, this.breaks.length + i, words, socket === 0 ? 0 : first, registers);
      if (hit) out.push({ ...hit, place: { call: place.call, insn: place.insn } });
    }
    return out;
  }

  private hit(
    one: ArmedBreak | ArmedLine,
    n: number,
    words: string,
    sk: number,
    registers: Registers | null,
  ): Hit | null {
    const hits = (this.hits[n] ?? 0) + 1;
    this.hits[n] = hits;
    const sight: Sight = { machine: this.machine, hits, sk, registers };
    if (one.when && !this.holds(one.when, sight)) return null;
    const { time, event } = this.run;
    return { time, event, words: one.print ? `${words}: ${one.print(sight)}` : words, place: null, spec: one.spec };
  }

  /** Evaluates a condition; one on an unnumbered connection holds when it does for any connection. */
  private holds(when: Condition, sight: Sight): boolean {
    if (!when.eachSocket || sight.sk !== 0) return when.test(sight);
    return this.machine.tcp.list().some(({ sk }) => sk !== 0 && when.test({ ...sight, sk }));
  }

  /** Connections for which a break's condition has just become true; updates the remembered values. */
  private changes({ spec, condition }: ArmedBreak, n: number): { readonly words: string; readonly sk: number }[] {
    if (spec.on === 'ca-state') return this.caStates(spec, n);
    if (spec.on !== 'condition' || !condition) return [];
    const { machine } = this;
    const about = condition.eachSocket ? machine.tcp.list().filter(({ sk }) => sk !== 0) : [{ id: 0, sk: 0 }];
    return about.flatMap(({ id, sk }) => {
      const isTrue = condition.test({ machine, hits: (this.hits[n] ?? 0) + 1, sk, registers: null });
      if (!this.became(`${n} ${id}`, isTrue)) return [];
      return [{ words: `${spec.text}${id === 0 ? '' : ` for connection ${id}`}`, sk }];
    });
  }

  private caStates(
    spec: Extract<Break, { on: 'ca-state' }>,
    n: number,
  ): { readonly words: string; readonly sk: number }[] {
    const list = this.machine.tcp.list();
    return this.machine.tcp.flows().flatMap(({ id, caState }) => {
      if (spec.socket !== null && spec.socket !== id) return [];
      if (!this.became(`${n} ${id}`, caState === spec.state)) return [];
      return [
        { words: `connection ${id} enters CA state ${spec.state}`, sk: list.find((one) => one.id === id)?.sk ?? 0 },
      ];
    });
  }

  private became(key: string, isTrue: boolean): boolean {
    const before = this.held.get(key) ?? false;
    this.held.set(key, isTrue);
    return isTrue && !before;
  }
}
