/* The samples: objects that clang made of our C, on the simulated network. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Lab } from '../engine/index.ts';
import { shippedParts } from './cli.ts';
import { parseLink, simScenario } from './sim.ts';

const SAMPLES = join(import.meta.dirname, '../../public/samples');
const BUILD = join(import.meta.dirname, '../../scripts/build-samples.mjs');
/** the kernel's own reno, not the sample of that name */
const BUILT_IN = 'built-in reno';
/** where a flow of simScenario begins, ns */
const BEGINS = 100_000_000;

function sim(sample: string, seconds = 30, link = '10mbit,20ms,50') {
  const cc = sample === BUILT_IN ? 'reno' : join(SAMPLES, `${sample}.bpf.o`);
  const scenario = simScenario({ cc, link: parseLink(link), flows: 1, seconds, seed: 1 });
  const lab = new Lab(shippedParts(), scenario);
  lab.seek(scenario.until);
  const counters = lab.machine.flowCounters(1);
  const goodput = (counters.bytesAcked * 8) / ((scenario.until - BEGINS) / 1e9) / 1e6;
  // the newest point of each window, in order
  const points = lab.history.series.flatMap((s) => Array.from(s.time, (time, i) => ({ time, cwnd: s.cwnd[i] })));
  const windows = points.filter(({ cwnd }, i) => i === 0 || cwnd !== points[i - 1].cwnd);
  return { lab, counters, goodput, windows };
}

/** Local maxima of the window, with seconds since the flow started. */
function lossesOf(windows: readonly { readonly time: number; readonly cwnd: number }[]) {
  return windows
    .filter(
      ({ cwnd }, i) => i > 0 && i + 1 < windows.length && windows[i + 1].cwnd < cwnd && windows[i - 1].cwnd <= cwnd,
    )
    .map(({ time, cwnd }) => ({ time: (time - windows[0].time) / 1e9, cwnd }));
}

const calm = (lab: Lab): void => {
  expect(lab.history.notes).toEqual([]);
  expect(lab.history.calls.filter(({ ret }) => ret < 0)).toEqual([]);
  expect(lab.history.messages.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
};

test('each has its object, and each object its source', () => {
  const files = readdirSync(SAMPLES);
  const names = (suffix: string): string[] =>
    files.filter((f) => f.endsWith(suffix)).map((f) => f.slice(0, -suffix.length));
  expect(names('.bpf.o')).toEqual(names('.bpf.c'));
  expect(names('.bpf.c')).toEqual(['aimd', 'cubic', 'dctcp', 'model', 'reno', 'vegas', 'watched']);
});

test('the objects equal what clang builds from the sources', (context) => {
  const { status, stderr } = spawnSync(process.execPath, [BUILD, '--check'], { encoding: 'utf8' });
  if (status === 2) return context.skip('clang 19 is not here');
  expect([status, stderr]).toEqual([0, '']);
});

/** Least and greatest goodput (Mbit/s of 10), losses, and windows between loss and loss. */
const EXPECTED: readonly (readonly [
  name: string,
  goodput: readonly [number, number],
  drops: readonly [number, number],
])[] = [
  ['reno', [9.5, 9.56], [60, 100]],
  ['dctcp', [9.5, 9.56], [60, 100]],
  ['watched', [9.5, 9.56], [60, 100]],
  ['aimd', [9.5, 9.56], [100, 220]],
  ['cubic', [9.5, 9.56], [10, 25]],
  ['vegas', [9.5, 9.56], [0, 0]],
  ['model', [9.3, 9.56], [0, 0]],
];

describe.each(EXPECTED)('%s', (name, [least, most], [fewest, greatest]) => {
  test('drives a connection', () => {
    const { lab, counters, goodput } = sim(name);
    calm(lab);
    expect(goodput).toBeGreaterThan(least);
    expect(goodput).toBeLessThan(most);
    expect(counters.drops).toBeGreaterThanOrEqual(fewest);
    expect(counters.drops).toBeLessThanOrEqual(greatest);
    expect(counters.rtos).toBe(0);
    expect(lab.hot().executedInsns).toBeGreaterThan(100_000);
  });
});

test('reno in C makes the windows that the kernel’s own makes; so does dctcp without a marked packet', () => {
  const own = sim(BUILT_IN).windows;
  expect(own.length).toBeGreaterThan(500);
  for (const name of ['reno', 'dctcp', 'watched']) expect([name, sim(name).windows]).toEqual([name, own]);
});

test('a loss costs aimd three tenths; it grows by two packets a round trip', () => {
  const { windows } = sim('aimd');
  const [first, ...losses] = lossesOf(windows);
  expect(first.cwnd).toBeGreaterThan(60);
  expect(losses.length).toBeGreaterThan(20);
  const after = windows.findLast(({ time }) => time < 20e9)?.cwnd ?? 0;
  expect(after).toBeGreaterThan(40);
});

test('cubic in C against cubic of Linux 6.12.117 on the same link: every loss, and the windows between', () => {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/s1-cubic.json'), 'utf8')) as {
    readonly begins: number;
    readonly drops: number;
    readonly goodputMbit: number;
    readonly losses: readonly (readonly [time: number, cwnd: number])[];
    readonly windows: readonly number[];
  };
  const { counters, goodput, windows } = sim('cubic', 30.1);
  expect(counters.drops).toBe(recorded.drops);
  expect(goodput).toBeCloseTo(recorded.goodputMbit, 2);
  const losses = lossesOf(windows);
  expect(losses.map(({ cwnd }) => cwnd)).toEqual(recorded.losses.map(([, cwnd]) => cwnd));
  for (const [i, [time]] of recorded.losses.entries()) {
    expect(Math.abs(losses[i].time - (time - recorded.begins))).toBeLessThan(0.06);
  }
  const ours = windows.map(({ cwnd }) => cwnd);
  expect(Math.abs(ours.length - recorded.windows.length)).toBeLessThanOrEqual(2);
});

test('vegas keeps two to four packets queued on a path that holds seventeen', () => {
  const { lab, windows } = sim('vegas');
  expect(windows.at(-1)?.cwnd).toBeGreaterThanOrEqual(19);
  expect(windows.at(-1)?.cwnd).toBeLessThanOrEqual(21);
  expect(lab.hot().queueLength).toBeLessThanOrEqual(4);
});

test('the model finds the rate of the path, and keeps twice its capacity in flight', () => {
  const { lab } = sim('model');
  const [flow] = lab.hot().flows;
  // 10 Mbit/s are 1.195 million bytes of payload a second, times three quarters to five quarters
  expect(flow.pacingRate).toBeGreaterThan(850_000);
  expect(flow.pacingRate).toBeLessThan(1_510_000);
  expect(flow.cwnd).toBeGreaterThan(30);
  expect(flow.cwnd).toBeLessThan(48);
});
