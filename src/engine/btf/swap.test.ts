/** Reads BTF of the other byte order, and split BTF over its base. */
import { expect, test } from 'vitest';
import { dumpRaw } from './dump-raw.ts';
import { openBtf, openSplitBtf } from './read.ts';
import { nativeBtf } from './swap.ts';
import { shippedBytes } from './testing/kernels.ts';
import { createBtfWriter, intType } from './write.ts';

/** Swaps the bytes of 32-bit words, except for the magic, the version and the flags. */
function swapped(bytes: Uint8Array): Uint8Array {
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = bytes.slice();
  const to = new DataView(out.buffer);
  to.setUint16(0, from.getUint16(0, true), false);
  const header = from.getUint32(4, true);
  for (let at = 4; at < header; at += 4) to.setUint32(at, from.getUint32(at, true), false);
  const types = header + from.getUint32(8, true);
  for (let at = types; at < types + from.getUint32(12, true); at += 4)
    to.setUint32(at, from.getUint32(at, true), false);
  return out;
}

test('a kernel’s types survive swapping twice', () => {
  const bytes = shippedBytes('v6.12.btf');
  expect(nativeBtf(swapped(bytes))).toEqual(bytes);
  expect(nativeBtf(bytes)).toBe(bytes);
});

test('truncated bytes stay truncated', () => {
  const bytes = swapped(shippedBytes('v6.12.btf'));
  for (const length of [0, 3, 23, 24, 25, 1000]) expect(nativeBtf(bytes.slice(0, length)).length).toBe(length);
});

test('a split BTF over its base', () => {
  const below = createBtfWriter();
  below.add(intType('int', 4));
  const base = openBtf(below.finish());
  if (!base.ok) throw new Error(base.error.message);
  const above = createBtfWriter(base.value);
  above.add(intType('long', 8));
  const bytes = above.finish();
  const opened = openSplitBtf(nativeBtf(swapped(bytes)), base.value);
  expect(opened.ok && dumpRaw(opened.value)).toBe("[2] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=(none)\n");
});
