/** Files that people may drop but that cannot be opened: each is recognised by its content. */
import { expect, test } from 'vitest';
import { createBtfWriter, intType } from '../btf/write.ts';
import { knownKind } from './file-kinds.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)));
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

test.each([
  ['ar', bytes('!<arch>\n', zeros(60)), /archive of objects.*ar x/],
  ['zip', bytes('PK', [3, 4], zeros(30)), /zip archive.*unzip/],
  ['gzip', bytes([0x1f, 0x8b, 8], zeros(30)), /compressed.*tar xf/],
  ['zstd', bytes([0x28, 0xb5, 0x2f, 0xfd], zeros(9)), /compressed/],
  ['tar', bytes(zeros(257), 'ustar', zeros(250)), /tar archive/],
  ['pcap', bytes([0xd4, 0xc3, 0xb2, 0xa1], zeros(20)), /capture of packets/],
  ['pcapng', bytes([0x0a, 0x0d, 0x0d, 0x0a], zeros(20)), /capture of packets/],
  ['bitcode', bytes('BC', [0xc0, 0xde]), /LLVM bitcode.*llc/],
  ['vmlinux', bytes([0x7f], 'ELF', [2, 1, 1], zeros(9), [2, 0, 62, 0], zeros(44)), /kernel image.*objcopy/],
  ['UTF-16LE', bytes([...'r0 = 0\r\nexit\r\n'].flatMap((c) => [c.charCodeAt(0), 0])), /UTF-16.*iconv/],
  ['UTF-16BE', bytes([...'; mine\nexit'].flatMap((c) => [0, c.charCodeAt(0)])), /UTF-16.*iconv/],
  ['bzImage', bytes(zeros(514), 'HdrS', zeros(50)), /compressed kernel image/],
])('%s', (name, file, said) => {
  const known = knownKind(name, file);
  expect(`${known?.title}: ${known?.detail}`).toMatch(said);
  expect(known?.title.startsWith(name)).toBe(true);
});

test('files that can be opened are not among the refused kinds', () => {
  const writer = createBtfWriter();
  writer.add(intType('int', 4));
  const object = bytes([0x7f], 'ELF', [2, 1, 1], zeros(9), [1, 0, 247, 0], zeros(44));
  for (const file of [object, writer.finish(), bytes('r0 = 0\nexit\n'), bytes(), bytes(zeros(80))])
    expect(knownKind('x', file)).toBeNull();
});
