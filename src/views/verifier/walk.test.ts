import { expect, test } from 'vitest';
import type { VerifiedProgram } from '../../engine/index.ts';
import { madeAt, outcomeOf, usedAt, valuesAt, visitsOf } from './walk.ts';

const visit = (slot: number, path: number, known: Readonly<Record<string, string>>) => ({
  slot,
  path,
  state: '',
  known: Object.entries(known),
});

/** r2 = 1; if r1 goto 3; r2 = 2 and on path 1 from the jump: exit */
const PROGRAM: VerifiedProgram = {
  from: 'verified',
  left: 0,
  name: 'p',
  member: 'm',
  ok: false,
  errno: 13,
  message: 'R0 !read_ok',
  failedSlot: 3,
  log: '',
  processed: 5,
  lines: [0, 1, 2, 3],
  insns: ['r2 = 1', 'if r1 == 0 goto +1', 'r2 = 2', 'exit'],
  visits: [
    visit(0, 0, { R1: 'ctx()', R10: 'fp0' }),
    visit(1, 0, { R1: 'ctx()', R2: '1', R10: 'fp0' }),
    visit(2, 0, { R1: 'ctx()', R2: '1', R10: 'fp0' }),
    visit(3, 0, { R1: 'ctx()', R2: '2', R10: 'fp0' }),
    visit(3, 1, { R10: 'fp0', 'fp-8': 'scalar(umax=3)', R1: '0', R2: '1' }),
  ],
  paths: [
    { parent: -1, from: -1, fork: -1, start: 0, end: 4, outcome: 'exit' },
    { parent: 0, from: 1, fork: 1, start: 4, end: 5, outcome: 'failed' },
    { parent: 1, from: 3, fork: 4, start: 5, end: 5, outcome: 'pruned' },
  ],
  prunes: [{ insn: 3, path: 2, by: 3 }],
};

test('a path begins with the visits of those that it was forked from', () => {
  expect(visitsOf(PROGRAM, 0)).toEqual([0, 1, 2, 3]);
  expect(visitsOf(PROGRAM, 1)).toEqual([0, 1, 4]);
  expect(visitsOf(PROGRAM, 2)).toEqual([0, 1, 4]);
  expect(visitsOf(PROGRAM, 9)).toEqual([]);
});

test('what an instruction changes is marked; at the end nothing follows', () => {
  const order = visitsOf(PROGRAM, 0);
  expect(valuesAt(PROGRAM, order, 0).filter(({ changed }) => changed)).toEqual([
    { name: 'R2', before: null, after: '1', changed: true },
  ]);
  expect(valuesAt(PROGRAM, order, 3).some(({ changed }) => changed)).toBe(false);
  expect(valuesAt(PROGRAM, visitsOf(PROGRAM, 1), 2).map(({ name }) => name)).toEqual(['R1', 'R2', 'R10', 'fp-8']);
});

test('a value leads to where it was made and where it is used next', () => {
  const order = visitsOf(PROGRAM, 0);
  expect([madeAt(PROGRAM, order, 3, 'R2'), madeAt(PROGRAM, order, 1, 'R2'), madeAt(PROGRAM, order, 3, 'R1')]).toEqual([
    2,
    0,
    null,
  ]);
  expect([usedAt(PROGRAM, order, 1, 'R1'), usedAt(PROGRAM, order, 2, 'R1'), usedAt(PROGRAM, order, 0, 'fp-8')]).toEqual(
    [1, null, null],
  );
});

test('outcomes are told in words', () => {
  expect([0, 1, 2].map((path) => outcomeOf(PROGRAM, path))).toEqual([
    'reaches exit',
    'is refused',
    'ends at 3: a state that was followed from 3 on covers it',
  ]);
});
