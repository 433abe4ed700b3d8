import { array, assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { Memory } from '../vm/memory.ts';
import { EventQueue } from './event-queue.ts';

test('events run by time, then by the order in which they were asked for', () => {
  assert(
    property(array(nat(20), { maxLength: 200 }), (times) => {
      const queue = new EventQueue(new Memory());
      const ran: number[] = [];
      const kind = queue.define('test', (n) => ran.push(n));
      for (const [n, at] of times.entries()) queue.schedule(at, kind, n);
      while (queue.length > 0) queue.step();
      const expected = times
        .map((at, n) => ({ at, n }))
        .sort((a, b) => a.at - b.at || a.n - b.n)
        .map(({ n }) => n);
      expect(ran).toEqual(expected);
      expect(queue.count).toBe(times.length);
    }),
    { numRuns: runs(100, 5000) },
  );
});

test('an event may schedule another at its own time, and it runs after those already waiting', () => {
  const queue = new EventQueue(new Memory());
  const ran: string[] = [];
  const late = queue.define('late', () => ran.push('late'));
  const first = queue.define('first', () => {
    ran.push('first');
    queue.schedule(queue.now, late);
  });
  const second = queue.define('second', () => ran.push('second'));
  queue.schedule(5, first);
  queue.schedule(5, second);
  while (queue.length > 0) queue.step();
  expect(ran).toEqual(['first', 'second', 'late']);
});

test('the past cannot be scheduled, the clock cannot jump over an event', () => {
  const queue = new EventQueue(new Memory());
  const kind = queue.define('test', () => {});
  queue.schedule(10, kind);
  expect(() => queue.advanceTo(11)).toThrow(/over an event/);
  queue.advanceTo(10);
  expect(() => queue.schedule(9, kind)).toThrow(/event test at 9/);
});
