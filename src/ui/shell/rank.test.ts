import { expect, test } from 'vitest';
import { rank } from './rank.ts';

const titles = ['Light or dark', 'Play or pause', 'Next state', 'Previous state', 'Show the state machine'];
const ranked = (query: string) => rank(titles, query, (title) => title);

test('whole words rank before parts, parts before scattered letters', () => {
  expect(ranked('state')[0]).toBe('Next state');
  expect(ranked('pause')).toEqual(['Play or pause']);
  expect(ranked('nxst')).toEqual(['Next state']);
});

test('an empty query shows everything', () => {
  expect(ranked(' ')).toEqual(titles);
});

test('beginnings of words find their title', () => {
  const all = [
    'Restart with this text',
    'Register this text as a new map',
    'Kernel v6.12: recorded',
    'Show the ledger',
  ];
  const first = (query: string) => rank(all, query, (title) => title)[0];
  expect(first('reg new')).toBe('Register this text as a new map');
  expect(first('re w th')).toBe('Restart with this text');
  expect(first('sh led')).toBe('Show the ledger');
});
