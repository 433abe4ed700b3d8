/** An unsigned number of `size` bytes at `at`, little endian; beyond 2^53 its low bits are lost. Bytes after the end are 0. */
export function readNumber(u8: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (u8[at + i] ?? 0);
  return value;
}

/** A text up to its first NUL: what C reads of it. */
export function upToNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
