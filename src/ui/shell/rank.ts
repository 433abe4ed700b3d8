/* Which of many titles a few typed letters mean. */

/** Smaller is better; null where the letters do not occur in this order. */
function distance(title: string, query: string): number | null {
  const at = title.indexOf(query);
  if (at >= 0) return at === 0 || title[at - 1] === ' ' ? at : 100 + at;
  let from = 0;
  let gaps = 0;
  for (const letter of query) {
    const found = title.indexOf(letter, from);
    if (found < 0) return null;
    gaps += found - from;
    from = found + 1;
  }
  return 1000 + gaps;
}

/** Those that match, best first; all in their own order for an empty query. */
export function rank<T>(items: readonly T[], query: string, titleOf: (item: T) => string): T[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [...items];
  return items
    .map((item) => ({ item, far: distance(titleOf(item).toLowerCase(), wanted) }))
    .filter((entry): entry is { item: T; far: number } => entry.far !== null)
    .sort((a, b) => a.far - b.far)
    .map(({ item }) => item);
}
