/*
 * Breaks while a run is played, in either direction of looking: after each event and at each instruction it is asked what
 * was met. What became true is an edge, so it is compared with what was true one event before; `begin` says what is true
 * where the looking begins.
 */
import { lowWord } from '../vm/prepared.ts';
import type { Registers } from '../vm/prepared.ts';
import { type Break, type BreakOptions, metBy } from './breaks.ts';
import type { Machine } from './machine.ts';
import type { Place } from './microscope.ts';
import type { History } from './snapshot.ts';

/** Where a condition is looked at. */
export interface Sight {
  readonly machine: Machine;
  /** how often this break was met from the beginning of the run, this time included */
  readonly hits: number;
  /** tcp_sock that it is about; 0: none */
  readonly sk: number;
  /** of the program that runs; null: between events */
  readonly registers: Registers | null;
}

/** A text that was read: what it is at a place. */
export interface Condition {
  /** it has fields of a connection without a number, so it is asked for each of them */
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

/** A break with its texts read. */
interface Armed {
  readonly when: Condition | null;
  readonly print: Print | null;
}
export interface ArmedBreak extends Armed {
  readonly spec: Break;
  /** of a break on a condition */
  readonly condition: Condition | null;
}
export interface ArmedLine extends Armed {
  readonly spec: LineBreak;
}

/** Without texts that would have to be read. */
export const plainBreak = (spec: Break): ArmedBreak => ({ spec, condition: null, when: null, print: null });
export const plainLine = (spec: LineBreak): ArmedLine => ({ spec, when: null, print: null });

export interface Hit {
  readonly time: number;
  readonly event: number;
  readonly words: string;
  /** of a line: which call of the event, and which of its instructions */
  readonly place: { readonly call: number; readonly insn: number } | null;
  readonly spec: Break | LineBreak;
}

/** It stops; else it is only traced. */
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
  /** where the arguments of the call lie that runs */
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

  /** Some condition asks how often: the run is counted from its beginning. */
  get counts(): boolean {
    return [...this.breaks, ...this.lines].some(({ when }) => when?.usesHits === true);
  }

  /** Says what is true here; `fresh`: nothing was met before. */
  begin(fresh: boolean): void {
    if (fresh) this.hits = [];
    this.held = new Map();
    for (const [n, one] of this.breaks.entries()) this.changes(one, n);
  }

  /** After an event: what was met in it. */
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

  /** At an instruction: the lines that begin there and whose condition holds. */
  at(place: Place, registers: Registers): Hit[] {
    const out: Hit[] = [];
    if (place.insn === 0) this.context = lowWord(registers, 1);
    for (const [i, one] of this.lines.entries()) {
      if (!this.isAt(place, one.spec)) continue;
      const { tcp, memory } = this.machine;
      // the context's first argument is the socket, where the program is of a congestion control
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

  /** A condition about no connection in particular holds when it does for one of them. */
  private holds(when: Condition, sight: Sight): boolean {
    if (!when.eachSocket || sight.sk !== 0) return when.test(sight);
    return this.machine.tcp.list().some(({ sk }) => sk !== 0 && when.test({ ...sight, sk }));
  }

  /** Connections for which a break's condition is true now and was not before; and remembers it. */
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
