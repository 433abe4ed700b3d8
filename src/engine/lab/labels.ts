/* Assigns letters to struct_ops maps and numbers to links, each only once. */
import type { MapLetter } from './commands.ts';

const LETTERS = 26;

/** A to Z, then AA, AB and so on. */
function letterAt(index: number): MapLetter {
  const last = String.fromCharCode(65 + (index % LETTERS));
  return index < LETTERS ? last : letterAt(Math.floor(index / LETTERS) - 1) + last;
}

/** The first letter that is not taken. */
export function freeLetter(taken: readonly MapLetter[]): MapLetter {
  const known = new Set(taken);
  let index = 0;
  while (known.has(letterAt(index))) index++;
  return letterAt(index);
}

/** One more than the highest number ever given. */
export const nextLink = (taken: Iterable<number>): number => Math.max(0, ...taken) + 1;
