/** Formats that would use too much memory, or whose fields do not match their arguments, are refused before a run. */
import { expect, test } from 'vitest';
import { parseQuery } from './query.ts';

const query = (print: string): string => `cwnd:* { printf(${print}); }`;

test.each([
  ['"%99999999d", cwnd', /fields of 99999999 columns.*at most 1000/],
  ['"%-600d %600d", cwnd, cwnd', /1200 columns/],
  ['"%d %d", cwnd', /2 fields, and 1 arguments/],
  ['"%%", cwnd', /0 fields, and 1 arguments/],
])('%s', (print, problem) => expect(() => parseQuery(query(print))).toThrow(problem));

test('pairs of conversions and arguments that match', () => {
  expect(parseQuery(query('"%5d %-5s%%", cwnd, cwnd')).style).toBe('trace');
});
