/*
 * The difference of two times of a run, or of the same time on two branches: facts, references, calls, fields,
 * registers and bytes in one list, each row with its last change. Generators that yield their progress, 0 to 1.
 */
import { readNumber } from '../base/bytes.ts';
import { own } from '../base/own.ts';
import type { Lab } from '../lab/lab.ts';
import type { CallRecord } from '../lab/snapshot.ts';
import { type DiffAspect, type DiffSubject, type Facts, factsOf, keyOf, type SockPlace } from './diff-facts.ts';

export type { DiffAspect, DiffSubject } from './diff-facts.ts';

export interface DiffRow {
  readonly subject: DiffSubject;
  readonly aspect: DiffAspect;
  readonly what: string;
  /** null: it did not exist */
  readonly before: string | null;
  readonly after: string | null;
  /** its last change: number of the event, and the system call or the event's name; null when unknown */
  readonly by: { readonly time: number; readonly event: number; readonly words: string } | null;
}

export interface DiffAnswer {
  readonly rows: readonly DiffRow[];
  /** number of rows left out */
  readonly left: number;
}

interface Unexplained extends Omit<DiffRow, 'by'> {
  readonly place: SockPlace | null;
}

/** Most rows of an answer, most calls among them, and most words of bytes per connection. */
const MOST_ROWS = 600;
const MOST_CALLS = 100;
const MOST_WORDS = 40;

const ORDER: readonly DiffAspect[] = ['fact', 'reference', 'call', 'field', 'register', 'bytes'];
const WORD = 8;

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Words of a tcp_sock that differ and are not covered by a listed field. */
function byteRows(socket: number, before: Uint8Array, after: Uint8Array, named: readonly SockPlace[]): Unexplained[] {
  const covered = new Set(named.flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i)));
  const rows: Unexplained[] = [];
  for (let at = 0; at < after.length && rows.length < MOST_WORDS; at += WORD) {
    const [was, is] = [before.subarray(at, at + WORD), after.subarray(at, at + WORD)];
    if (!is.some((byte, i) => byte !== was[i] && !covered.has(at + i))) continue;
    const what = `tcp_sock + 0x${at.toString(16)}`;
    const place = { socket, offset: at, size: is.length };
    rows.push({ subject: { kind: 'socket', socket }, aspect: 'bytes', what, before: hex(was), after: hex(is), place });
  }
  return rows;
}

/** Compares facts; the rows do not yet name the change. */
function compare(before: Facts, after: Facts): Unexplained[] {
  const rows: Unexplained[] = [];
  for (const key of new Set([...before.all.keys(), ...after.all.keys()])) {
    const [was, is] = [before.all.get(key), after.all.get(key)];
    const one = is ?? was;
    if (!one || was?.value === is?.value) continue;
    // registers of two different programs cannot be compared
    if (one.aspect === 'register' && !(was && is)) continue;
    const { subject, aspect, what, place } = one;
    rows.push({ subject, aspect, what, before: was?.value ?? null, after: is?.value ?? null, place });
  }
  const named = (facts: Facts, socket: number): SockPlace[] =>
    [...facts.all.values()].flatMap(({ place }) => (place?.socket === socket ? [place] : []));
  for (const [socket, is] of after.socks) {
    const was = before.socks.get(socket);
    if (was) rows.push(...byteRows(socket, was, is, named(after, socket)));
  }
  return rows;
}

const callRow = ({ process, text, ret, time, event }: CallRecord, before: string | null): DiffRow => ({
  subject: { kind: 'process', pid: 0, name: process },
  aspect: 'call',
  what: text,
  before,
  after: String(ret),
  by: { time, event, words: text },
});

/** A number that is read after each event, and the event that changed it last. */
interface Watched {
  readonly key: string;
  readonly place: SockPlace | null;
  /** reads a number of the network or the kernel */
  readonly read: (() => number) | null;
  last: number | null;
  by: DiffRow['by'];
}

function watchedOf(lab: Lab, rows: readonly Unexplained[]): Watched[] {
  const { net } = lab.machine.tcp;
  const numbers: Readonly<Record<string, () => number>> = {
    queue: () => net.queueLength,
    drops: () => net.drops,
    'packets sent': () => net.sent,
    'BPF instructions': () => lab.machine.executedInsns,
  };
  return rows.flatMap((row): Watched[] => {
    const read =
      row.subject.kind === 'network' || row.subject.kind === 'kernel' ? (own(numbers, row.what) ?? null) : null;
    return row.place || read ? [{ key: keyOf(row), place: row.place, read, last: null, by: null }] : [];
  });
}

/** Events between two yields. */
const PATIENCE = 64;

