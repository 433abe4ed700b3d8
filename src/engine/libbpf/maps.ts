/* Maps that an object defines: the structs of .maps, whose members say by their types what the map is like, and its data. */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf, BtfMember, BtfType } from '../btf/btf.ts';
import type { ElfObject, ElfSection } from '../elf/elf.ts';
import { plainType } from './core-compat.ts';
import { type Log, unreadable } from './log.ts';
import type { ObjectMap } from './object.ts';
import { dataSection } from './sections.ts';

const MAP_TYPE_ARRAY = 2;
/** BPF_F_RDONLY_PROG and BPF_F_MMAPABLE */
const READ_ONLY = 0x80;
const MMAPABLE = 0x400;
const NAME_LENGTH = 15;
/** room for the suffix of a data map's name, before the object's name gets the rest */
const SUFFIX_LENGTH = 7;

type Definition = Pick<ObjectMap, 'type' | 'keySize' | 'valueSize' | 'maxEntries' | 'flags' | 'extra'> &
  Pick<ObjectMap, 'keyType' | 'valueType'>;
type NumberKey = { [K in keyof Definition]: K }[keyof Definition];

/** Members that hold a number, as the length of an array that they point to. */
const NUMBERS: Readonly<Record<string, NumberKey>> = {
  type: 'type',
  max_entries: 'maxEntries',
  map_flags: 'flags',
  key_size: 'keySize',
  value_size: 'valueSize',
  map_extra: 'extra',
};
/** Members that point to a type. */
const TYPES: Readonly<Record<string, readonly [type: NumberKey, size: NumberKey]>> = {
  key: ['keyType', 'keySize'],
  value: ['valueType', 'valueSize'],
};
/** Known, and nothing that a map of this machine needs. */
const UNUSED = new Set(['numa_node', 'pinning', 'values']);

export const EMPTY_DEFINITION: Definition = {
  type: 0,
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  extra: 0,
  keyType: 0,
  valueType: 0,
};

/** Maps of .maps, in the order of its DATASEC. */
export function definedMaps(elf: ElfObject, btf: Btf, log: Log): Result<ObjectMap[]> {
  const section = elf.section('.maps');
  const datasec = btf.type(btf.find('DATASEC', '.maps'));
  if (!section || section.size === 0) return ok([]);
  if (!datasec) return unreadable(log, "DATASEC '.maps' not found.", section.offset);
  const maps: ObjectMap[] = [];
  for (const { type, offset, size } of datasec.variables) {
    const variable = btf.type(type);
    const name = variable?.name ?? '';
    if (name === '') return unreadable(log, `map #${maps.length}: empty name.`, section.offset + offset);
    if (offset + size > section.size) {
      return unreadable(log, `map '${name}' BTF data is corrupted.`, section.offset + offset);
    }
    const definition = readDefinition(btf, name, plainType(btf, variable?.type ?? 0).type, log);
    if (!definition.ok) return unreadable(() => {}, definition.error.message, section.offset + offset);
    maps.push({
      ...definition.value,
      kind: 'defined',
      name,
      section: section.index,
      offset,
      data: null,
      readOnly: false,
      structOps: null,
      autocreate: true,
    });
  }
  return ok(maps);
}

function readDefinition(btf: Btf, map: string, type: BtfType | null, log: Log): Result<Definition> {
  if (type?.kind !== 'STRUCT') return unreadable(log, `map '${map}': unexpected def kind ${kindOf(type)}.`);
  let definition = EMPTY_DEFINITION;
  for (const member of type.members) {
    if (member.name === '') return unreadable(log, `map '${map}': invalid field.`);
    const fields = readMember(btf, member);
    if (fields === null) return unreadable(log, `map '${map}': unknown field '${member.name}'.`);
    if (typeof fields === 'string') return unreadable(log, `map '${map}': attr '${member.name}': ${fields}.`);
    definition = { ...definition, ...fields };
  }
  if (definition.type === 0) return unreadable(log, `map '${map}': map type isn't specified.`);
  return ok(definition);
}

const kindOf = (type: BtfType | null): string => type?.kind ?? 'VOID';

/** What a member says; a text when it cannot be read, null when there is no such member. */
function readMember(btf: Btf, { name, type: id }: BtfMember): Partial<Definition> | string | null {
  if (UNUSED.has(name)) return {};
  const isNumber = Object.hasOwn(NUMBERS, name);
  if (!isNumber && !Object.hasOwn(TYPES, name)) return null;
  const pointer = plainType(btf, id).type;
  if (pointer?.kind !== 'PTR') return `expected PTR, got ${kindOf(pointer)}`;
  if (isNumber) {
    const array = btf.type(pointer.type);
    return array?.kind === 'ARRAY' ? { [NUMBERS[name]]: array.length } : `expected ARRAY, got ${kindOf(array)}`;
  }
  const size = btf.sizeOf(pointer.type);
  const [typeKey, sizeKey] = TYPES[name];
  return size < 0 ? `can't determine ${name} size` : { [typeKey]: pointer.type, [sizeKey]: size };
}

/** More than any object has: a damaged size would take all memory. */
const MAX_DATA = 64 * 1024 * 1024;

/** Maps of .data, .rodata and .bss sections, in the order of the file. */
export function dataMaps(elf: ElfObject, btf: Btf, objectName: string, log: Log): Result<ObjectMap[]> {
  const maps: ObjectMap[] = [];
  for (const section of elf.sections) {
    const kind = dataSection(section);
    if (kind === null) continue;
    const name = dataMapName(objectName, section.name);
    if (section.size > MAX_DATA) return unreadable(log, `failed to alloc map '${name}' content buffer`, section.offset);
    const map = dataMap(section, btf, name, kind === 'rodata');
    const flags = map.flags.toString(16);
    log('debug', `map '${name}' (global data): at sec_idx ${section.index}, offset 0, flags ${flags}.`);
    maps.push(map);
  }
  return ok(maps);
}

function dataMap(section: ElfSection, btf: Btf, name: string, readOnly: boolean): ObjectMap {
  const datasec = btf.type(btf.find('DATASEC', section.name));
  const visible = datasec?.variables.some(({ type }) => (btf.type(type)?.extra ?? 0) !== 0) ?? false;
  return {
    ...EMPTY_DEFINITION,
    kind: 'data',
    name,
    section: section.index,
    offset: 0,
    type: MAP_TYPE_ARRAY,
    keySize: 4,
    valueSize: section.size,
    maxEntries: 1,
    flags: (readOnly ? READ_ONLY : 0) | (visible ? MMAPABLE : 0),
    valueType: datasec?.id ?? 0,
    data: section.data.length > 0 ? section.data.slice() : new Uint8Array(section.size),
    readOnly,
    structOps: null,
    autocreate: true,
  };
}

/** `my_reno.bss`; a section with a name of its own (.data.mine) gives it to the map. */
export function dataMapName(objectName: string, sectionName: string): string {
  if (sectionName.indexOf('.', 1) > 0) return clean(sectionName.slice(0, NAME_LENGTH));
  const suffix = sectionName.slice(0, NAME_LENGTH);
  const room = NAME_LENGTH - Math.max(SUFFIX_LENGTH, suffix.length);
  return clean(objectName.slice(0, room) + suffix);
}

const clean = (name: string): string => name.replace(/[^A-Za-z0-9_.]/g, '_');
