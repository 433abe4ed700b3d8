import { expect, test } from 'vitest';
import { type Break, metBy } from './breaks.ts';
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
  series: [],
  queue: { time: [], length: [] },
  ghosts: [],
};

const cases: readonly (readonly [Break, readonly number[]])[] = [
  [{ on: 'edge', map: null, to: 'INUSE' }, [10, 20]],
  [{ on: 'edge', map: 'B', to: 'INUSE' }, [20]],
  [{ on: 'edge', map: 'B', to: 'FREED' }, []],
  [{ on: 'refs', map: 'A', count: 0 }, [40]],
  [{ on: 'call', text: 'UPDATE', refused: false }, [10]],
  [{ on: 'call', text: 'bpf(', refused: true }, [10]],
  [{ on: 'call', text: 'bpf(', refused: false }, [5, 10]],
  [{ on: 'call', text: 'close', refused: true }, []],
];

test.each(cases)('%j', (one, events) => {
  const met = Array.from({ length: 50 }, (_, event) => event).filter((event) => metBy(one, history, event).length > 0);
  expect(met).toEqual(events);
});
