/*
 * Opens an object file. All tables are read and checked at once, since objects are small; errors name the section and
 * the offset.
 */
import { entryOf } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from './elf.ts';
import { ELF_MACHINE_BPF, SECTION_INDEX, SECTION_TYPE } from './elf.ts';

const HEADER_SIZE = 64;
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;
const REL_SIZE = 16;
const RELA_SIZE = 24;

const CLASS_64 = 2;
const DATA_LITTLE = 1;
const DATA_BIG = 2;
const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const TYPE_RELOCATABLE = 1;

export function openElf(bytes: Uint8Array): Result<ElfObject> {
  const file = { bytes, view: new Words(bytes) };
  const header = readFileHeader(file);
  if (!header.ok) return header;
  const sections = readSections(file, header.value);
  if (!sections.ok) return sections;
  const symbols = readSymbols(file, sections.value);
  if (!symbols.ok) return symbols;
  const relocations = readAllRelocations(file, sections.value, symbols.value);
  if (!relocations.ok) return relocations;
  return ok({
    littleEndian: file.view.little,
    sections: sections.value,
    symbols: symbols.value.list,
    section: (name) => sections.value.find((section) => section.name === name) ?? null,
    relocations: (section) => relocations.value.get(section) ?? [],
  });
}

interface ElfFile {
  readonly bytes: Uint8Array;
  readonly view: Words;
}

