import { expect, test } from 'vitest';
import type { Measured } from '../../engine/index.ts';
import { jain, summary } from './summary.ts';

const flow = (socket: number, cc: string, bytes: number) => ({
  socket,
  cc,
  from: 0,
  to: 1e9,
  bytes,
  drops: socket,
  rtos: 0,
});

const run: Measured = {
  until: 1e9,
  flows: [flow(1, 'mine', 1_000_000), flow(2, 'reno', 500_000), flow(3, 'reno', 500_000)],
  queue: 12.34,
  sent: 94,
  drops: 6,
};

test('each congestion control has its column, and all have one', () => {
  expect(summary(run)).toEqual([
    { title: 'mine', cells: ['1', '8 Mbit/s', '50.0 %', '–', '1 (1.00 %)', '0', '–'] },
    { title: 'reno', cells: ['2', '8 Mbit/s', '50.0 %', '1.000', '5 (5.00 %)', '0', '–'] },
    { title: 'all', cells: ['3', '16 Mbit/s', '100.0 %', '0.889', '6 (6.00 %)', '0', '12.3'] },
  ]);
  expect(summary({ ...run, flows: [run.flows[0]] })).toHaveLength(1);
  expect(summary({ ...run, flows: [], sent: 0, drops: 0 })[0].cells.slice(0, 5)).toEqual([
    '0',
    '0 kbit/s',
    '–',
    '–',
    '–',
  ]);
});

test('Jain’s index', () => {
  expect(jain([1, 1, 1])).toBe(1);
  expect(jain([1, 0, 0, 0])).toBe(0.25);
  expect(jain([])).toBe(1);
});
