import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { V6_12 } from '../kernel/profiles.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { replay, replayable, type Recording } from './replay.ts';

const FIXTURES = join(import.meta.dirname, 'replay/fixtures');
const load = (kernel: string, id: string): Recording =>
  JSON.parse(readFileSync(join(FIXTURES, kernel, `${id}.json`), 'utf8')) as Recording;

const recorded = readdirSync(join(FIXTURES, '6.12'))
  .map((name) => name.replace('.json', ''))
  .filter((id) => replayable.includes(id));

test.each(recorded)('6.12 %s: every answer is the recorded one', (id) => {
  const done = replay(load('6.12', id), shippedBtf(), V6_12);
  expect(done?.mismatches).toEqual([]);
  expect(done?.steps).toBeGreaterThan(10);
});

test('a wrong answer is found, in a return value and in a dump', () => {
  const recording = load('6.12', 'b3-states');
  const steps = recording.steps.map((step) => {
    if (step.n === 10) return { ...step, errno: 'EBUSY' };
    return step.n === 13 ? { ...step, outputs: { refcnt: 2 } } : step;
  });
  const done = replay({ ...recording, steps }, shippedBtf(), V6_12);
  expect(done?.mismatches.map(({ n }) => n)).toEqual([10, 13]);
});
