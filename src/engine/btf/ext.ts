/*
 * Reads .BTF.ext: what a compiler says about instructions. Records are grouped by ELF section, with byte offsets from
 * the section's start.
 * Checks and messages follow libbpf's btf_ext_parse() and btf_ext_setup_info().
 */
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { Btf } from './btf.ts';
import { BTF_MAGIC } from './header.ts';
import { stringAt } from './read.ts';

export interface FuncInfo {
  readonly insnOffset: number;
  readonly typeId: number;
}

/** Name offsets are the BTF's: `stringAt(btf, fileOffset)`. */
export interface LineInfo {
  readonly insnOffset: number;
  readonly fileOffset: number;
  readonly textOffset: number;
  readonly line: number;
  readonly column: number;
}

export interface CoreRelocation {
  readonly insnOffset: number;
  readonly typeId: number;
  /** like `0:5:1`: an index for the pointer, then members and elements */
  readonly access: string;
  /** bpf_core_relo_kind */
  readonly kind: number;
}

/** Records by ELF section name, in file order. */
type BySection<T> = ReadonlyMap<string, readonly T[]>;

export interface BtfExt {
  readonly funcs: BySection<FuncInfo>;
  readonly lines: BySection<LineInfo>;
  readonly relocations: BySection<CoreRelocation>;
}

const HEADER_LENGTH = 24;
/** The header goes on with the CO-RE records since libbpf 0.0.6. */
const HEADER_LENGTH_CORE = 32;

/** Opens the .BTF.ext that belongs to `btf`. */
export function openBtfExt(bytes: Uint8Array, btf: Btf): Result<BtfExt> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = readHeader(view);
  if (!headerLength.ok) return headerLength;
  const start = headerLength.value;
  const table = <T>(name: string, at: number, size: number, read: (at: number) => T): Result<BySection<T>> => {
    if (at + 8 > start) return ok(new Map());
    const area = { name, start: start + view.getUint32(at, true), length: view.getUint32(at + 4, true) };
    return readTable(view, btf, area, size, read);
  };
  const u32 = (at: number) => view.getUint32(at, true);

  const funcs = table('func_info', 8, 8, (at): FuncInfo => ({ insnOffset: u32(at), typeId: u32(at + 4) }));
  if (!funcs.ok) return funcs;
  const lines = table('line_info', 16, 16, (at) => lineInfo(u32, at));
  if (!lines.ok) return lines;
  const relocations = table('core_relo', HEADER_LENGTH, 16, (at) => coreRelocation(u32, at, btf));
  if (!relocations.ok) return relocations;
  return ok({ funcs: funcs.value, lines: lines.value, relocations: relocations.value });
}

function lineInfo(u32: (at: number) => number, at: number): LineInfo {
  const place = u32(at + 12);
  return {
    insnOffset: u32(at),
    fileOffset: u32(at + 4),
    textOffset: u32(at + 8),
    line: place >>> 10,
    column: place & 0x3ff,
  };
}

function coreRelocation(u32: (at: number) => number, at: number, btf: Btf): CoreRelocation {
  return { insnOffset: u32(at), typeId: u32(at + 4), access: stringAt(btf, u32(at + 8)), kind: u32(at + 12) };
}

/** The header's length in bytes; all offsets count from its end. */
function readHeader(view: DataView): Result<number> {
  const length = view.byteLength;
  if (length < 8) return err('BTF.ext header not found', 0);
  const magic = view.getUint16(0, true);
  if (magic === 0x9feb) return err('BTF.ext in non-native endianness is not supported', 0);
  if (magic !== BTF_MAGIC) return err(`Invalid BTF.ext magic:${magic.toString(16)}`, 0);
  const [version, flags, headerLength] = [view.getUint8(2), view.getUint8(3), view.getUint32(4, true)];
  if (version !== 1) return err(`Unsupported BTF.ext version:${version}`, 2);
  if (flags !== 0) return err(`Unsupported BTF.ext flags:${flags.toString(16)}`, 3);
  if (headerLength < HEADER_LENGTH || headerLength > length) return err('BTF.ext header not found', 4);
  if (headerLength === length) return err('BTF.ext has no data', length);
  // a header length between the two known ones has no CO-RE records
  return ok(headerLength < HEADER_LENGTH_CORE ? Math.min(headerLength, HEADER_LENGTH) : headerLength);
}

interface Area {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

function readTable<T>(
  view: DataView,
  btf: Btf,
  area: Area,
  minSize: number,
  read: (at: number) => T,
): Result<BySection<T>> {
  const { name, start, length } = area;
  const sections = new Map<string, T[]>();
  if (length === 0) return ok(sections);
  if ((start & 3) !== 0) return err(`BTF.ext ${name} section is not aligned to 4 bytes`, start);
  const end = start + length;
  if (end > view.byteLength) return err(`${name} section is beyond the end of the ELF section .BTF.ext`, start);
  if (length < 4) return err(`BTF.ext ${name} record size not found`, start);
  const recordSize = view.getUint32(start, true);
  if (recordSize < minSize || (recordSize & 3) !== 0) {
    return err(`${name} section in .BTF.ext has invalid record size ${recordSize}`, start);
  }
  if (length === 4) return err(`${name} section in .BTF.ext has no records`, start);
  for (let at = start + 4; at < end; ) {
    if (end - at < 8) return err(`${name} section header is not found in .BTF.ext`, at);
    const section = stringAt(btf, view.getUint32(at, true));
    const count = view.getUint32(at + 4, true);
    at += 8;
    if (count === 0 || count * recordSize > end - at) {
      return err(`${name} section has incorrect num_records in .BTF.ext`, at - 4);
    }
    const records = sections.get(section) ?? [];
    for (let i = 0; i < count; i++, at += recordSize) records.push(read(at));
    sections.set(section, records);
  }
  return ok(sections);
}
