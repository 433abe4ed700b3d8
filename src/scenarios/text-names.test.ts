import { expect, test } from 'vitest';
import { ALL_SCENARIOS } from './all.ts';
import { EXAMPLE_TEXTS } from './text-names.ts';

test('the names of all texts of the scenarios', () => {
  const used = new Set(ALL_SCENARIOS.flatMap(({ texts }) => Object.keys(texts)));
  expect([...EXAMPLE_TEXTS].toSorted()).toEqual([...used].toSorted());
});
