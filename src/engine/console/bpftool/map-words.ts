/* Reads the key, value and flags of an element from bpftool's arguments. */
import { own } from '../../base/own.ts';
import { heldBy } from '../../kernel/maps/slots.ts';
import type { Bpftool } from './context.ts';
import { findOne } from './find.ts';
import type { MapInfo } from './map-info.ts';

/** A number as strtoul reads it, by base; in base 0 the prefixes 0x and 0 decide. */
const NUMBER_OF_BASE = { 0: /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/, 16: /^(0[xX])?[0-9a-fA-F]+$/ } as const;
const ULONG_MAX = 2n ** 64n - 1n;

/** The low byte of a number, which is all that parse_bytes keeps; null for text that is no number. */
function byteOf(text: string, base: 0 | 16): number | null {
  if (!NUMBER_OF_BASE[base].test(text)) return null;
  const hex = /^0x/i.test(text) ? text.slice(2) : base === 16 ? text : null;
  const value = hex !== null ? BigInt(`0x${hex}`) : BigInt(/^0\d/.test(text) ? `0o${text.slice(1)}` : text);
  return Number((value > ULONG_MAX ? ULONG_MAX : value) & 0xffn);
}

/** `key 0 0 0 0`, `key hex 0a 0b`: parses exactly `size` bytes (parse_bytes of bpftool's map.c). */
function bytesOf(tool: Bpftool, what: 'key' | 'value', size: number): Uint8Array {
  let base: 0 | 16 = 0;
  if (tool.is('hex')) {
    tool.next();
    base = 16;
  }
  const bytes: number[] = [];
  while (bytes.length < size && tool.left > 0) {
    const text = tool.peek() ?? '';
    const value = byteOf(text, base);
    if (value === null) return tool.fail(`error parsing byte: ${text}`);
    bytes.push(value);
    tool.next();
  }
  if (bytes.length !== size) return tool.fail(`${what} expected ${size} bytes got ${bytes.length}`);
  return Uint8Array.from(bytes);
}

/** Parses a value; for maps of maps and of programs it names an object, whose fd is the value. */
function valueOf(tool: Bpftool, { type, valueSize }: MapInfo): Uint8Array {
  const held = heldBy(type);
  if (held === null) return bytesOf(tool, 'value', valueSize);
  if (valueSize !== 4) return tool.fail(`value smaller than 4B for map ${held === 'map' ? 'in map' : 'of progs'}?`);
  if (tool.left === 0) return tool.fail(`not enough value arguments for map ${held === 'map' ? 'in map' : 'of progs'}`);
  return new Uint8Array(Int32Array.of(findOne(tool, held)).buffer);
}

/** Parses the words after MAP: those of key, value and flags that the command takes. */
export function element(tool: Bpftool, info: MapInfo, wanted: readonly ('key' | 'value')[]) {
  const out: { key: Uint8Array | null; value: Uint8Array | null; flags: number } = { key: null, value: null, flags: 0 };
  const FLAGS: Readonly<Record<string, number>> = { any: 0, noexist: 1, exist: 2 };
  while (tool.left > 0) {
    const word = tool.next() ?? '';
    const flags = own(FLAGS, word);
    if (word === 'key' && wanted.includes('key')) out.key = bytesOf(tool, 'key', info.keySize);
    else if (word === 'value' && wanted.includes('value')) out.value = valueOf(tool, info);
    else if (wanted.includes('value') && flags !== undefined) out.flags = flags;
    else return tool.fail(`expected key or value, got: ${word}`);
  }
  return out;
}
