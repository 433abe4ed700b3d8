/*
 * Reads a map definition from the types of its struct's members (parse_btf_map_def): a number is the length of the
 * array that a member points to, a type is what a member points to, and the inner map is the element type of a flexible
 * array.
 */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf, BtfMember, BtfType } from '../btf/btf.ts';
import { plainType } from './core-compat.ts';
import { type Log, unreadable } from './log.ts';
import type { InnerMap, ObjectMap } from './object.ts';

export type Definition = Pick<
  ObjectMap,
  'type' | 'keySize' | 'valueSize' | 'maxEntries' | 'flags' | 'extra' | 'numaNode'
> &
  Pick<ObjectMap, 'keyType' | 'valueType' | 'inner'> & {
    /** LIBBPF_PIN_BY_NAME */
    readonly pinned?: boolean;
    /** byte offset of the initial elements in the struct; absent when there are none */
    readonly slotsAt?: number;
  };

export const EMPTY_DEFINITION: Definition = {
  type: 0,
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  extra: 0,
  keyType: 0,
  valueType: 0,
  numaNode: 0,
};

/** Defaults of a map's fields outside its definition. */
export const PLAIN = { slots: [], bytes: 0, pinPath: null } as const;

/** btf_kind_str */
export const kindWord = (type: BtfType | null): string => (type ? type.kind.toLowerCase() : 'void');

export const PROG_ARRAY = 3;
export const MAPS_OF_MAPS: readonly number[] = [12, 13];
const PIN_BY_NAME = 1;

/** Why a member cannot be read; `errno` is 95 for something that libbpf does not support. */
interface Refusal {
  readonly text: string;
  readonly unsupported?: boolean;
}
type Fields = Partial<Definition>;

/** A member to be read, with the results of the members before it. */
interface Reading {
  readonly btf: Btf;
  readonly map: string;
  readonly member: BtfMember;
  readonly isLast: boolean;
  readonly isInner: boolean;
  readonly so: Definition;
  readonly log: Log;
}

const bad = (text: string): Refusal => ({ text });
const isRefusal = (answer: number | Fields | Refusal): answer is Refusal =>
  typeof answer === 'object' && 'text' in answer;

/** get_map_field_int */
function numberOf({ btf, member }: Reading): number | Refusal {
  const attr = `attr '${member.name}': `;
  const pointer = plainType(btf, member.type).type;
  if (pointer?.kind !== 'PTR') return bad(`${attr}expected PTR, got ${kindWord(pointer)}.`);
  const array = btf.type(pointer.type);
  if (!array) return bad(`${attr}type [${pointer.type}] not found.`);
  return array.kind === 'ARRAY' ? array.length : bad(`${attr}expected ARRAY, got ${kindWord(array)}.`);
}

/** get_map_field_long: a number, or the only enumerator of an enum. */
function longOf(reading: Reading): number | Refusal {
  const { btf, member } = reading;
  const attr = `attr '${member.name}': `;
  const type = plainType(btf, member.type).type;
  if (type?.kind === 'PTR') return numberOf(reading);
  if (type?.kind !== 'ENUM' && type?.kind !== 'ENUM64') {
    return bad(`${attr}expected ENUM or ENUM64, got ${kindWord(type)}.`);
  }
  const [only, ...others] = type.enumerators;
  if (!only || others.length > 0) return bad(`${attr}invalid __ulong`);
  return Number(only.value);
}

type Read = (reading: Reading) => Fields | Refusal;

const number =
  (key: 'type' | 'maxEntries' | 'flags' | 'numaNode'): Read =>
  (reading) => {
    const value = numberOf(reading);
    return typeof value === 'number' ? { [key]: value } : value;
  };

function size(which: 'key' | 'value', value: number, { so }: Reading): Fields | Refusal {
  const key = which === 'key' ? 'keySize' : 'valueSize';
  if (so[key] !== 0 && so[key] !== value) return bad(`conflicting ${which} size ${so[key]} != ${value}.`);
  return { [key]: value };
}

const sizeNumber =
  (which: 'key' | 'value'): Read =>
  (reading) => {
    const value = numberOf(reading);
    return typeof value === 'number' ? size(which, value, reading) : value;
  };

const sizeOfType =
  (which: 'key' | 'value'): Read =>
  (reading) => {
    const { btf, member } = reading;
    const pointer = btf.type(member.type);
    if (!pointer) return bad(`${which} type [${member.type}] not found.`);
    if (pointer.kind !== 'PTR') return bad(`${which} spec is not PTR: ${kindWord(pointer)}.`);
    const bytes = btf.sizeOf(pointer.type);
    if (bytes < 0) return bad(`can't determine ${which} size for type [${pointer.type}]: -22.`);
    const fields = size(which, bytes, reading);
    if (isRefusal(fields)) return fields;
    return { ...fields, [which === 'key' ? 'keyType' : 'valueType']: pointer.type };
  };

const pinning: Read = (reading) => {
  if (reading.isInner) return bad("inner def can't be pinned.");
  const value = numberOf(reading);
  if (typeof value !== 'number') return value;
  return value > PIN_BY_NAME ? bad(`invalid pinning value ${value}.`) : { pinned: value === PIN_BY_NAME };
};

