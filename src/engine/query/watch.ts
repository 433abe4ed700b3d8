/*
 * A retroactive watch: an expression over fields of tcp_sock, evaluated after each event of another run. Its points are
 * the changes of each socket's value, with statistics over all of them; many points are thinned, and the answer says
 * so.
 */
import { readNumber } from '../base/bytes.ts';
import type { Lab } from '../lab/lab.ts';
import { parseExpression } from './expression.ts';
import { makeRecord, type Value } from './records.ts';
import { Cursor, QueryError, tokenize } from '../base/query-tokens.ts';

export interface WatchLane {
  readonly socket: number;
  /** engine times, ns, and the value from each on */
  readonly time: readonly number[];
  readonly value: readonly number[];
  readonly min: number;
  readonly max: number;
  /** mean weighted by duration */
  readonly mean: number;
  readonly changes: number;
}

export interface WatchAnswer {
  readonly lanes: readonly WatchLane[];
  readonly until: number;
}

/** Most points of a lane; beyond that every second one is dropped. */
const MOST_POINTS = 4_000;

interface Field {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface WatchPlan {
  readonly fields: readonly Field[];
  readonly value: (values: ReadonlyMap<string, Value>) => number | null;
}

/** `tp->snd_cwnd * tp->srtt_us`; throws a QueryError. */
export function parseWatch(text: string, lab: Lab): WatchPlan {
  const { btf } = lab.machine;
  const fields = new Map<string, Field>();
  const known = (name: string): boolean => {
    const field = btf.field('tcp_sock', name);
    if (!field || field.size <= 0 || field.size > 8 || field.bitSize > 0) return false;
    fields.set(name, { name, offset: field.byteOffset, size: field.size });
    return true;
  };
  const c = new Cursor(tokenize(text));
  if (c.isEnd) throw new QueryError(0, 'nothing is watched', 'an expression, as tp->snd_cwnd * tp->srtt_us');
  // `tp` itself adds nothing: the last part of the name is the field
  const expression = parseExpression(c, {
    kinds: [],
    slashEnds: false,
    field: (name) => known(name),
  });
  if (!c.isEnd) c.fail('an operator, or the end');
  if (fields.size === 0)
    throw new QueryError(
      0,
      'no field of tcp_sock is in it',
      'at least one, as tp->snd_cwnd: a watch follows its changes',
    );
  return {
    fields: [...fields.values()],
    value: (values) => {
      const value = expression(makeRecord('write', 0, 0, Object.fromEntries(values)));
      return typeof value === 'number' ? value : null;
    },
  };
}

class Lane {
  private time: number[] = [];
  private value: number[] = [];
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private weighted = 0;
  private changes = 0;
  private last = 0;
  private since = 0;
  private begun = 0;
  /** one in so many changes is kept */
  private every = 1;
  /** word values from which the expression was computed last */
  readonly words: number[] = [];

  put(time: number, value: number): void {
    if (this.changes === 0) this.begun = time;
    else if (value === this.last) return;
    else this.weighted += this.last * (time - this.since);
    [this.last, this.since] = [value, time];
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (this.changes++ % this.every === 0) {
      this.time.push(time);
      this.value.push(value);
    }
    if (this.time.length > MOST_POINTS) this.thin();
  }

  private thin(): void {
    this.every *= 2;
    this.time = this.time.filter((_, i) => i % 2 === 0);
    this.value = this.value.filter((_, i) => i % 2 === 0);
  }

  end(socket: number, until: number): WatchLane {
    const whole = this.weighted + this.last * (until - this.since);
    const span = until - this.begun;
    const { time, value, min, max, changes } = this;
    return { socket, time, value, min, max, mean: span > 0 ? whole / span : this.last, changes };
  }
}

/** Events between two yields. */
const PATIENCE = 64;

/** Runs a lab from its present time to `until`, ns; yields its progress, 0 to 1. */
export function* watchRun({ fields, value }: WatchPlan, lab: Lab, until: number): Generator<number, WatchAnswer> {
  const lanes = new Map<number, Lane>();
  const { tcp, memory } = lab.machine;
  const values = new Map<string, Value>();
  let sockets: readonly { readonly id: number; readonly sk: number }[] = [];
  let cold: unknown = null;
  for (let n = 0; lab.nextTime <= until && lab.stepEvent(1); n++) {
    if (cold !== tcp.cold.sockets || n % PATIENCE === 0) {
      cold = tcp.cold.sockets;
      sockets = tcp.list();
    }
    for (const { id, sk } of sockets) {
      if (sk !== 0) look(lanes, id, sk, lab.time);
    }
    if (n % PATIENCE === 0) yield lab.time / until;
  }
  return { lanes: [...lanes].map(([socket, lane]) => lane.end(socket, until)), until };

  function look(all: Map<number, Lane>, id: number, sk: number, time: number): void {
    let lane = all.get(id);
    if (!lane) all.set(id, (lane = new Lane()));
    let changed = false;
    for (const [i, { name, offset, size }] of fields.entries()) {
      const word = readNumber(memory.u8, sk + offset, size);
      values.set(name, word);
      if (lane.words[i] === word) continue;
      lane.words[i] = word;
      changed = true;
    }
    if (!changed) return;
    const now = value(values);
    if (now !== null) lane.put(time, now);
  }
}