/** Words in the file's own byte order. */
class Words {
  readonly little: boolean;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = bytes[5] !== DATA_BIG;
  }

  get byteLength(): number {
    return this.view.byteLength;
  }

  u16(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  u32(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  /** Reads a 64-bit word as a number: exact below 2^53, which no offset in a readable file reaches. */
  u64(at: number): number {
    const [low, high] = this.little ? [at, at + 4] : [at + 4, at];
    return this.u32(low) + this.u32(high) * 0x1_0000_0000;
  }
}

interface FileHeader {
  readonly sectionsAt: number;
  readonly count: number;
  readonly namesIndex: number;
}

function readFileHeader({ bytes, view }: ElfFile): Result<FileHeader> {
  if (bytes.length < 4 || MAGIC.some((byte, i) => bytes[i] !== byte)) return err('not an ELF file', 0);
  if (bytes.length < HEADER_SIZE) return err('ELF header is cut off', bytes.length);
  if (bytes[4] !== CLASS_64) return err(`ELF class ${bytes[4]}: only 64-bit objects are read`, 4);
  if (bytes[5] !== DATA_LITTLE && bytes[5] !== DATA_BIG) return err(`byte order ${bytes[5]} is unknown`, 5);
  const type = view.u16(16);
  if (type !== TYPE_RELOCATABLE) return err(`ELF type ${type}: not a relocatable object`, 16);
  const machine = view.u16(18);
  if (machine !== ELF_MACHINE_BPF && machine !== 0) return err(`machine ${machine}: not a BPF object`, 18);
  const entrySize = view.u16(58);
  if (entrySize !== SECTION_HEADER_SIZE) return err(`section headers of ${entrySize} bytes, expected 64`, 58);
  return checkSectionTable(view, view.u64(40), view.u16(60), view.u16(62));
}

function checkSectionTable(view: Words, at: number, count: number, namesIndex: number): Result<FileHeader> {
  if (count === 0) return err('no section headers', 60);
  if (at + count * SECTION_HEADER_SIZE > view.byteLength) {
    return err(`${count} section headers at offset ${at} reach beyond the end of the file`, 40);
  }
  if (namesIndex >= count) return err(`section ${namesIndex} of the section names does not exist`, 62);
  return ok({ sectionsAt: at, count, namesIndex });
}

function readSections(file: ElfFile, header: FileHeader): Result<ElfSection[]> {
  const nameless: ElfSection[] = [];
  for (let index = 0; index < header.count; index++) {
    const section = readSection(file, header, index);
    if (!section.ok) return section;
    nameless.push(section.value);
  }
  const names = entryOf(nameless, header.namesIndex).data;
  const sections: ElfSection[] = [];
  for (const section of nameless) {
    const at = header.sectionsAt + section.index * SECTION_HEADER_SIZE;
    const name = textAt(names, file.view.u32(at));
    if (name === null) return err(`section ${section.index}: name lies outside the section names`, at);
    sections.push({ ...section, name });
  }
  return ok(sections);
}

function readSection({ bytes, view }: ElfFile, header: FileHeader, index: number): Result<ElfSection> {
  const at = header.sectionsAt + index * SECTION_HEADER_SIZE;
  const type = view.u32(at + 4);
  const offset = view.u64(at + 24);
  const size = view.u64(at + 32);
  const hasBytes = type !== SECTION_TYPE.NOBITS && type !== SECTION_TYPE.NULL;
  if (hasBytes && offset + size > bytes.length) {
    return err(`section ${index}: ${size} bytes at offset ${offset} reach beyond the end of the file`, at + 24);
  }
  return ok({
    index,
    name: '',
    type,
    flags: view.u32(at + 8),
    offset,
    size,
    link: view.u32(at + 40),
    info: view.u32(at + 44),
    align: view.u64(at + 48),
    entrySize: view.u64(at + 56),
    data: hasBytes ? bytes.subarray(offset, offset + size) : new Uint8Array(0),
  });
}

const utf8 = new TextDecoder();

/** String at an offset of a string table; null when no NUL ends it. */
function textAt(strings: Uint8Array, offset: number): string | null {
  if (offset === 0 && strings.length === 0) return '';
  const end = strings.indexOf(0, offset);
  return offset >= strings.length || end < 0 ? null : utf8.decode(strings.subarray(offset, end));
}

/** How errors name a section. */
const nameOf = (section: ElfSection): string => `section ${section.index} (${section.name})`;

interface SymbolTable {
  /** index of the symbol table's section; 0: the file has none */
  readonly section: number;
  readonly list: readonly ElfSymbol[];
}

function readSymbols(file: ElfFile, sections: readonly ElfSection[]): Result<SymbolTable> {
  const table = sections.find((section) => section.type === SECTION_TYPE.SYMTAB);
  if (!table) return ok({ section: 0, list: [] });
  const strings = sections[table.link];
  if (strings?.type !== SECTION_TYPE.STRTAB) return err(`${nameOf(table)}: no string table`, table.offset);
  if (table.size % SYMBOL_SIZE !== 0) return err(`${nameOf(table)}: size ${table.size} is odd`, table.offset);
  const list: ElfSymbol[] = [];
  for (let at = table.offset; at < table.offset + table.size; at += SYMBOL_SIZE) {
    const name = textAt(strings.data, file.view.u32(at));
    if (name === null) return err(`${nameOf(table)}: name of symbol ${list.length} lies outside`, at);
    const symbol = readSymbol(file, at, list.length, name);
    if (symbol.section >= sections.length && symbol.section < SECTION_INDEX.LORESERVE) {
      return err(`${nameOf(table)}: symbol ${list.length} (${name}) is in section ${symbol.section} of none`, at + 6);
    }
    list.push(symbol);
  }
  return ok({ section: table.index, list });
}

function readSymbol({ bytes, view }: ElfFile, at: number, index: number, name: string): ElfSymbol {
  const [info = 0, other = 0] = bytes.subarray(at + 4, at + 6);
  return {
    index,
    name,
    value: view.u64(at + 8),
    size: view.u64(at + 16),
    type: info & 0xf,
    binding: info >> 4,
    visibility: other & 3,
    section: view.u16(at + 6),
  };
}

type Relocations = Map<number, readonly ElfRelocation[]>;

function readAllRelocations(file: ElfFile, sections: readonly ElfSection[], symbols: SymbolTable): Result<Relocations> {
  const all: Relocations = new Map();
  for (const section of sections) {
    if (section.type !== SECTION_TYPE.REL && section.type !== SECTION_TYPE.RELA) continue;
    const target = sections[section.info];
    if (!target)
      return err(`${nameOf(section)}: changes section ${section.info}, which does not exist`, section.offset);
    if (section.link !== symbols.section) return err(`${nameOf(section)}: not for the symbol table`, section.offset);
    const list = readRelocations(file, section, target, symbols.list);
    if (!list.ok) return list;
    all.set(target.index, [...(all.get(target.index) ?? []), ...list.value]);
  }
  return ok(all);
}

function readRelocations(
  { view }: ElfFile,
  section: ElfSection,
  target: ElfSection,
  symbols: readonly ElfSymbol[],
): Result<ElfRelocation[]> {
  const withAddend = section.type === SECTION_TYPE.RELA;
  const step = withAddend ? RELA_SIZE : REL_SIZE;
  if (section.size % step !== 0) return err(`${nameOf(section)}: size ${section.size} is odd`, section.offset);
  const list: ElfRelocation[] = [];
  for (let at = section.offset; at < section.offset + section.size; at += step) {
    const offset = view.u64(at);
    // r_info is one word of 64 bits, the symbol its upper half
    const [typeAt, symbolAt] = view.little ? [at + 8, at + 12] : [at + 12, at + 8];
    const symbol = symbols[view.u32(symbolAt)];
    const name = `${nameOf(section)}: relocation ${list.length}`;
    if (offset >= target.size) return err(`${name} at ${offset} lies beyond the end of ${nameOf(target)}`, at);
    if (!symbol) return err(`${name} is for a symbol that does not exist`, symbolAt);
    const addend = withAddend ? view.u64(at + 16) : null;
    list.push({ offset, type: view.u32(typeAt), symbol, addend });
  }
  return ok(list);
}
