/*
 * Opens an object (bpf_object__open), without system calls. The log gets libbpf's lines; an object that cannot be
 * opened is refused with the place of the fault in the file.
 */
import { upToNul } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf } from '../btf/btf.ts';
import { type BtfExt, openBtfExt } from '../btf/ext.ts';
import {
  type ElfObject,
  type ElfSection,
  SECTION_FLAG,
  SECTION_TYPE,
  SYMBOL_BINDING,
  SYMBOL_TYPE,
} from '../elf/elf.ts';
import { createBtfWriter } from '../btf/write.ts';
import { openBtf } from '../btf/read.ts';
import { openElf } from '../elf/read.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { inSection, openObjectBtf } from './btf-file.ts';
import { collectRelocations } from './collect.ts';
import { collectExterns, kconfigMap } from './externs.ts';
import { type Log, unreadable } from './log.ts';
import { dataMapName, dataMaps, definedMaps } from './maps.ts';
import type { ObjectMap, ObjectProgram, OpenedObject } from './object.ts';
import { dataSection, isIgnored, isOptional, isProgram, isStructOps, programSection } from './sections.ts';
import { structOpsMaps } from './struct-ops.ts';

/** `path` names the object: its maps' names begin with the file's name. */
export function openObject(bytes: Uint8Array, path: string, log: Log = () => {}): Result<OpenedObject> {
  log('debug', `loading object from ${path}`);
  const elf = openElf(bytes);
  if (!elf.ok) {
    const said = ELF_WORDS.get(elf.error.offset);
    if (!said) return unreadable(log, `elf: ${path}: ${elf.error.message}`, elf.error.offset);
    log('warn', said(path));
    return elf;
  }
  if (!elf.value.littleEndian) {
    const text = `object '${fileName(path)}': loading non-native endianness is unsupported`;
    return unreadable(log, text, 5, 'ENDIAN');
  }
  const [table, second] = elf.value.sections.filter(({ type }) => type === SECTION_TYPE.SYMTAB);
  if (!table) {
    const text = `elf: couldn't find symbol table in ${path}, stripped object file?`;
    return unreadable(log, text, -1, 'ENOENT');
  }
  if (second) return unreadable(log, `elf: multiple symbol tables in ${path}`, second.offset);
  const name = fileName(path);
  const found = readSections(elf.value, path, log);
  if (!found.ok) return found;
  const types = openTypes(elf.value, log);
  if (!types.ok) return types;
  const opened = { path, name, elf: elf.value, ...types.value, ...found.value };
  const externs = collectExterns(opened.elf, opened.btf, log);
  if (!externs.ok) return externs;
  const maps = readMaps({ ...opened, externs: externs.value }, log);
  if (!maps.ok) return maps;
  const object = { ...opened, externs: externs.value, maps: maps.value };
  return collectRelocations(object, log);
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/s, '');

/** libbpf's messages about header fields, by the fields' offsets in the file. */
const ELF_WORDS: ReadonlyMap<number | undefined, (path: string) => string> = new Map([
  [0, (path: string) => `elf: '${path}' is not a proper ELF object`],
  [4, (path: string) => `elf: '${path}' is not a 64-bit ELF object`],
  [16, (path: string) => `elf: ${path} is not a valid eBPF object file`],
  [5, (path: string) => `elf: '${path}' has unknown byte order`],
  [18, (path: string) => `elf: ${path} is not a valid eBPF object file`],
]);

/** libbpf_needs_btf, when only sections are known */
const needsBtf = (elf: ElfObject): boolean => elf.sections.some((s) => s.name === '.maps' || isStructOps(s));

/** bpf_object__init_btf: opens types, which are optional for an object without maps, and .BTF.ext. */
function openTypes(elf: ElfObject, log: Log): Result<Pick<OpenedObject, 'btf' | 'hasBtf' | 'ext'>> {
  const section = elf.section('.BTF');
  const needed = needsBtf(elf);
  const required = (): void => {
    if (needed) log('warn', 'BTF is required, but is missing or corrupted.');
  };
  if (!section) {
    required();
    if (needed) return unreadable(() => {}, 'no section .BTF: compile with -g', -1, 'ENOENT');
    return withoutTypes();
  }
  const btf = openObjectBtf(elf);
  if (!btf.ok) {
    log('warn', 'Error loading ELF section .BTF: -22.');
    required();
    return needed ? unreadable(() => {}, btf.error.message, btf.error.offset, 'EINVAL') : withoutTypes();
  }
  const ext = openExt(elf, btf.value);
  if (ext.ok) return ok({ btf: btf.value, hasBtf: true, ext: ext.value });
  log('warn', 'Error loading ELF section .BTF.ext: -22. Ignored and continue.');
  required();
  if (needed) return unreadable(() => {}, ext.error.message, ext.error.offset, 'EINVAL');
  return ok({ btf: btf.value, hasBtf: true, ext: null });
}

function withoutTypes(): Result<Pick<OpenedObject, 'btf' | 'hasBtf' | 'ext'>> {
  const empty = openBtf(createBtfWriter().finish());
  return empty.ok ? ok({ btf: empty.value, hasBtf: false, ext: null }) : empty;
}