/** Runs the part between two times again to find each row's last change. */
function* changers(
  lab: Lab,
  rows: readonly Unexplained[],
  from: number,
  to: number,
): Generator<number, ReadonlyMap<string, DiffRow['by']>> {
  lab.seek(from);
  const watched = watchedOf(lab, rows);
  const { tcp, memory, events } = lab.machine;
  const socks = new Map<number, number>();
  let cold: unknown = null;
  const look = (words: string | null): void => {
    if (cold !== tcp.cold.sockets || words === null) {
      cold = tcp.cold.sockets;
      for (const { id, sk } of tcp.list()) socks.set(id, sk);
    }
    for (const one of watched) {
      const sk = one.place ? (socks.get(one.place.socket) ?? 0) : 0;
      const value = one.place
        ? sk === 0
          ? 0
          : readNumber(memory.u8, sk + one.place.offset, one.place.size)
        : (one.read?.() ?? 0);
      if (value === one.last) continue;
      if (words !== null) one.by = { time: lab.time, event: lab.position.event, words };
      one.last = value;
    }
  };
  look(null);
  for (let n = 0; watched.length > 0 && lab.nextTime <= to; n++) {
    const words = events.nextName ?? 'a command';
    if (!lab.stepEvent(1)) break;
    look(words);
    if (n % PATIENCE === 0) yield (lab.time - from) / Math.max(1, to - from);
  }
  lab.seek(to);
  return new Map(watched.map(({ key, by }) => [key, by]));
}

/** The last row between two times. */
const lastOf = <R extends { readonly time: number; readonly event: number }>(
  rows: readonly R[],
  [from, to]: readonly [number, number],
  wanted: (row: R) => boolean,
): R | undefined => rows.findLast((row) => row.time > from && row.time <= to && wanted(row));

/** Last change of a fact recorded in the history: transitions, references, calls. */
function told(lab: Lab, { subject, aspect, what }: Unexplained, span: readonly [number, number]): DiffRow['by'] {
  const { transitions, refs, calls } = lab.history;
  const call = (wanted: (one: CallRecord) => boolean): DiffRow['by'] => {
    const found = lastOf(calls, span, wanted);
    return found ? { time: found.time, event: found.event, words: found.text } : null;
  };
  switch (subject.kind) {
    case 'map': {
      const { map } = subject;
      const change = what === 'state' ? lastOf(transitions, span, (one) => one.map === map) : undefined;
      if (change)
        return { time: change.time, event: change.event, words: `${change.from ?? 'nothing'} to ${change.to}` };
      const ref = lastOf(refs, span, (one) => one.map === map && (aspect !== 'reference' || one.who === what));
      if (ref)
        return {
          time: ref.time,
          event: ref.event,
          words: `${ref.who} ${ref.gained ? 'took' : 'gave back'} a reference`,
        };
      return call((one) => one.map === map);
    }
    case 'process':
      return call((one) => one.process === subject.name);
    case 'socket':
      return call((one) => one.socket === subject.socket);
    case 'program':
    case 'network':
      return null;
    case 'kernel':
      return call((one) => what === 'system calls' || one.name.startsWith('BPF_MAP'));
    default:
      return subject satisfies never;
  }
}

function ordered(rows: readonly DiffRow[]): DiffAnswer {
  const sorted = rows.toSorted((a, b) => ORDER.indexOf(a.aspect) - ORDER.indexOf(b.aspect));
  return { rows: sorted.slice(0, MOST_ROWS), left: Math.max(0, sorted.length - MOST_ROWS) };
}

function* explained(
  lab: Lab,
  rows: readonly Unexplained[],
  from: number,
  to: number,
): Generator<number, readonly DiffRow[]> {
  const by = yield* changers(lab, rows, from, to);
  const { calls } = lab.history;
  return rows.map((row): DiffRow => {
    const { place: _place, ...rest } = row;
    const event = by.get(keyOf(row)) ?? null;
    // prefer the event's system call to the command's name
    const call = event && calls.findLast((one) => one.event === event.event);
    const seen = event && { ...event, words: call?.text ?? event.words };
    return { ...rest, by: seen ?? told(lab, row, [from, to]) };
  });
}

/** Compares two times, ns; leaves the lab at the later one. */
export function* diffTimes(lab: Lab, a: number, b: number): Generator<number, DiffAnswer> {
  const [from, to] = a <= b ? [a, b] : [b, a];
  lab.seek(from);
  const before = factsOf(lab);
  lab.seek(to);
  const rows = compare(before, factsOf(lab));
  const all = yield* explained(lab, rows, from, to);
  const calls = lab.history.calls.filter(({ time }) => time > from && time <= to);
  return ordered([...all, ...calls.slice(0, MOST_CALLS).map((call) => callRow(call, null))]);
}

const callKey = ({ time, process, text }: CallRecord): string => JSON.stringify([time, process, text]);

/**
 * Compares another branch (before) with this one (after), each at its present time; `since`: end of their common part,
 * ns. Changes are searched on this branch.
 */
export function* diffLabs(theirs: Lab, mine: Lab, since: number): Generator<number, DiffAnswer> {
  const to = mine.time;
  const rows = compare(factsOf(theirs), factsOf(mine));
  const all = yield* explained(mine, rows, since, to);
  const known = new Map(theirs.history.calls.map((call) => [callKey(call), call]));
  const calls = mine.history.calls.filter((call) => {
    return call.time >= since && call.time <= to && known.get(callKey(call))?.ret !== call.ret;
  });
  return ordered([
    ...all,
    ...calls.slice(0, MOST_CALLS).map((call) => callRow(call, known.get(callKey(call))?.ret.toString() ?? null)),
  ]);
}
