/** An unsigned number of `size` bytes at `at`, little endian; beyond 2^53 its low bits are lost. Bytes after the end are 0. */
export function readNumber(u8: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (u8[at + i] ?? 0);
  return value;
}

/** All of the bytes as one number, little endian. */
export const numberOf = (bytes: Uint8Array): number => readNumber(bytes, 0, bytes.length);

/** A word of four bytes, little endian, unsigned; bytes after the end are 0. */
export const u32At = (bytes: Uint8Array, at: number): number =>
  (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;

/** A text up to its first NUL: what C reads of it. */
export function upToNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
