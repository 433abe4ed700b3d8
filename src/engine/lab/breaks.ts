/*
 * Where playing stops besides instructions: edges of the lifecycle, counts, system calls, states of congestion
 * avoidance. All of them are found in what was recorded, so a stop is a seek.
 */
import { assertUnreachable } from '../base/assert.ts';
import type { LifecycleState, MapLetter } from './commands.ts';
import type { History } from './snapshot.ts';

/** `map`, `socket` null: any. */
export type Break =
  | { readonly on: 'edge'; readonly map: MapLetter | null; readonly to: LifecycleState }
  | { readonly on: 'refs'; readonly map: MapLetter | null; readonly count: number }
  /** part of a call as strace prints it; `refused`: only when it answers an errno */
  | { readonly on: 'call'; readonly text: string; readonly refused: boolean }
  /** icsk_ca_state: 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss */
  | { readonly on: 'ca-state'; readonly socket: number | null; readonly state: number }
  /** a connection's number begins to compare so: `sk.snd_cwnd < 10` */
  | {
      readonly on: 'value';
      readonly socket: number | null;
      readonly field: ValueField;
      readonly sign: Sign;
      readonly value: number;
    };

/** Fields of tcp_sock whose values are recorded, and where; srtt_us as the series has it, in us. */
const VALUE_FIELDS = { snd_cwnd: 'cwnd', snd_ssthresh: 'ssthresh', srtt_us: 'srttUs' } as const;
export type ValueField = keyof typeof VALUE_FIELDS;

const SIGNS = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const;
export type Sign = keyof typeof SIGNS;

const CONDITION =
  /^\s*(?:(?:sk|tp)(?:\.|->))?(snd_cwnd|snd_ssthresh|srtt_us)\s*(<=|>=|==|!=|<|>)\s*(\d{1,10})(?:\s+of\s+socket\s+(\d{1,6}))?\s*$/;

/** `sk.snd_cwnd < 10`, `tp->srtt_us >= 50000 of socket 2`; null for anything else. */
export function parseCondition(text: string): Break | null {
  const match = CONDITION.exec(text);
  if (!match) return null;
  const [, field, sign, value, socket] = match;
  return {
    on: 'value',
    field: field as ValueField,
    sign: sign as Sign,
    value: Number(value),
    socket: socket === undefined ? null : Number(socket),
  };
}

/** ns at which a break is met, in the order of time. */
export function* times(one: Break, { transitions, refs, calls, series }: History): Generator<number> {
  const isMap = (map: MapLetter): boolean => !('map' in one) || one.map === null || one.map === map;
  switch (one.on) {
    case 'edge':
      for (const t of transitions) if (t.to === one.to && isMap(t.map)) yield t.time;
      return;
    case 'refs':
      for (const ref of refs) if (ref.refcnt === one.count && isMap(ref.map)) yield ref.time;
      return;
    case 'call':
      for (const call of calls) if (call.text.includes(one.text) && (!one.refused || call.ret < 0)) yield call.time;
      return;
    case 'ca-state':
      for (const { socket, time, caState } of series) {
        if (one.socket !== null && one.socket !== socket) continue;
        for (let i = 0; i < time.length; i++) {
          if (caState[i] === one.state && (i === 0 || caState[i - 1] !== one.state)) yield time[i];
        }
      }
      return;
    case 'value':
      for (const all of series) {
        if (one.socket !== null && one.socket !== all.socket) continue;
        const [values, holds] = [all[VALUE_FIELDS[one.field]], SIGNS[one.sign]];
        for (let i = 0; i < all.time.length; i++) {
          const before = i > 0 && holds(values[i - 1], one.value);
          if (!before && holds(values[i], one.value)) yield all.time[i];
        }
      }
      return;
    default:
      assertUnreachable(one);
  }
}

/** The first time after `from`, up to `to`, at which one of the breaks is met; null when none is. */
export function nextBreak(breaks: readonly Break[], history: History, from: number, to: number): number | null {
  let first = Number.POSITIVE_INFINITY;
  for (const one of breaks) {
    for (const time of times(one, history)) if (time > from && time <= to && time < first) first = time;
  }
  return Number.isFinite(first) ? first : null;
}
