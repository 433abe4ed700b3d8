/* Ranks titles by a few typed letters. */

const wordsOf = (text: string): string[] => text.split(/[^\p{L}\p{N}_.+-]+/u).filter((word) => word !== '');

/** Distance when each typed word begins a word of the title, in order: the number of skipped words; null otherwise. */
function beginnings(title: string, query: string): number | null {
  const words = wordsOf(title);
  let at = 0;
  let before = 0;
  for (const typed of wordsOf(query)) {
    const found = words.findIndex((word, i) => i >= at && word.startsWith(typed));
    if (found < 0) return null;
    before += found - at;
    at = found + 1;
  }
  return before;
}

/** Distance of a title, smaller is better; null when the letters do not occur in this order. */
function distance(title: string, query: string): number | null {
  const at = title.indexOf(query);
  if (at >= 0 && (at === 0 || title[at - 1] === ' ')) return at;
  const words = beginnings(title, query);
  if (words !== null) return 50 + words;
  if (at >= 0) return 100 + at;
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

/** Matching items, best first; all in their own order for an empty query. */
export function rank<T>(items: readonly T[], query: string, titleOf: (item: T) => string): T[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [...items];
  return items
    .map((item) => ({ item, far: distance(titleOf(item).toLowerCase(), wanted) }))
    .filter((entry): entry is { item: T; far: number } => entry.far !== null)
    .sort((a, b) => a.far - b.far)
    .map(({ item }) => item);
}
