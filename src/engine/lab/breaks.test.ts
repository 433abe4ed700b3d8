import { expect, test } from 'vitest';
import { type Break, nextBreak, parseCondition, times } from './breaks.ts';
import { lastBreak } from './questions.ts';
import type { History } from './snapshot.ts';

const at = (time: number) => ({ time, event: time });
const call = (time: number, name: string, text: string, ret = 0) =>
  ({
    ...at(time),
    n: time,
    process: 'p',
    name,
    text,
    shape: 'syscall',
    ret,
    trace: [],
    message: null,
    map: null,
    socket: null,
  }) as const;

const history: History = {
  until: 100,
  calls: [
    call(5, 'BPF_MAP_CREATE', 'bpf(BPF_MAP_CREATE, {})'),
    call(10, 'BPF_MAP_UPDATE_ELEM', 'bpf(BPF_MAP_UPDATE_ELEM, {})', -17),
    call(30, 'close', 'close(3)'),
  ],
  transitions: [
    { ...at(5), map: 'A', from: null, to: 'INIT' },
    { ...at(10), map: 'A', from: 'INIT', to: 'INUSE' },
    { ...at(20), map: 'B', from: 'INIT', to: 'INUSE' },
  ],
  refs: [
    { ...at(10), map: 'A', refcnt: 1, kind: 'registration', id: 0, who: 'registration', gained: true, call: 0 },
    { ...at(40), map: 'A', refcnt: 0, kind: 'registration', id: 0, who: 'registration', gained: false, call: 0 },
  ],
  captions: [],
  notes: [],
  messages: [],
  series: [
    { socket: 1, map: 'A', time: [50, 60, 70, 80], cwnd: [], ssthresh: [], srttUs: [], caState: [0, 3, 3, 0] },
    { socket: 2, map: 'A', time: [55, 65], cwnd: [], ssthresh: [], srttUs: [], caState: [0, 4] },
  ],
  queue: { time: [], length: [] },
  ghosts: [],
};

const cases: readonly (readonly [Break, number | null])[] = [
  [{ on: 'edge', map: null, to: 'INUSE' }, 10],
  [{ on: 'edge', map: 'B', to: 'INUSE' }, 20],
  [{ on: 'edge', map: 'B', to: 'FREED' }, null],
  [{ on: 'refs', map: 'A', count: 0 }, 40],
  [{ on: 'call', text: 'UPDATE', refused: false }, 10],
  [{ on: 'call', text: 'bpf(', refused: true }, 10],
  [{ on: 'call', text: 'close', refused: true }, null],
  [{ on: 'ca-state', socket: null, state: 3 }, 60],
  [{ on: 'ca-state', socket: 2, state: 4 }, 65],
];

test.each(cases)('%j', (one, time) => {
  expect(nextBreak([one], history, 0, 100)).toBe(time);
  if (time === null) return;
  expect(nextBreak([one], history, 0, time - 1)).toBeNull();
  expect(lastBreak([one], history, time + 1)).toBe(time);
  expect(lastBreak([one], history, time)).not.toBe(time);
});

test('the first of several is met', () => {
  const all = cases.map(([one]) => one);
  expect(nextBreak(all, history, 0, 100)).toBe(10);
  expect(nextBreak(all, history, 10, 100)).toBe(20);
  expect(lastBreak(all, history, 100)).toBe(65);
  expect(nextBreak([], history, 0, 100)).toBeNull();
});

test.each([
  ['sk.snd_cwnd < 10', { on: 'value', field: 'snd_cwnd', sign: '<', value: 10, socket: null }],
  ['tp->srtt_us>=50000 of socket 2', { on: 'value', field: 'srtt_us', sign: '>=', value: 50_000, socket: 2 }],
  ['snd_ssthresh == 2', { on: 'value', field: 'snd_ssthresh', sign: '==', value: 2, socket: null }],
  ['sk.nosuch < 1', null],
  ['snd_cwnd <', null],
  ['snd_cwnd < ten', null],
  ['', null],
])('a condition: %s', (text, expected) => {
  expect(parseCondition(text)).toEqual(expected);
});

test('a condition is met where it becomes true, once until it was false again', () => {
  const one = parseCondition('snd_cwnd < 10');
  const series = [
    { socket: 1, map: null, time: [1, 2, 3, 4, 5], cwnd: [12, 9, 8, 11, 3], ssthresh: [], srttUs: [], caState: [] },
  ];
  expect(one && [...times(one, { ...history, series })]).toEqual([2, 5]);
  const other = parseCondition('snd_cwnd < 10 of socket 2');
  expect(other && [...times(other, { ...history, series })]).toEqual([]);
});
