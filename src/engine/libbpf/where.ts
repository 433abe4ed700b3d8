/* Where in a file an object is not readable, in words. */
import type { BinaryError } from '../base/result.ts';
import { openElf } from '../elf/read.ts';

const NO_BITS = 8;

/** `… (section .BTF, offset 1204)`; the offset counts from the start of the file. */
export function withPlace(bytes: Uint8Array, { message, offset }: BinaryError): string {
  if (offset < 0) return message;
  const elf = openElf(bytes);
  const section = elf.ok
    ? elf.value.sections.find((s) => s.type !== NO_BITS && offset >= s.offset && offset < s.offset + s.size)
    : undefined;
  return `${message} (${section ? `section ${section.name}, ` : ''}offset ${offset})`;
}
