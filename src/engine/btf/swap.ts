/*
 * Swaps the byte order of a BTF: header and types are 32-bit words, except the first four bytes (libbpf's btf_bswap).
 */
import { BTF_MAGIC } from './header.ts';

const FIRST_WORD = 4;

/** Converts the bytes to little endian; returns them unchanged when they are little endian already or no BTF. */
export function nativeBtf(bytes: Uint8Array): Uint8Array {
  const given = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24 || given.getUint16(0, false) !== BTF_MAGIC) return bytes;
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  view.setUint16(0, BTF_MAGIC, true);
  const headerLength = Math.min(given.getUint32(4, false), bytes.length);
  const swap = (from: number, to: number): void => {
    for (let at = from; at + 4 <= Math.min(to, bytes.length); at += 4)
      view.setUint32(at, given.getUint32(at, false), true);
  };
  swap(FIRST_WORD, headerLength);
  const typesAt = headerLength + given.getUint32(8, false);
  swap(typesAt, typesAt + given.getUint32(12, false));
  return out;
}
