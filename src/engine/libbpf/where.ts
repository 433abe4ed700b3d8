/* Describes the place in a file at which an object cannot be read. */
import type { BinaryError } from '../base/result.ts';
import { BTF_HEADER_LENGTH } from '../btf/header.ts';
import { openElf } from '../elf/read.ts';

const NO_BITS = 8;

/** `… (section .BTF, offset 1204)`; the offset counts from the start of the file. */
export function withPlace(bytes: Uint8Array, { message, offset }: BinaryError): string {
  if (offset < 0) return message;
  if (isRawBtf(bytes)) return `${message} (${partOfBtf(bytes, offset)}, offset ${offset})`;
  const elf = openElf(bytes);
  const section = elf.ok
    ? elf.value.sections.find((s) => s.type !== NO_BITS && offset >= s.offset && offset < s.offset + s.size)
    : undefined;
  return `${message} (${section ? `section ${section.name}, ` : ''}offset ${offset})`;
}

/** Whether a file is a BTF by itself, in either byte order. */
const isRawBtf = ([a, b]: Uint8Array): boolean => (a === 0x9f && b === 0xeb) || (a === 0xeb && b === 0x9f);

/** Name of the part of a BTF that contains an offset: header, type section or string section. */
function partOfBtf(bytes: Uint8Array, offset: number): string {
  if (offset < BTF_HEADER_LENGTH || bytes.length < BTF_HEADER_LENGTH) return 'header';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return offset >= view.getUint32(4, true) + view.getUint32(16, true) ? 'string section' : 'type section';
}