const values: Read = (reading) => {
  const { btf, map, member, so, log } = reading;
  const isMaps = MAPS_OF_MAPS.includes(so.type);
  const what = isMaps ? 'map-in-map inner' : 'prog-array value';
  if (reading.isInner) return { text: 'multi-level inner maps not supported.', unsupported: true };
  if (!reading.isLast) return bad(`'${member.name}' member should be last.`);
  if (!isMaps && so.type !== PROG_ARRAY) return { text: 'should be map-in-map or prog-array.', unsupported: true };
  if (so.valueSize !== 0 && so.valueSize !== 4) return bad(`conflicting value size ${so.valueSize} != 4.`);
  const array = btf.type(member.type);
  if (!array) return bad(`${what} type [${member.type}] not found.`);
  if (array.kind !== 'ARRAY' || array.length !== 0) return bad(`${what} spec is not a zero-sized array.`);
  const pointer = plainType(btf, array.type).type;
  if (pointer?.kind !== 'PTR') return bad(`${what} def is of unexpected kind ${kindWord(pointer)}.`);
  const target = plainType(btf, pointer.type).type;
  const fields: Fields = { valueSize: 4, slotsAt: Math.floor(member.bitOffset / 8) };
  if (!isMaps) {
    return target?.kind === 'FUNC_PROTO'
      ? fields
      : bad(`prog-array value def is of unexpected kind ${kindWord(target)}.`);
  }
  if (target?.kind !== 'STRUCT') return bad(`map-in-map inner def is of unexpected kind ${kindWord(target)}.`);
  const name = `${map}.inner`;
  const inner = readDefinition(btf, name, target, log, true);
  if (!inner.ok) return { text: '', unsupported: inner.error.errno === UNSUPPORTED };
  const { inner: _, pinned: __, slotsAt: ___, ...like } = inner.value;
  return { ...fields, inner: { ...like, name } satisfies InnerMap };
};

const MEMBERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['type', number('type')],
  ['max_entries', number('maxEntries')],
  ['map_flags', number('flags')],
  ['numa_node', number('numaNode')],
  ['key_size', sizeNumber('key')],
  ['value_size', sizeNumber('value')],
  ['key', sizeOfType('key')],
  ['value', sizeOfType('value')],
  ['values', values],
  ['pinning', pinning],
  [
    'map_extra',
    (reading) => {
      const extra = longOf(reading);
      return typeof extra === 'number' ? { extra } : extra;
    },
  ],
]);

const UNSUPPORTED = 95;

/** parse_btf_map_def; logs errors, with errno EINVAL or EOPNOTSUPP. */
export function readDefinition(btf: Btf, map: string, type: BtfType, log: Log, isInner: boolean): Result<Definition> {
  let definition = EMPTY_DEFINITION;
  for (const [i, member] of type.members.entries()) {
    if (member.name === '') return unreadable(log, `map '${map}': invalid field #${i}.`, -1, 'EINVAL');
    const read = MEMBERS.get(member.name);
    if (!read) return unreadable(log, `map '${map}': unknown field '${member.name}'.`, -1, 'EOPNOTSUPP');
    const isLast = i === type.members.length - 1;
    const fields = read({ btf, map, member, isLast, isInner, so: definition, log });
    if (isRefusal(fields)) {
      const errno = fields.unsupported ? 'EOPNOTSUPP' : 'EINVAL';
      // errors of an inner definition are already logged
      const said = fields.text === '' ? (): void => {} : log;
      return unreadable(said, `map '${map}': ${fields.text}`, -1, errno);
    }
    definition = { ...definition, ...fields };
  }
  if (definition.type === 0) return unreadable(log, `map '${map}': map type isn't specified.`, -1, 'EINVAL');
  return ok(definition);
}

/** fill_map_from_def: logs what was read, in libbpf's order. */
export function tellDefinition(name: string, so: Definition, said: ReadonlySet<string>, log: Log): void {
  const tell = (text: string): void => log('debug', `map '${name}': found ${text}.`);
  tell(`type = ${so.type}`);
  if (said.has('key')) tell(`key [${so.keyType}], sz = ${so.keySize}`);
  else if (said.has('key_size')) tell(`key_size = ${so.keySize}`);
  if (said.has('value')) tell(`value [${so.valueType}], sz = ${so.valueSize}`);
  else if (said.has('value_size') || said.has('values')) tell(`value_size = ${so.valueSize}`);
  if (said.has('max_entries')) tell(`max_entries = ${so.maxEntries}`);
  if (said.has('map_flags')) tell(`map_flags = 0x${so.flags.toString(16)}`);
  if (said.has('map_extra')) tell(`map_extra = 0x${so.extra.toString(16)}`);
  if (said.has('pinning')) tell(`pinning = ${so.pinned ? PIN_BY_NAME : 0}`);
  if (said.has('numa_node')) tell(`numa_node = ${so.numaNode}`);
  if (so.inner) tell('inner map definition');
}
