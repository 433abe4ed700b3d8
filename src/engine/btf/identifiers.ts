/* Names that the kernel lets a BTF have (__btf_name_valid() in kernel/bpf/btf.c); its ctype table is Latin-1. */
import type { StringSection } from './strings.ts';

/** KSYM_NAME_LEN */
const MAX_NAME = 512;

const isUnderscore = (c: number): boolean => c === 0x5f || c === 0x2e;
const isAscii = (c: number): boolean => (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
const isLatin1 = (c: number): boolean => c >= 0xc0 && c !== 0xd7 && c !== 0xf7;
const isLetter = (c: number): boolean => isUnderscore(c) || isAscii(c) || isLatin1(c);
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isPrintable = (c: number): boolean => (c >= 0x20 && c < 0x7f) || c >= 0xa0;

/** Letters, digits, `_` and `.`, no digit in front, ended within the longest name. */
export function isIdentifier(strings: StringSection, offset: number): boolean {
  return isLetter(strings.byte(offset, 0)) && consistsOf(strings, offset, (c) => isLetter(c) || isDigit(c));
}

export function isSectionName(strings: StringSection, offset: number): boolean {
  return strings.byte(offset, 0) !== 0 && consistsOf(strings, offset, isPrintable);
}

function consistsOf(strings: StringSection, offset: number, allowed: (c: number) => boolean): boolean {
  for (let i = 0; i < MAX_NAME; i++) {
    const c = strings.byte(offset, i);
    if (c === 0) return true;
    if (!allowed(c)) return false;
  }
  return strings.byte(offset, MAX_NAME) === 0;
}
