import { expect, test } from 'vitest';
import { V6_12 } from '../kernel/profiles.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { Lab } from './lab.ts';
import { Measure, meanOf } from './measure.ts';

const btf = shippedBtf();
const parts = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };
const connect = (at: number, socket: number) =>
  ({ at, caption: '', command: { do: 'connect', process: 'p', socket, cc: 'reno' } }) as const;
const scenario = {
  id: 'test',
  title: '',
  intro: '',
  path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 20 },
  seed: 1,
  texts: {},
  steps: [
    { at: 1, caption: '', command: { do: 'spawn', process: 'p' } },
    connect(1e6, 1),
    connect(2e6, 2),
    { at: 1e9, caption: '', command: { do: 'close', socket: 1 } },
  ],
  openAt: 0,
  until: 3e9,
  expect: [],
} as const;

test('goodput of connections is reported, also of a closed one', () => {
  const lab = new Lab(parts, scenario);
  lab.advance(5e8);
  lab.command({ do: 'connect', process: 'p', socket: 3, cc: 'reno' });
  const measure = new Measure(new Lab(parts, scenario), lab.commands, scenario.until);
  let slices = 0;
  while (!measure.run(() => false)) slices++;
  const { flows, queue, sent, drops } = measure.measured;
  expect(slices).toBeGreaterThan(100);
  expect(flows.map(({ socket, cc }) => [socket, cc])).toEqual([
    [1, 'reno'],
    [2, 'reno'],
    [3, 'reno'],
  ]);
  // the link carries 10 Mbit/s: only headers, the start and draining the queue take from it
  const bits = flows.reduce((sum, { bytes }) => sum + bytes * 8, 0);
  expect(bits / 3).toBeGreaterThan(8.5e6);
  expect(bits / 3).toBeLessThan(1e7);
  expect(flows[0].to).toBeGreaterThan(9e8);
  expect(flows[0].to).toBeLessThan(1.5e9);
  expect(flows[2].from).toBeGreaterThanOrEqual(5e8);
  expect(flows.reduce((sum, flow) => sum + flow.drops, 0)).toBe(drops);
  expect(sent).toBeGreaterThan(2000);
  expect(queue).toBeGreaterThan(3);
  expect(queue).toBeLessThan(20);
});

test('a mean is weighted by time', () => {
  expect(meanOf({ time: [0, 10, 20], length: [0, 4, 2] }, 10, 30)).toBe(3);
  expect(meanOf({ time: [0, 10], length: [1, 3] }, 5, 15)).toBe(2);
  expect(meanOf({ time: [], length: [] }, 0, 10)).toBe(0);
  expect(meanOf({ time: [0], length: [5] }, 3, 3)).toBe(0);
});
