/*
 * Maps lines of one text to lines of another: a longest common subsequence of equal lines. Breakpoints and the current
 * line belong to the machine's text, while the editor may show a newer one.
 */

import { commonRows } from '../../views/common-rows.ts';

type LineMap = readonly (number | null)[];

/** Cached, because every breakpoint asks for the same two texts, in either direction. */
const MOST_KNOWN = 4;
let known: readonly { readonly from: string; readonly to: string; readonly map: LineMap }[] = [];

/** For each line of `from` its line in `to`, or null. */
export function lineMap(from: string, to: string): LineMap {
  const last = known.find((one) => one.from === from && one.to === to);
  if (last) return last.map;
  const map = mapLines(from, to);
  known = [{ from, to, map }, ...known].slice(0, MOST_KNOWN);
  return map;
}

function mapLines(from: string, to: string): LineMap {
  const a = from.split('\n');
  const b = to.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const middle = matchLines(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return a.map((_, line) => {
    if (line < head) return line;
    if (line >= a.length - tail) return line - a.length + b.length;
    const found = middle[line - head] ?? null;
    return found === null ? null : found + head;
  });
}

/** Largest table; texts that differ in more lines are barely related, and the table would fill the memory. */
const MOST_CELLS = 4_000_000;

const matchLines = (a: readonly string[], b: readonly string[]): readonly (number | null)[] =>
  a.length * b.length > MOST_CELLS ? [] : commonRows(a, b);
