/** A watched expression against the run's own series, wrong expressions, and the difference of two times. */
import { expect, test } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { readParts } from '../lab/testing/parts.ts';
import { diffTimes } from './diff.ts';
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

test('snd_cwnd as the series of the run has it', () => {
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

test('what was done by hand is done again', () => {
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

test('the difference of two times: what changed, and what changed it', () => {
  const lab = fresh();
  lab.seek(3e9);
  const rows = diffTimes(lab, 1e8, 5e8);
  const row = (of: string, what: string) => rows.find((one) => one.of === of && one.what === what);
  expect(row('socket 2', 'state')).toMatchObject({ before: 'not there', after: 'ESTABLISHED' });
  expect(row('socket 2', 'state')?.event).toBeGreaterThan(0);
  expect(row('socket 1', 'cwnd')).toBeDefined();
  expect(row('kernel', 'congestion controls')).toBeUndefined();
  expect(diffTimes(lab, 5e8, 5e8)).toEqual([]);
  expect(diffTimes(lab, 5e8, 1e8)).toEqual(rows);
});

test('operations on bits are over 64 of them', () => {
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
