/* Names are byte ranges of the string section; text is made only on request. */
import type { BtfSections } from './header.ts';

export interface StringSection {
  /** bytes of all strings up to this section's end, the base's included for split BTF */
  readonly length: number;
  /** text at a name offset; empty for an offset that lies outside */
  text(offset: number): string;
  /** the byte at a name offset plus i; 0 outside */
  byte(offset: number, i: number): number;
  /** FNV-1a of the bytes at a name offset, at most `limit` of them, from `seed` */
  hash(offset: number, limit: number, seed: number): number;
  /** the section's own strings one after another, each ended by a NUL, a character a byte */
  whole(): string;
}

export function openStrings(bytes: Uint8Array, sections: BtfSections, base?: StringSection): StringSection {
  const { strStart, strEnd } = sections;
  const baseLength = base?.length ?? 0;
  const own = strStart - baseLength;
  let decoded: SectionText | null = null;
  const section = () => (decoded ??= decodeSection(bytes.subarray(strStart, strEnd)));
  return {
    length: baseLength + strEnd - strStart,
    text(offset) {
      if (base && offset < baseLength) return base.text(offset);
      return textAt(section(), offset - baseLength);
    },
    byte(offset, i) {
      if (base && offset < baseLength) return base.byte(offset, i);
      const at = own + offset + i;
      return at < strEnd ? (bytes[at] ?? 0) : 0;
    },
    hash(offset, limit, seed) {
      if (base && offset < baseLength) return base.hash(offset, limit, seed);
      const start = own + offset;
      return hashBytes(bytes, start, Math.min(start + limit, strEnd), seed);
    },
    whole: () => section().text,
  };
}

/** Hashes bytes up to the first NUL or the end (FNV-1a). */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let h = 0x811c9dc5 ^ seed;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) break;
    h = Math.imul(h ^ byte, 0x01000193);
  }
  return h ^ (h >>> 15);
}

/** The section as one string, a character a byte: names are slices of it, made without copying. */
interface SectionText {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** no byte above 0x7f, so that bytes are characters */
  readonly ascii: boolean;
}

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();

function decodeSection(bytes: Uint8Array): SectionText {
  let high = 0;
  for (let i = 0; i < bytes.length; i++) high |= bytes[i] ?? 0;
  return { bytes, text: latin1.decode(bytes), ascii: high < 0x80 };
}

function textAt({ bytes, text, ascii }: SectionText, offset: number): string {
  if (offset >= text.length) return '';
  const found = text.indexOf('\0', offset);
  const end = found < 0 ? text.length : found;
  return ascii ? text.slice(offset, end) : utf8.decode(bytes.subarray(offset, end));
}
