import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ended } from '../base/ended.ts';
import { runs } from '../base/testing/runs.ts';
import { Microscope } from './microscope.ts';
import { Run } from './run.ts';
import { ToyMachine } from './testing/toy-machine.ts';

const silent = { passed: () => {}, abandoned: () => {}, forget: () => {} };

function toy(seed = 1) {
  const machine = new ToyMachine(seed);
  const run = new Run(machine, silent);
  return { machine, run, scope: new Microscope(run, machine) };
}

test('after a seek the hash equals the hash when that time was first reached', () => {
  const { run } = toy();
  const first = new Map<number, number>();
  for (let time = 0; time <= 100_000; time += 1000) {
    run.advance(time);
    first.set(time, run.hash());
  }
  expect(new Set(first.values()).size).toBe(first.size);
  fc.assert(
    fc.property(fc.nat(100), (k) => {
      const time = k * 1000;
      run.approach(time);
      run.advance(time);
      expect(run.hash()).toBe(first.get(time));
    }),
    { numRuns: runs(100, 2000) },
  );
});

test('seekEvent arrives at the same state from either side', () => {
  const { run } = toy();
  const hashes = [run.hash()];
  for (let n = 1; n <= 300; n++) {
    run.step();
    hashes.push(run.hash());
  }
  for (const n of [250, 17, 300, 1, 0, 123]) {
    expect(run.seekEvent(n)).toBe(true);
    expect(run.event).toBe(n);
    expect(run.hash()).toBe(hashes[n]);
  }
});

test('a command is replayed at its event; one in the past begins another branch', () => {
  const { run, machine } = toy();
  run.advance(5000);
  const at = run.event;
  run.command({ do: 'poke', address: machine.pokeAddress, bytes: [1] });
  run.advance(9000);
  const after = run.hash();
  run.approach(100);
  run.advance(9000);
  expect(run.hash()).toBe(after);
  expect(run.branch).toBe(0);

  run.approach(3000);
  run.advance(3000);
  run.command({ do: 'poke', address: machine.pokeAddress, bytes: [2] });
  expect(run.branch).toBe(1);
  expect(run.commands.map(({ time }) => time)).toEqual([3000]);
  run.advance(9000);
  expect(run.hash()).not.toBe(after);
  expect(run.event).toBeGreaterThan(at);
});

test('ten instructions forward and ten back give the same state', () => {
  const { run, scope } = toy();
  const events: number[] = [];
  const previous = (before: number) => events.findLast((n) => n < before) ?? 0;
  run.advance(1000);
  const boundary = run.hash();
  const places: (readonly number[])[] = [];
  for (let i = 0; i < 40; i++) {
    expect(ended(scope.next(run.time + 100_000))).toBe(true);
    const { event, call, insn, pc } = scope.at ?? expect.fail('stopped');
    if (!events.includes(event)) events.push(event);
    expect(insn).toBe(pc);
    places.push([event, call, insn]);
  }
  for (let i = 38; i >= 0; i--) {
    expect(ended(scope.previous(previous))).toBe(true);
    expect([scope.at?.event, scope.at?.call, scope.at?.insn]).toEqual(places[i]);
  }
  scope.leave();
  expect(run.event).toBe(places[0][0] - 1);
  run.approach(1000);
  run.advance(1000);
  expect(run.hash()).toBe(boundary);
});

test('a breakpoint stops each time it is reached, and continuing does not stop there at once', () => {
  const { run, scope } = toy();
  const met: string[] = [];
  while (ended(scope.resume(({ pc }) => pc === 2, 2000))) met.push(`${scope.at?.event}:${scope.at?.call}`);
  expect(met.length).toBeGreaterThan(5);
  expect(new Set(met).size).toBe(met.length);
  expect(run.time).toBe(2000);
});

test('looking through the microscope changes nothing', () => {
  const { run, scope } = toy();
  run.advance(3000);
  const untouched = run.hash();
  run.approach(1000);
  run.advance(1000);
  for (let i = 0; i < 25; i++) ended(scope.next(run.time + 1e6));
  scope.leave();
  run.approach(3000);
  run.advance(3000);
  expect(run.hash()).toBe(untouched);
});
