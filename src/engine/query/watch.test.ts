/** A watched expression against the run's own series, wrong expressions, and the difference of two times. */
import { expect, test } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { readParts } from '../lab/testing/parts.ts';
import { type DiffRow, diffLabs, diffTimes } from './diff.ts';
import { QueryError } from '../base/query-tokens.ts';
import { parseWatch, watchRun, type WatchAnswer } from './watch.ts';

const parts = readParts('v6.12');
const fresh = (): Lab =>
  new Lab(parts, {
    id: 'watch',
    title: '',
    intro: '',
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 20 },
    seed: 3,
    texts: {},
    steps: [
      { at: 1e7, caption: '', command: { do: 'spawn', process: 'client' } },
      { at: 2e7, caption: '', command: { do: 'connect', process: 'client', socket: 1 } },
      { at: 4e8, caption: '', command: { do: 'connect', process: 'client', socket: 2 } },
    ],
    openAt: 0,
    until: 3e9,
    expect: [],
  });

function watch(text: string, lab = fresh(), until = 3e9): WatchAnswer {
  const run = watchRun(parseWatch(text, lab), lab, until);
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}

test('a watch of snd_cwnd equals the run’s series', () => {
  const lab = fresh();
  lab.seek(3e9);
  for (const { socket, cwnd } of lab.history.series) {
    const lane = watch('tp->snd_cwnd').lanes.find((one) => one.socket === socket);
    expect(lane?.max).toBe(Math.max(...Array.from(cwnd)));
    expect(lane?.value.at(-1)).toBe(cwnd[cwnd.length - 1]);
    expect(lane?.mean).toBeGreaterThan(lane?.min ?? 0);
    expect(lane?.mean).toBeLessThan(lane?.max ?? 0);
  }
});

test('an expression of several fields; points are bounded, statistics are of all', () => {
  const { lanes } = watch('tp->snd_cwnd * tp->srtt_us / 8 + tp->delivered');
  expect(lanes).toHaveLength(2);
  for (const { time, value, changes } of lanes) {
    expect(time.length).toBe(value.length);
    expect(time.length).toBeLessThanOrEqual(4_000);
    expect(changes).toBeGreaterThanOrEqual(time.length);
  }
});

test('a watch repeats what was done by hand', () => {
  const lab = fresh();
  lab.seek(1e9);
  lab.command({ do: 'close', socket: 1 });
  lab.seek(3e9);
  const again = fresh();
  again.follow(lab.commands);
  again.seek(3e9);
  expect(again.hash()).toBe(lab.hash());
});

test.each(['', 'tp->nosuch', 'snd_cwnd +', 'snd_cwnd snd_cwnd', '(snd_cwnd', '"'])('wrong: %s', (text) => {
  expect(() => parseWatch(text, fresh())).toThrow(QueryError);
});

function diff(search: ReturnType<typeof diffTimes>): readonly DiffRow[] {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value.rows;
  }
}

const ofSocket = (rows: readonly DiffRow[], socket: number, what: string): DiffRow | undefined =>
  rows.find(({ subject, what: of }) => subject.kind === 'socket' && subject.socket === socket && of === what);

test('the difference of two times lists changes and their causes', () => {
  const lab = fresh();
  lab.seek(3e9);
  const rows = diff(diffTimes(lab, 1e8, 5e8));
  expect(ofSocket(rows, 2, 'state')).toMatchObject({ before: null, after: 'ESTABLISHED' });
  expect(ofSocket(rows, 2, 'state')?.by?.words).toMatch(/^connect/);
  const cwnd = ofSocket(rows, 1, 'snd_cwnd');
  // the named event is the one after which the field had its last value
  const read = (): number => lab.machine.tcp.flows().find(({ id }) => id === 1)?.cwnd ?? 0;
  lab.seekEvent(cwnd?.by?.event ?? 0);
  expect(String(read())).toBe(cwnd?.after);
  lab.seekEvent((cwnd?.by?.event ?? 0) - 1);
  expect(String(read())).not.toBe(cwnd?.after);
  expect(new Set(rows.map(({ aspect }) => aspect))).toEqual(new Set(['fact', 'call', 'field', 'bytes']));
  expect(rows.filter(({ aspect, by }) => aspect !== 'fact' && by === null)).toEqual([]);
  expect(rows.find(({ what }) => what === 'congestion controls')).toBeUndefined();
  expect(diff(diffTimes(lab, 5e8, 5e8))).toEqual([]);
  expect(diff(diffTimes(lab, 5e8, 1e8))).toEqual(rows);
});

test('the difference of two branches lists changes and their causes on this one', () => {
  const theirs = fresh();
  theirs.seek(2e9);
  const mine = fresh();
  mine.seek(1e9);
  mine.command({ do: 'close', socket: 1 });
  mine.seek(2e9);
  const rows = diff(diffLabs(theirs, mine, 1e9));
  expect(ofSocket(rows, 1, 'state')).toMatchObject({ before: 'ESTABLISHED' });
  expect(rows.find(({ aspect }) => aspect === 'call')).toMatchObject({ before: null, after: '0' });
  expect(diff(diffLabs(theirs, theirs, 2e9))).toEqual([]);
});

test('bit operations use 64 bits', () => {
  const last = (text: string) => watch(`tp->snd_cwnd * 0 + (${text})`, fresh(), 1e8).lanes[0].value.at(-1);
  expect(last('0xffffffff & 0xfffffffe')).toBe(0xffff_fffe);
  expect(last('1 << 40 | 1')).toBe(2 ** 40 + 1);
  expect(last('1 << 64')).toBe(1);
  expect(last('(0 - 8) >> 1')).toBe(-4);
});

test.each([
  ['1', /no field of tcp_sock/],
  ['tp->snd_cwnd + 99999999999999999999999', /more than a number of 64 bits/],
  ['tp->snd_cwnd > 1e400', /"1e400" is no number/],
  ['tp->snd_cwnd + \u{1f600}', /"\u{1f600}" has no meaning/u],
])('no watch of %s', (text, problem) => expect(() => watch(text)).toThrow(problem));
