/* Maps that an object defines: the variables of .maps, and a map for each data section. */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf } from '../btf/btf.ts';
import type { ElfObject, ElfSection } from '../elf/elf.ts';
import { plainType } from './core-compat.ts';
import { type Log, unreadable } from './log.ts';
import { EMPTY_DEFINITION, kindWord, PLAIN, readDefinition, tellDefinition } from './map-definition.ts';
import type { ObjectMap } from './object.ts';
import { dataSection } from './sections.ts';

const MAP_TYPE_ARRAY = 2;
/** BPF_F_RDONLY_PROG and BPF_F_MMAPABLE */
const READ_ONLY = 0x80;
const MMAPABLE = 0x400;
const NAME_LENGTH = 15;
/** room for the suffix of a data map's name, before the object's name gets the rest */
const SUFFIX_LENGTH = 7;
const LINKAGE = ['static', 'global', 'extern'] as const;
const RINGBUFS = [27, 31];
const PAGE_SIZE = 4096;
const U32_MAX = 0xffff_ffff;

/** adjust_ringbuf_sz: rounds up to a power of two of pages; a size too large for that stays unchanged. */
function ringSize(bytes: number): number {
  if (bytes === 0) return 0;
  for (let size = PAGE_SIZE; size <= U32_MAX; size *= 2) if (size >= bytes) return size;
  return bytes;
}

/** bpf_object__pin_name: bpffs does not allow periods in names. */
const pinPath = (name: string): string => `/sys/fs/bpf/${name.replaceAll('.', '_')}`;

/** Maps of .maps, in the order of its DATASEC (bpf_object__init_user_btf_maps). */
export function definedMaps(elf: ElfObject, btf: Btf, log: Log): Result<ObjectMap[]> {
  const section = elf.section('.maps');
  const datasec = btf.type(btf.find('DATASEC', '.maps'));
  if (!section || section.size === 0) return ok([]);
  if (!datasec) return unreadable(log, "DATASEC '.maps' not found.", section.offset);
  const maps: ObjectMap[] = [];
  for (const { type, offset, size } of datasec.variables) {
    const place = section.offset + Math.min(offset, section.size);
    const variable = btf.type(type);
    const name = variable?.name ?? '';
    const of = `map '${name}'`;
    if (!variable || name === '') return unreadable(log, `map #${maps.length}: empty name.`, place);
    if (offset + size > section.size) return unreadable(log, `${of} BTF data is corrupted.`, place);
    if (variable.kind !== 'VAR') {
      return unreadable(log, `${of}: unexpected var kind ${kindWord(variable)}.`, place, 'EINVAL');
    }
    const linkage = LINKAGE[variable.extra] ?? 'extern';
    if (linkage !== 'global') {
      return unreadable(log, `${of}: unsupported map linkage ${linkage}.`, place, 'EOPNOTSUPP');
    }
    const struct = plainType(btf, variable.type).type;
    if (struct?.kind !== 'STRUCT') {
      return unreadable(log, `${of}: unexpected def kind ${kindWord(struct)}.`, place, 'EINVAL');
    }
    if (struct.size > size) return unreadable(log, `${of}: invalid def size.`, place, 'EINVAL');
    log('debug', `${of}: at sec_idx ${section.index}, offset ${offset}.`);
    const read = readDefinition(btf, name, struct, log, false);
    if (!read.ok)
      return unreadable(() => {}, read.error.message, place, read.error.errno === 95 ? 'EOPNOTSUPP' : 'EINVAL');
    const { pinned, ...definition } = read.value;
    tellDefinition(name, read.value, new Set(struct.members.map((member) => member.name)), log);
    maps.push({
      ...definition,
      slots: [],
      bytes: size,
      pinPath: pinned ? pinPath(name) : null,
      maxEntries: RINGBUFS.includes(definition.type) ? ringSize(definition.maxEntries) : definition.maxEntries,
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

/** Most bytes of a data section, more than any object has: a damaged size would take all memory. */
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
    ...PLAIN,
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

/** Name of a data section's map: `my_reno.bss`; a custom section (.data.mine) gives its own name. */
export function dataMapName(objectName: string, sectionName: string): string {
  if (sectionName.indexOf('.', 1) > 0) return clean(sectionName.slice(0, NAME_LENGTH));
  const suffix = sectionName.slice(0, NAME_LENGTH);
  const room = NAME_LENGTH - Math.max(SUFFIX_LENGTH, suffix.length);
  return clean(objectName.slice(0, room) + suffix);
}

const clean = (name: string): string => name.replace(/[^A-Za-z0-9_.]/g, '_');
