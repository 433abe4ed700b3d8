/** Typing in a long text is not held up by a check at each letter. */
import { expect, test } from 'vitest';
import { pauseBefore } from './pause.ts';

/** Number of checks, each of `took` ms, while letters are typed `between` ms apart. */
function checks(took: number, between: number, letters: number): number {
  return between >= pauseBefore(took) ? letters : 1;
}

test('a short text is checked between two letters; one of 10,000 lines after the typing', () => {
  expect(checks(5, 220, 30)).toBe(30);
  expect(checks(80, 220, 30)).toBe(1);
});

test('the check of any text comes within a second and a half', () => {
  expect(pauseBefore(0)).toBe(200);
  expect(pauseBefore(5000)).toBe(1500);
});
