/** Whether two plain values are equal: numbers, text, lists and objects of them. `except`: a key of `a` and `b` that may differ. */
export function sameValue(a: unknown, b: unknown, except?: string): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameValue(one, b[i]));
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  let count = 0;
  for (const key in left) {
    if (!(key in right) || (key !== except && !sameValue(left[key], right[key]))) return false;
    count++;
  }
  for (const _ in right) count--;
  return count === 0;
}