function openExt(elf: ElfObject, btf: Btf): Result<BtfExt | null> {
  const section = elf.section('.BTF.ext');
  return section && section.size > 0 ? inSection(section, openBtfExt(section.data, btf)) : ok(null);
}

interface Sections {
  readonly license: string;
  readonly programs: readonly ObjectProgram[];
}

function readSections(elf: ElfObject, path: string, log: Log): Result<Sections> {
  const programs: ObjectProgram[] = [];
  let license = '';
  for (const section of elf.sections) {
    if (isIgnored(section)) continue;
    const { index, name, size, link, flags, type } = section;
    const head = `elf: section(${index}) ${name}`;
    log('debug', `${head}, size ${size}, link ${link}, flags ${flags.toString(16)}, type=${type}`);
    if (name === 'maps') {
      const text = "elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+";
      return unreadable(log, text, section.offset, 'EOPNOTSUPP');
    }
    if (name === 'license') {
      license = upToNul(new TextDecoder('latin1').decode(section.data));
      log('debug', `license of ${path} is ${license}`);
    } else if (isProgram(section)) {
      const added = readPrograms(elf, section, log);
      if (!added.ok) return added;
      programs.push(...added.value);
    } else tellSkipped(elf, section, log);
  }
  return ok({ license, programs });
}

const KNOWN = new Set(['license', 'version', '.maps', '.BTF', '.BTF.ext', '.addr_space.1']);
const RELOCATED = /^\.rel(\.maps|\??\.struct_ops(\.link)?)$/;

/** Logs a section that libbpf skips. */
function tellSkipped({ sections }: ElfObject, section: ElfSection, log: Log): void {
  const { index, name, type, size, info } = section;
  if (KNOWN.has(name) || type === SECTION_TYPE.SYMTAB || dataSection(section) || isStructOps(section)) return;
  if (type === SECTION_TYPE.PROGBITS && size > 0) {
    log('info', `elf: skipping unrecognized data section(${index}) ${name}`);
  } else if (type === SECTION_TYPE.REL) {
    const target = sections[info];
    const isCode = ((target?.flags ?? 0) & SECTION_FLAG.EXECINSTR) !== 0;
    if (isCode || RELOCATED.test(name)) return;
    log('info', `elf: skipping relo section(${index}) ${name} for section(${info}) ${target?.name ?? '<?>'}`);
  } else log('info', `elf: skipping section(${index}) ${name} (size ${size})`);
}

/** The programs of a section, in the order of their offsets. */
function readPrograms(elf: ElfObject, section: ElfSection, log: Log): Result<ObjectProgram[]> {
  const programs: ObjectProgram[] = [];
  const sec = `sec '${section.name}': `;
  for (const symbol of elf.symbols) {
    if (symbol.section !== section.index || symbol.type !== SYMBOL_TYPE.FUNC) continue;
    const { name, value, size } = symbol;
    const place = section.offset + Math.min(value, section.size);
    if (symbol.binding === SYMBOL_BINDING.LOCAL && section.name !== '.text') {
      return unreadable(log, `${sec}program '${name}' is static and not supported`, place, 'EOPNOTSUPP');
    }
    if (value + size > section.size) {
      return unreadable(log, `${sec}program at offset ${value} crosses section boundary`, place);
    }
    if (value % SLOT_BYTES !== 0 || size % SLOT_BYTES !== 0 || size === 0) {
      return unreadable(log, `${sec}corrupted program '${name}', offset ${value}, size ${size}`, place);
    }
    const where = `insn offset ${value / SLOT_BYTES} (${value} bytes)`;
    const count = `code size ${size / SLOT_BYTES} insns (${size} bytes)`;
    log('debug', `${sec}found program '${name}' at ${where}, ${count}`);
    programs.push(makeProgram(section, name, section.data.slice(value, value + size), value / SLOT_BYTES));
  }
  return ok(programs.sort((a, b) => a.sectionSlot - b.sectionSlot));
}

function makeProgram(section: ElfSection, name: string, insns: Uint8Array, sectionSlot: number): ObjectProgram {
  const says = programSection(section.name);
  const subprogram = section.name === '.text';
  return {
    name,
    section: section.index,
    sectionName: section.name,
    sectionSlot,
    insns,
    relocations: [],
    subprogram,
    type: says?.type ?? 0,
    attachType: says?.attach ?? 0,
    sleepable: says?.sleepable ?? false,
    autoload: !subprogram && !isOptional(section.name),
    attach: null,
  };
}

function readMaps(object: Omit<OpenedObject, 'maps'>, log: Log): Result<ObjectMap[]> {
  const { elf, btf, name, externs } = object;
  const defined = definedMaps(elf, btf, log);
  if (!defined.ok) return defined;
  const data = dataMaps(elf, btf, name, log);
  if (!data.ok) return data;
  const settings = kconfigMap(externs, btf, dataMapName(name, '.kconfig'));
  const ops = structOpsMaps(elf, btf, log);
  if (!ops.ok) return ops;
  return ok([...defined.value, ...data.value, ...(settings ? [settings] : []), ...ops.value]);
}
