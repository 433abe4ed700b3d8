/** Scenarios are tests: their facts hold, and time runs backwards through each of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../engine/base/testing/runs.ts';
import { Lab } from '../engine/index.ts';
import { checkFacts } from '../scenarios/facts.ts';
import { SCENARIOS } from '../scenarios/index.ts';
import { shippedParts } from './cli.ts';
import { parseLink, simScenario } from './sim.ts';

describe.each(SCENARIOS)('$id', (scenario) => {
  test('every fact holds', () => {
    expect(checkFacts(new Lab(shippedParts(), scenario))).toEqual([]);
  });

  test('the hash after a seek is the hash when that time was first passed', () => {
    const lab = new Lab(shippedParts(), scenario);
    const times = Array.from({ length: 100 }, (_, i) => Math.floor((scenario.until * ((i * 7919) % 10007)) / 10007));
    const first = new Map<number, number>();
    for (const time of [...times].sort((a, b) => a - b)) {
      lab.seek(time);
      first.set(time, lab.hash());
    }
    expect(new Set(first.values()).size).toBe(first.size);
    lab.seek(scenario.until);
    for (const time of times) {
      lab.seek(time);
      expect(lab.hash(), `at ${time}`).toBe(first.get(time));
    }
  });

  test('flipping any one byte of the state changes the hash', () => {
    const lab = new Lab(shippedParts(), scenario);
    lab.seek(scenario.openAt);
    const { memory } = lab.machine;
    const before = lab.hash();
    const used = memory.regions();
    const total = used.reduce((sum, { from, to }) => sum + to - from, 0);
    const addressOf = (n: number): number => {
      let rest = n;
      for (const { from, to } of used) {
        if (rest < to - from) return from + rest;
        rest -= to - from;
      }
      return expect.fail('beyond the used bytes');
    };
    fc.assert(
      fc.property(fc.noBias(fc.nat(total - 1)), fc.integer({ min: 1, max: 255 }), (n, flip) => {
        const address = addressOf(n);
        memory.u8[address] ^= flip;
        const after = lab.hash();
        memory.u8[address] ^= flip;
        return after !== before;
      }),
      { numRuns: runs(300, 20_000) },
    );
    expect(lab.hash()).toBe(before);
  });

  test('stepping by instructions and back changes nothing', () => {
    const lab = new Lab(shippedParts(), scenario);
    lab.seek(scenario.until);
    const end = lab.hash();
    lab.seek(scenario.openAt);
    const here = lab.hash();
    for (let i = 0; i < 60; i++) lab.stepInstruction(1);
    for (let i = 0; i < 60; i++) lab.stepInstruction(-1);
    lab.seek(scenario.openAt);
    expect(lab.hash()).toBe(here);
    lab.seek(scenario.until);
    expect(lab.hash()).toBe(end);
  });
});

test('Reno in BPF gives the same window series as the built-in, instruction by instruction', () => {
  const series = (cc: string) => {
    const scenario = simScenario({ cc, link: parseLink('10mbit,20ms,50'), flows: 2, seconds: 10, seed: 3 });
    const lab = new Lab(shippedParts(), scenario);
    lab.seek(scenario.until);
    const rows = lab.history.series.map(({ map: _, ...rest }) => rest);
    return { rows, insns: lab.hot().executedInsns };
  };
  const native = series('reno');
  const bpf = series('bpf_reno');
  expect(bpf.rows).toEqual(native.rows);
  expect(native.insns).toBe(0);
  expect(bpf.insns).toBeGreaterThan(1000);
  expect(native.rows[0].cwnd.length).toBeGreaterThan(200);
});
