import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { V6_1, V6_12 } from '../kernel/profiles.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { replay, type Recording, replayable } from './replay.ts';

const FIXTURES = join(import.meta.dirname, 'replay/fixtures');
const PROFILES = { '6.1': V6_1, '6.12': V6_12 } as const;
type KernelName = keyof typeof PROFILES;

const load = (kernel: string, id: string): Recording =>
  JSON.parse(readFileSync(join(FIXTURES, kernel, `${id}.json`), 'utf8')) as Recording;

const recorded = (Object.keys(PROFILES) as KernelName[]).flatMap((kernel) =>
  readdirSync(join(FIXTURES, kernel))
    .map((name) => ({ kernel, id: name.replace('.json', '') }))
    .filter(({ id }) => replayable.includes(id)),
);

test.each(recorded)('$kernel $id: every answer is the recorded one', ({ kernel, id }) => {
  const recording = load(kernel, id);
  const done = replay(recording, shippedBtf(`v${kernel}`), PROFILES[kernel]);
  expect(done?.mismatches).toEqual([]);
  expect((done?.steps ?? 0) + (done?.skipped.length ?? 0)).toBe(
    recording.steps.filter(({ op }) => op !== 'note').length,
  );
});

test('a wrong result is found, in a return value and in a dump', () => {
  const recording = load('6.12', 'b3-states');
  const steps = recording.steps.map((step) => {
    if (step.n === 10) return { ...step, errno: 'EBUSY' };
    return step.n === 13 ? { ...step, outputs: { refcnt: 2 } } : step;
  });
  const done = replay({ ...recording, steps }, shippedBtf(), V6_12);
  expect(done?.mismatches.map(({ n }) => n)).toEqual([10, 13]);
});
