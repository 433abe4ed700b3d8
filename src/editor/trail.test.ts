import { expect, test } from 'vitest';
import type { CpuSnapshot } from '../engine/index.ts';
import { NO_TRACE, type Trace, traced } from './trail.ts';

/** Stopped before instruction `insn` of one call; r0 and pc are given, the line is that of pc. */
const stop = (insn: number, pc: number, r0: number, changed: readonly number[] = [], event = 1): CpuSnapshot => ({
  position: { event, call: 0, insn },
  progId: 1,
  progName: 'p',
  member: 'ssthresh',
  map: 'A',
  pc,
  line: pc + 10,
  text: 'p.s',
  registers: [[r0, 0], ...Array.from({ length: 10 }, () => [0, 0] as const)],
  changed,
  socket: 1,
  stack: [],
  frame: 0,
  context: 0,
  args: [],
  depth: 0,
  callers: [],
  cause: 'ack arrives',
  note: null,
});

const run = (...stops: readonly (CpuSnapshot | null)[]): Trace => stops.reduce(traced, NO_TRACE);
const shown = (trace: Trace): unknown => [...trace.hints.values()];

test('a step shows what its line did', () => {
  const trace = run(stop(0, 0, 38), stop(1, 1, 19, [0]), stop(2, 4, 19));
  expect(shown(trace)).toEqual([
    { line: 10, text: '38 → 19' },
    { line: 11, text: 'taken' },
  ]);
});

test('a step back removes the last line', () => {
  expect(shown(run(stop(0, 0, 38), stop(1, 1, 19, [0]), stop(0, 0, 38)))).toEqual([]);
});

test('another call starts a new trail, and leaving the program clears it', () => {
  expect(shown(run(stop(0, 0, 1), stop(1, 1, 2, [0]), stop(0, 0, 1, [], 2)))).toEqual([]);
  expect(run(stop(0, 0, 1), stop(1, 1, 2, [0]), null)).toEqual(NO_TRACE);
});

test('a seek over many instructions shows nothing for those between', () => {
  expect(shown(run(stop(0, 0, 1), stop(5, 5, 2, [0])))).toEqual([]);
});
