/* Names are byte ranges of the string section; text is made only when somebody asks. */
import type { BtfSections } from './header.ts';

export interface StringSection {
  /** bytes of all strings up to this section's end, the base's included for split BTF */
  readonly length: number;
  /** text at a name offset; empty for an offset that lies outside */
  text(offset: number): string;
  /** the byte at a name offset plus i; 0 outside */
  byte(offset: number, i: number): number;
}

export function openStrings(bytes: Uint8Array, sections: BtfSections, base?: StringSection): StringSection {
  const { strStart, strEnd } = sections;
  const baseLength = base?.length ?? 0;
  const own = strStart - baseLength;
  return {
    length: baseLength + strEnd - strStart,
    text: (offset) => (base && offset < baseLength ? base.text(offset) : readText(bytes, own + offset, strEnd)),
    byte(offset, i) {
      if (base && offset < baseLength) return base.byte(offset, i);
      const at = own + offset + i;
      return at < strEnd ? bytes[at] : 0;
    },
  };
}

const utf8 = new TextDecoder();

function readText(bytes: Uint8Array, start: number, limit: number): string {
  let text = '';
  for (let at = start; at < limit && bytes[at] !== 0; at++) {
    if (bytes[at] >= 0x80) return utf8.decode(bytes.subarray(start, endOfString(bytes, at, limit)));
    text += String.fromCharCode(bytes[at]);
  }
  return text;
}

function endOfString(bytes: Uint8Array, from: number, limit: number): number {
  const end = bytes.indexOf(0, from);
  return end < 0 || end > limit ? limit : end;
}
