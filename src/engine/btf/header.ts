/*
 * Checks the 24-byte header and the two sections that it describes. Checks and messages follow btf_parse_hdr(),
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

/** The header's words; those that a short header lacks are 0. */
interface Header {
  readonly magic: number;
  readonly version: number;
  readonly flags: number;
  readonly headerLength: number;
  readonly typeOff: number;
  readonly typeLength: number;
  readonly strOff: number;
  readonly strLength: number;
}

/**
 * Sections of a BTF blob, by the kernel's rules. `split`: the blob adds to another one, so that it may lack types and
 * strings of its own. `newer`: by user space's rules, which trust hdr_len and skip fields that they do not know.
 */
export function readHeader(view: DataView, split: boolean, newer = false): Result<BtfSections> {
  const copied = copyHeader(view, newer);
  if (!copied.ok) return copied;
  const header = copied.value;
  if (header.magic === 0x9feb) return err('Big-endian BTF is not supported', 0);
  if (header.magic !== BTF_MAGIC) return err('Invalid magic', 0);
  if (header.version !== 1) return err('Unsupported version', 2);
  if (header.flags !== 0) return err('Unsupported flags', 3);
  if (view.byteLength === header.headerLength && !split) return err('No data', header.headerLength);
  if (newer && header.headerLength > BTF_HEADER_LENGTH) return placeNewer(view, header);
  return placeSections(view, header, split);
}

/** Types before strings, both within the blob; further sections may stand between and after (btf_parse_hdr of libbpf). */
function placeNewer(view: DataView, header: Header): Result<BtfSections> {
  const { headerLength, typeOff, typeLength, strOff, strLength } = header;
  if (view.byteLength - headerLength < strOff + strLength) return err('Invalid BTF total size', 16);
  if (typeOff + typeLength > strOff) return err('Invalid BTF data sections layout', 8);
  if ((typeOff & 3) !== 0) return err('Unaligned type_off', 8);
  const sections = {
    typeStart: headerLength + typeOff,
    typeEnd: headerLength + typeOff + typeLength,
    strStart: headerLength + strOff,
    strEnd: headerLength + strOff + strLength,
  };
  if (strLength === 0 || !stringsAreFramed(view, sections.strStart, sections.strEnd, false)) {
    return err('Invalid string section', sections.strStart);
  }
  return ok(sections);
}

/** The header as the kernel's log shows it; empty where there is none. */
export function describeHeader(view: DataView): string {
  const copied = copyHeader(view);
  if (!copied.ok) return '';
  const h = copied.value;
  const rows = [
    `magic: 0x${h.magic.toString(16)}`,
    `version: ${h.version}`,
    `flags: 0x${h.flags.toString(16)}`,
    `hdr_len: ${h.headerLength}`,
    `type_off: ${h.typeOff}`,
    `type_len: ${h.typeLength}`,
    `str_off: ${h.strOff}`,
    `str_len: ${h.strLength}`,
    `btf_total_size: ${view.byteLength}`,
  ];
  return rows.map((row) => `${row}\n`).join('');
}

function copyHeader(view: DataView, newer = false): Result<Header> {
  if (view.byteLength < 8) return err('hdr_len not found', 0);
  const headerLength = view.getUint32(4, true);
  if (view.byteLength < headerLength) return err('btf_header not found', 4);
  const judged = newer ? BTF_HEADER_LENGTH : headerLength;
  for (let at = BTF_HEADER_LENGTH; at < judged; at++) {
    if (view.getUint8(at) !== 0) return err('Unsupported btf_header', at);
  }
  const copy = new DataView(new ArrayBuffer(BTF_HEADER_LENGTH));
  for (let at = 0; at < Math.min(headerLength, BTF_HEADER_LENGTH); at++) copy.setUint8(at, view.getUint8(at));
  return ok({
    magic: copy.getUint16(0, true),
    version: copy.getUint8(2),
    flags: copy.getUint8(3),
    headerLength: copy.getUint32(4, true),
    typeOff: copy.getUint32(8, true),
    typeLength: copy.getUint32(12, true),
    strOff: copy.getUint32(16, true),
    strLength: copy.getUint32(20, true),
  });
}

function placeSections(view: DataView, header: Header, split: boolean): Result<BtfSections> {
  const { headerLength, typeOff, typeLength, strOff, strLength } = header;
  const room = view.byteLength - headerLength;
  const inOrder = [
    { off: typeOff, length: typeLength, at: 8 },
    { off: strOff, length: strLength, at: 16 },
    // the kernel compares them as signed numbers
  ].sort((a, b) => (a.off - b.off) | 0 || (a.length - b.length) | 0);
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
  return checkSections(view, header, sections, split);
}

function checkSections(view: DataView, header: Header, sections: BtfSections, split: boolean): Result<BtfSections> {
  const { typeStart, typeEnd, strStart, strEnd } = sections;
  if (strEnd !== view.byteLength) return err('String section is not at the end', 16);
  const strLength = strEnd - strStart;
  if (strLength === 0 ? !split : !stringsAreFramed(view, strStart, strEnd, split)) {
    return err('Invalid string section', strStart);
  }
  if ((header.typeOff & 3) !== 0) return err('Unaligned type_off', 8);
  if (typeStart === typeEnd && !split) return err('No type found', 12);
  return ok(sections);
}

function stringsAreFramed(view: DataView, start: number, end: number, split: boolean): boolean {
  if (end - start - 1 > MAX_STRING_OFFSET) return false;
  if (!split && view.getUint8(start) !== 0) return false;
  return view.getUint8(end - 1) === 0;
}
