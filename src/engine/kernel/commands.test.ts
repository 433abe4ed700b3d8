import { expect, test } from 'vitest';
import { COMMANDS } from './commands.ts';
import { inProfile, PROFILES } from './profiles.ts';

const tables = Object.entries(COMMANDS);

test('every step has its own text, and its own id in each profile', () => {
  for (const [command, { steps }] of tables) {
    for (const { id, source, text } of steps)
      expect(
        [id, source, text].every((t) => t.length > 1),
        command,
      ).toBe(true);
    for (const profile of Object.values(PROFILES)) {
      const ids = steps.filter((step) => inProfile(step, profile)).map(({ id }) => id);
      expect(new Set(ids).size, `${command} in ${profile.name}`).toBe(ids.length);
    }
  }
});

test('commands have different numbers', () => {
  expect(new Set(tables.map(([, { number }]) => number)).size).toBe(tables.length);
});
