/* "Did you mean": the nearest name by edits (insert, delete, replace, swap of neighbours). */

const MAX_NAME = 64;

function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2] + 1);
      row.push(best);
    }
    before = above;
    above = row;
  }
  return above[b.length];
}

/**
 * The nearest candidate that differs in at most a third of the name's letters, the first of equally near ones; null
 * when none is that near.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  if (name.length > MAX_NAME) return null;
  let limit = Math.max(1, Math.floor(name.length / 3));
  let found: string | null = null;
  for (const candidate of candidates) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase(), limit);
    if (d > limit) continue;
    found = candidate;
    limit = d - 1;
    if (limit < 0) break;
  }
  return found;
}
