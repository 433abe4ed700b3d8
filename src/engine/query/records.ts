/*
 * A recorded run as rows for queries: system calls, references taken and given back, changes of state, windows, the
 * queue, logged lines. Calls of members and helpers and writes of fields need another run (rerun.ts).
 */
import { entryOf } from '../base/assert.ts';
import { errnoName } from '../base/errno.ts';
import type { Value } from '../base/expression.ts';
import type { History } from '../lab/snapshot.ts';

export type { Value };

export interface Row {
  /** engine time, ns; number of the event */
  readonly time: number;
  readonly event: number;
  readonly kind: RecordKind;
  readonly fields: ReadonlyMap<string, Value>;
}

export type RecordKind =
  | 'syscall'
  | 'take'
  | 'give'
  | 'state'
  | 'cwnd'
  | 'ca'
  | 'queue'
  | 'message'
  | 'member'
  | 'helper'
  | 'write';

/** Fields of each kind of row, also for completion and error messages. */
export const FIELDS: Readonly<Record<RecordKind, readonly string[]>> = {
  syscall: ['name', 'process', 'ret', 'errno', 'map', 'socket', 'text', 'step'],
  take: ['who', 'kind', 'map', 'refcnt'],
  give: ['who', 'kind', 'map', 'refcnt'],
  state: ['map', 'from', 'to'],
  cwnd: ['socket', 'map', 'cwnd', 'ssthresh', 'srtt', 'ca_state', 'delta'],
  ca: ['socket', 'map', 'cwnd', 'from', 'to'],
  queue: ['length'],
  message: ['source', 'process', 'text'],
  member: ['name', 'prog', 'map', 'socket', 'arg0', 'arg1', 'arg2', 'arg3', 'arg4', 'retval', 'insns'],
  helper: ['name', 'member', 'prog', 'map', 'socket', 'arg1', 'arg2', 'arg3', 'arg4', 'arg5'],
  write: ['name', 'socket', 'before', 'value', 'by'],
};
/** Fields that every row has. */
export const COMMON = ['time', 'ms', 'event', 'kind'] as const;

export const CA_STATES = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

const row = (kind: RecordKind, time: number, event: number, fields: Readonly<Record<string, Value | null>>): Row => {
  const entries = Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== null);
  return { kind, time, event, fields: new Map(entries) };
};

export const makeRecord = row;

/** `BPF_MAP_UPDATE_ELEM`, `close`, `connect` */
export function callName(text: string): string {
  return /^bpf\((\w+)/.exec(text)?.[1] ?? /^\w+/.exec(text)?.[0] ?? text;
}

/** All rows that the history has, in order of time. */
export function historyRecords(history: History, kinds: ReadonlySet<RecordKind>): Row[] {
  const out: Row[] = [];
  if (kinds.has('syscall')) {
    for (const { time, event, text, process, ret, map, socket, trace } of history.calls) {
      const step = ret < 0 ? (trace.at(-1)?.step ?? null) : null;
      const errno = ret < 0 ? errnoName(-ret) : null;
      out.push(row('syscall', time, event, { name: callName(text), process, ret, errno, map, socket, text, step }));
    }
  }
  for (const { time, event, map, refcnt, who, kind, gained } of history.refs) {
    const which = gained ? 'take' : 'give';
    if (kinds.has(which)) out.push(row(which, time, event, { who, kind, map, refcnt }));
  }
  if (kinds.has('state')) {
    for (const { time, event, map, from, to } of history.transitions)
      out.push(row('state', time, event, { map, from: from ?? 'none', to }));
  }
  if (kinds.has('message')) {
    for (const { time, event, source, process, text } of history.messages)
      out.push(row('message', time, event, { source, process, text }));
  }
  if (kinds.has('cwnd') || kinds.has('ca')) windows(history, kinds, out);
  if (kinds.has('queue')) {
    const { time, length } = history.queue;
    for (let i = 0; i < time.length; i++) out.push(row('queue', entryOf(time, i), -1, { length: entryOf(length, i) }));
  }
  return out.sort((a, b) => a.time - b.time || a.event - b.event);
}

function windows({ series }: History, kinds: ReadonlySet<RecordKind>, out: Row[]): void {
  for (const { socket, map, time, cwnd: windows, ssthresh, srttUs, caState } of series) {
    const stateAt = (i: number): string => CA_STATES[entryOf(caState, i)] ?? String(caState[i]);
    for (let i = 0; i < time.length; i++) {
      const at = entryOf(time, i);
      const cwnd = entryOf(windows, i);
      const state = stateAt(i);
      const before = i === 0 ? 'none' : stateAt(i - 1);
      const delta = i === 0 ? 0 : cwnd - entryOf(windows, i - 1);
      if (kinds.has('cwnd')) {
        const more = { ssthresh: entryOf(ssthresh, i), srtt: entryOf(srttUs, i), ca_state: state, delta };
        out.push(row('cwnd', at, -1, { socket, map, cwnd, ...more }));
      }
      if (kinds.has('ca') && before !== state)
        out.push(row('ca', at, -1, { socket, map, cwnd, from: before, to: state }));
    }
  }
}

/** Value of a row's field; undefined when it has none of that name. */
export function fieldOf(record: Row, name: string): Value | undefined {
  switch (name) {
    case 'time':
    case 'nsecs':
      return record.time;
    case 'ms':
      return record.time / 1e6;
    case 'event':
      return record.event;
    case 'kind':
      return record.fields.get('kind') ?? record.kind;
    default:
      return record.fields.get(name);
  }
}
