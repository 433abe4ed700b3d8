/** A file without an end is refused, by each verb that reads one. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readBytes, Usage } from './cli.ts';

test.runIf(existsSync('/dev/zero'))('a device without an end is refused, not read for ever', () => {
  expect(() => readBytes('/dev/zero')).toThrow(Usage);
  expect(() => readBytes('/dev/zero')).toThrow(/more than 64 MiB/);
});

test('an empty file and a folder', () => {
  if (existsSync('/dev/null')) expect(readBytes('/dev/null')).toHaveLength(0);
  expect(() => readBytes(import.meta.dirname)).toThrow(Usage);
});
