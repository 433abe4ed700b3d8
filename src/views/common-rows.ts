/**
 * Pairs the rows that two lists have in common: gives the index in `b` for each row of `a`, or null. Pairs keep the order of both lists,
 * and there are as many as possible (the longest common subsequence, by the usual table). Time and memory grow with `a.length * b.length`;
 * both are shorter than 65,536.
 */
export function commonRows(a: readonly string[], b: readonly string[]): (number | null)[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const length = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
  const fellows: (number | null)[] = a.map(() => null);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) fellows[i++] = j++;
    else if (length(i + 1, j) >= length(i, j + 1)) i++;
    else j++;
  }
  return fellows;
}
