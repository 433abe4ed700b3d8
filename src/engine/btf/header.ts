/*
 * The 24 bytes in front, and the two sections that they describe. Checks and messages follow btf_parse_hdr(),
 * btf_check_sec_info() and btf_parse_str_sec() of the kernel's kernel/bpf/btf.c.
 */
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';

export const BTF_MAGIC = 0xeb9f;
export const BTF_HEADER_LENGTH = 24;
const MAX_STRING_OFFSET = 0xffffff;

/** Where the two sections lie: byte offsets from the start of the blob. */
export interface BtfSections {
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly strStart: number;
  readonly strEnd: number;
}

/** Sections of a BTF blob. `split`: the blob adds to another one, so that it may lack types and strings of its own. */
export function readHeader(view: DataView, split: boolean): Result<BtfSections> {
  const length = view.byteLength;
  if (length < 8) return err('hdr_len not found', 0);
  const magic = view.getUint16(0, true);
  if (magic === 0x9feb) return err('Big-endian BTF is not supported', 0);
  if (magic !== BTF_MAGIC) return err('Invalid magic', 0);
  const headerLength = view.getUint32(4, true);
  if (headerLength < BTF_HEADER_LENGTH || length < headerLength) return err('btf_header not found', 4);
  for (let at = BTF_HEADER_LENGTH; at < headerLength; at++) {
    if (view.getUint8(at) !== 0) return err('Unsupported btf_header', at);
  }
  if (view.getUint8(2) !== 1) return err('Unsupported version', 2);
  if (view.getUint8(3) !== 0) return err('Unsupported flags', 3);
  if (length === headerLength && !split) return err('No data', headerLength);
  return readSections(view, headerLength, split);
}

function readSections(view: DataView, headerLength: number, split: boolean): Result<BtfSections> {
  const [typeOff, typeLength, strOff, strLength] = [8, 12, 16, 20].map((at) => view.getUint32(at, true));
  const room = view.byteLength - headerLength;
  const inOrder = [
    { off: typeOff, length: typeLength, at: 8 },
    { off: strOff, length: strLength, at: 16 },
  ].sort((a, b) => a.off - b.off);
  let total = 0;
  for (const section of inOrder) {
    if (room < section.off) return err('Invalid section offset', section.at);
    if (total < section.off) return err('Unsupported section found', section.at);
    if (total > section.off) return err('Section overlap found', section.at);
    if (room - total < section.length) return err('Total section length too long', section.at + 4);
    total += section.length;
  }
  if (room !== total) return err('Unsupported section found', headerLength + total);
  const sections = {
    typeStart: headerLength + typeOff,
    typeEnd: headerLength + typeOff + typeLength,
    strStart: headerLength + strOff,
    strEnd: headerLength + strOff + strLength,
  };
  return checkSections(view, sections, split);
}

function checkSections(view: DataView, sections: BtfSections, split: boolean): Result<BtfSections> {
  const { typeStart, typeEnd, strStart, strEnd } = sections;
  if (strEnd !== view.byteLength) return err('String section is not at the end', 16);
  const strLength = strEnd - strStart;
  if (strLength === 0 ? !split : !stringsAreFramed(view, strStart, strEnd, split)) {
    return err('Invalid string section', strStart);
  }
  if (((typeStart - view.getUint32(4, true)) & 3) !== 0) return err('Unaligned type_off', 8);
  if (typeStart === typeEnd && !split) return err('No type found', 12);
  return ok(sections);
}

function stringsAreFramed(view: DataView, start: number, end: number, split: boolean): boolean {
  if (end - start - 1 > MAX_STRING_OFFSET) return false;
  if (!split && view.getUint8(start) !== 0) return false;
  return view.getUint8(end - 1) === 0;
}
