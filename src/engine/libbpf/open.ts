/*
 * Opening an object (bpf_object__open): nothing is asked of a kernel yet. The log has libbpf's lines; an object that
 * cannot be opened is refused with the place in the file that is to blame.
 */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf } from '../btf/btf.ts';
import { type BtfExt, openBtfExt } from '../btf/ext.ts';
import { type ElfObject, type ElfSection, SYMBOL_BINDING, SYMBOL_TYPE } from '../elf/elf.ts';
import { openElf } from '../elf/read.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { inSection, openObjectBtf } from './btf-file.ts';
import { collectRelocations } from './collect.ts';
import { collectExterns, kconfigMap } from './externs.ts';
import { type Log, unreadable } from './log.ts';
import { dataMapName, dataMaps, definedMaps } from './maps.ts';
import type { ObjectMap, ObjectProgram, OpenedObject } from './object.ts';
import { isIgnored, isOptional, isProgram, programSection } from './sections.ts';
import { structOpsMaps } from './struct-ops.ts';

/** `path` names the object: its maps' names begin with the file's name. */
export function openObject(bytes: Uint8Array, path: string, log: Log = () => {}): Result<OpenedObject> {
  log('debug', `loading object from ${path}`);
  const elf = openElf(bytes);
  if (!elf.ok) return unreadable(log, `elf: ${path}: ${elf.error.message}`, elf.error.offset);
  const name = path.slice(path.lastIndexOf('/') + 1).split('.', 1)[0];
  const found = readSections(elf.value, path, log);
  if (!found.ok) return found;
  const btf = openObjectBtf(elf.value);
  if (!btf.ok) return unreadable(log, btf.error.message, btf.error.offset);
  const ext = openExt(elf.value, btf.value);
  if (!ext.ok) return unreadable(log, ext.error.message, ext.error.offset);
  const opened = { path, name, elf: elf.value, btf: btf.value, ext: ext.value, ...found.value };
  const externs = collectExterns(opened.elf, opened.btf, log);
  if (!externs.ok) return externs;
  const maps = readMaps({ ...opened, externs: externs.value }, log);
  if (!maps.ok) return maps;
  const object = { ...opened, externs: externs.value, maps: maps.value };
  return collectRelocations(object, log);
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
      license = new TextDecoder('latin1').decode(section.data).split('\0', 1)[0];
      log('debug', `license of ${path} is ${license}`);
    } else if (isProgram(section)) {
      const added = readPrograms(elf, section, log);
      if (!added.ok) return added;
      programs.push(...added.value);
    }
  }
  return ok({ license, programs });
}

/** The functions of a section, in their order in it. */
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
