/**
 * Mixes one word into h. The step is a bijection of h for a given word, and differs for different words, so a single
 * changed word always changes the hash.
 */
function mix(h: number, word: number): number {
  let x = Math.imul(h ^ word, 0x9e3779b1);
  x ^= x >>> 15;
  return Math.imul(x, 0x85ebca6b) | 0;
}

/** Folds words [from, to) into the hash h. */
export function mixWords(h: number, words: Uint32Array, from: number, to: number): number {
  let x = h;
  for (let i = from; i < to; i++) x = mix(x, words[i]);
  return x;
}

export function mixText(h: number, text: string): number {
  let x = mix(h, text.length);
  for (let i = 0; i < text.length; i++) x = mix(x, text.charCodeAt(i));
  return x;
}

const treeHashes = new WeakMap<object, number>();

/**
 * Hashes a tree of plain objects, maps, arrays, strings, numbers, booleans and null. Subtrees are immutable, so their
 * hashes are cached. The order of an object's keys counts.
 */
export function hashTree(value: unknown): number {
  if (typeof value !== 'object' || value === null) return mixText(7, `${typeof value}:${String(value)}`);
  const known = treeHashes.get(value);
  if (known !== undefined) return known;
  let h = Array.isArray(value) ? 11 : 13;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  for (const [key, item] of entries) {
    h = mixText(h, String(key));
    h = mix(h, hashTree(item));
  }
  treeHashes.set(value, h);
  return h;
}

/** Content key of some bytes, under which blobs are stored: 64 bits from two hash lanes, as hex. */
export function contentKey(bytes: Uint8Array): string {
  let a = 0x811c9dc5 | 0;
  let b = bytes.length | 0;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = mix(b, byte);
  }
  const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0');
  return hex(a) + hex(b);
}
