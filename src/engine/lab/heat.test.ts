import { expect, test } from 'vitest';
import { countExecuted } from './heat.ts';
import { Run } from './run.ts';
import { ToyMachine } from './testing/toy-machine.ts';

test('counts of a span are those of its parts together, and the run stands where it stood', () => {
  const machine = new ToyMachine(3);
  const run = new Run(machine, { passed: () => {}, abandoned: () => {}, forget: () => {} });
  run.advance(10_000);
  const { event, time } = run;
  const hash = run.hash();
  const count = (from: number, to: number): number[] => [
    ...(countExecuted(run, machine, { from, to }, () => 5).of(1) ?? []),
  ];
  const whole = count(0, event);
  const middle = Math.floor(event / 2);
  const second = count(middle, event);
  expect(whole).toEqual(count(0, middle).map((n, i) => n + second[i]));
  expect(whole[0]).toBeGreaterThan(50);
  expect([run.event, run.time, run.hash()]).toEqual([event, time, hash]);
  expect(countExecuted(run, machine, { from: 0, to: 1 }, () => 5).total).toBeGreaterThanOrEqual(0);
  expect(machine.watch).toBe(null);
});
