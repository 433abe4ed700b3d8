/*
 * Maps lines of one text to lines of another: a longest common subsequence of equal lines. Breakpoints and the current
 * line belong to the machine's text, while the editor may show a newer one.
 */

/** For each line of `from` its line in `to`, or null. */
export function lineMap(from: string, to: string): readonly (number | null)[] {
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
    const found = middle[line - head];
    return found === null ? null : found + head;
  });
}

/** Largest table; texts that differ in more lines are barely related, and the table would fill the memory. */
const MOST_CELLS = 4_000_000;

/** The longest common subsequence, by the usual table. */
function matchLines(a: readonly string[], b: readonly string[]): (number | null)[] {
  if (a.length * b.length > MOST_CELLS) return a.map(() => null);
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      longest[at] = a[i] === b[j] ? longest[at + width + 1] + 1 : Math.max(longest[at + width], longest[at + 1]);
    }
  }
  const map: (number | null)[] = a.map(() => null);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) map[i++] = j++;
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i++;
    else j++;
  }
  return map;
}
