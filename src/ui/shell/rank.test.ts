import { expect, test } from 'vitest';
import { rank } from './rank.ts';

const titles = ['Light or dark', 'Play or pause', 'Next state', 'Previous state', 'Show the state machine'];
const ranked = (query: string) => rank(titles, query, (title) => title);

test('whole words come before parts, parts before scattered letters', () => {
  expect(ranked('state')[0]).toBe('Next state');
  expect(ranked('pause')).toEqual(['Play or pause']);
  expect(ranked('nxst')).toEqual(['Next state']);
});

test('nothing typed shows everything', () => {
  expect(ranked(' ')).toEqual(titles);
});
