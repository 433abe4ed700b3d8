import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runIsaRecording } from './isa.ts';

const ORACLE = join(import.meta.dirname, '../../../../shared/oracle/isa');

describe.each(['interpreted', 'compiled'] as const)('%s', (engine) => {
  test('programs give what a 6.12 kernel computed', () => {
    const text = readFileSync(join(import.meta.dirname, 'fixtures', 'isa-6.12.json'), 'utf8');
    const { lines, cases } = runIsaRecording(text, engine);
    expect(lines.slice(-5)).toEqual([`${cases} cases, 0 mismatches`]);
    expect(cases).toBeGreaterThan(2500);
  });

  test('a file that is not a recording is reported', () => {
    for (const text of ['', '{}', 'null', '{"records":[{"id":"x","insns":[1],"verdict":"accept"}]}']) {
      expect(runIsaRecording(text, engine).lines).toEqual(['not a recording']);
    }
  });

  test.skipIf(!existsSync(ORACLE)).each(['6.1', '6.12'])(
    'all recorded cases of %s, where the recordings are',
    (version) => {
      const { lines, cases } = runIsaRecording(readFileSync(join(ORACLE, version, 'isa-jit.json'), 'utf8'), engine);
      expect(lines.slice(-5)).toEqual([`${cases} cases, 0 mismatches`]);
    },
  );
});
