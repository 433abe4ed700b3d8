/*
 * Initial elements of an object's maps: relocations in .maps fill the `values` member, eight bytes per element, each
 * with another map or a program of the object (bpf_object__collect_map_relos).
 */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { ElfRelocation, ElfSection } from '../elf/elf.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { type Log, unreadable } from './log.ts';
import { MAPS_OF_MAPS, PROG_ARRAY } from './map-definition.ts';
import type { InitialSlot, ObjectMap, OpenedObject } from './object.ts';

const POINTER_BYTES = 8;
const INT_BYTES = 4;
const HASH_OF_MAPS = 13;

interface Place {
  readonly object: OpenedObject;
  readonly section: ElfSection;
  readonly index: number;
  readonly relocation: ElfRelocation;
}

/** Fills the maps' `slots` in place, in the order of the relocations. */
export function collectValues(object: OpenedObject, log: Log): Result<null> {
  const section = object.elf.section('.maps');
  if (!section) return ok(null);
  for (const [index, relocation] of object.elf.relocations(section.index).entries()) {
    const { symbol, offset } = relocation;
    const where = `.maps relo #${index}: `;
    const named = `name ${symbol.index} ('${symbol.name}')`;
    log('debug', `${where}for ${symbol.index} value ${symbol.value} rel->r_offset ${offset} ${named}`);
    const done = collectOne({ object, section, index, relocation }, log);
    if (!done.ok) return done;
  }
  return ok(null);
}

function collectOne({ object, section, index, relocation }: Place, log: Log): Result<null> {
  const { symbol, offset } = relocation;
  const where = `.maps relo #${index}: `;
  const refused = (text: string, errno?: 'EINVAL' | 'ESRCH' | 'RELOC'): Result<null> =>
    unreadable(log, where + text, section.offset + offset, errno);
  const map = object.maps.find(
    (m) => m.section === section.index && m.offset <= offset && offset + POINTER_BYTES <= m.offset + m.bytes,
  );
  if (!map) return refused(`cannot find map '${symbol.name}' at rel->r_offset ${offset}`, 'EINVAL');
  const target = MAPS_OF_MAPS.includes(map.type)
    ? innerMap(object, map, relocation, section)
    : map.type === PROG_ARRAY
      ? entryProgram(object, relocation)
      : { text: `map '${map.name}' has no such values`, errno: 'EINVAL' as const };
  if ('text' in target) return refused(target.text, target.errno);
  const at = offset - map.offset - (map.slotsAt ?? offset);
  if (map.slotsAt === undefined || at < 0 || at % POINTER_BYTES !== 0) {
    return refused(`map '${map.name}' has no element at rel->r_offset ${offset}`, 'EINVAL');
  }
  const slot = at / POINTER_BYTES;
  const kind = target.map === null ? 'prog' : 'map';
  log('debug', `${where}map '${map.name}' slot [${slot}] points to ${kind} '${symbol.name}'`);
  map.slots = [...map.slots.filter((known) => known.index !== slot), { index: slot, ...target }].toSorted(
    (a, b) => a.index - b.index,
  );
  return ok(null);
}

type Target = Omit<InitialSlot, 'index'> | { readonly text: string; readonly errno: 'EINVAL' | 'ESRCH' | 'RELOC' };

function innerMap({ maps }: OpenedObject, map: ObjectMap, { symbol }: ElfRelocation, section: ElfSection): Target {
  const { name } = symbol;
  if (symbol.section !== section.index) return { text: `'${name}' isn't a BTF-defined map`, errno: 'RELOC' };
  if (map.type === HASH_OF_MAPS && map.keySize !== INT_BYTES) {
    return { text: `hash-of-maps '${map.name}' should have key size ${INT_BYTES}.`, errno: 'EINVAL' };
  }
  const target = maps.find((m) => m.name === name);
  return target
    ? { map: target.name, program: null }
    : { text: `'${name}' isn't a valid map reference`, errno: 'ESRCH' };
}

function entryProgram({ programs }: OpenedObject, { symbol }: ElfRelocation): Target {
  const { name } = symbol;
  const target = programs.find((p) => p.name === name);
  if (!target) return { text: `'${name}' isn't a valid program reference`, errno: 'ESRCH' };
  const isEntry =
    target.section === symbol.section && target.sectionSlot * SLOT_BYTES === symbol.value && !target.subprogram;
  return isEntry
    ? { map: null, program: target.name }
    : { text: `'${name}' isn't an entry-point program`, errno: 'RELOC' };
}
