/*
 * CO-RE, first half: resolves what a record refers to. An access string such as `0:14` is followed through a BTF into a
 * spec: a list of named members and indices, with the resulting place. The same list is then looked up in the kernel's
 * types.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf, BtfType } from '../btf/btf.ts';
import {
  essentialName,
  fieldsAreCompatible,
  isComposite,
  isEnum,
  plainType,
  typesAreCompatible,
  typesMatch,
} from './core-compat.ts';

/** bpf_core_relo_kind, with the names that libbpf's log has for them */
export const CORE_KINDS = [
  'byte_off',
  'byte_sz',
  'field_exists',
  'signed',
  'lshift_u64',
  'rshift_u64',
  'local_type_id',
  'target_type_id',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const;
export type CoreKind = (typeof CORE_KINDS)[number];

export interface Accessor {
  /** struct that has the member, or type of the array's elements */
  readonly type: number;
  /** member, element or enumerator */
  readonly index: number;
  /** null: an index into an array, or the pointer itself */
  readonly name: string | null;
}

export interface CoreSpec {
  readonly btf: Btf;
  readonly root: number;
  readonly kind: CoreKind;
  readonly accessors: readonly Accessor[];
  /** indices as the access string has them, anonymous members included */
  readonly raw: readonly number[];
  readonly bitOffset: number;
}

/** BPF_CORE_SPEC_MAX_LEN */
const MAX_LENGTH = 64;
/** Deepest nesting of anonymous members; only a damaged BTF is deeper. */
const MAX_NESTING = 32;

const ENUM_KINDS: ReadonlySet<CoreKind> = new Set(['enumval_exists', 'enumval_value']);
const TYPE_KINDS: ReadonlySet<CoreKind> = new Set([
  'local_type_id',
  'target_type_id',
  'type_exists',
  'type_size',
  'type_matches',
]);
export const isEnumKind = (kind: CoreKind): boolean => ENUM_KINDS.has(kind);
export const isTypeKind = (kind: CoreKind): boolean => TYPE_KINDS.has(kind);

/** A local record's spec; null when its access string does not fit its type. */
export function parseSpec(btf: Btf, root: number, kind: CoreKind, access: string): CoreSpec | null {
  if (!/^\d+(:\d+)*$/.test(access)) return null;
  const raw = access.split(':').map(Number);
  if (raw.length > MAX_LENGTH) return null;
  if (isTypeKind(kind)) return access === '0' ? { btf, root, kind, accessors: [], raw, bitOffset: 0 } : null;
  const { id, type } = plainType(btf, root);
  if (type === null) return null;
  if (!isEnumKind(kind)) return parseField({ btf, root, kind, accessors: [], raw, bitOffset: 0 }, id);
  const index = entryOf(raw, 0);
  const enumerator = isEnum(type) && raw.length === 1 ? type.enumerators[index] : undefined;
  if (!enumerator) return null;
  return { btf, root, kind, raw, bitOffset: 0, accessors: [{ type: id, index, name: enumerator.name }] };
}

function parseField(spec: CoreSpec, first: number): CoreSpec | null {
  const { btf, raw } = spec;
  const start = entryOf(raw, 0);
  const accessors: Accessor[] = [{ type: first, index: start, name: null }];
  let at = first;
  let bitOffset = start * btf.sizeOf(first) * 8;
  for (const index of raw.slice(1)) {
    const { id, type } = plainType(btf, at);
    if (isComposite(type)) {
      const member = type.members[index];
      if (!member) return null;
      bitOffset += member.bitOffset;
      if (member.name !== '') accessors.push({ type: id, index, name: member.name });
      at = member.type;
    } else if (type?.kind === 'ARRAY' && hasElement(btf, accessors, type, index)) {
      at = plainType(btf, type.type).id;
      accessors.push({ type: at, index, name: null });
      bitOffset += index * Math.max(0, btf.sizeOf(at)) * 8;
    } else return null;
  }
  return { ...spec, accessors, bitOffset };
}

/** Whether an array has an element; a flexible array at the end of a struct has every one. */
function hasElement(btf: Btf, accessors: readonly Accessor[], array: BtfType, index: number): boolean {
  if (index < array.length) return true;
  const last = accessors.at(-1);
  if (!last || last.name === null || array.length > 0) return false;
  return last.index === (btf.type(last.type)?.members.length ?? 0) - 1;
}

/** Finds the local spec in a type of the target; null when that type lacks it. */
export function matchSpec(local: CoreSpec, btf: Btf, root: number): CoreSpec | null {
  const found = { btf, root, kind: local.kind };
  if (isTypeKind(local.kind)) {
    const same = local.kind === 'type_matches' ? typesMatch : typesAreCompatible;
    return same(local.btf, local.root, btf, root) ? { ...found, accessors: [], raw: [0], bitOffset: 0 } : null;
  }
  const { id, type } = plainType(btf, root);
  if (!isEnumKind(local.kind)) return matchField(local, { ...found, accessors: [], raw: [], bitOffset: 0 }, id);
  if (!isEnum(type)) return null;
  const wanted = essentialName(entryOf(local.accessors, 0).name ?? '');
  const index = type.enumerators.findIndex(({ name }) => essentialName(name) === wanted);
  const enumerator = type.enumerators[index];
  if (!enumerator) return null;
  const accessors = [{ type: id, index, name: enumerator.name }];
  return { ...found, accessors, raw: [index], bitOffset: 0 };
}

interface Found {
  readonly spec: CoreSpec;
  readonly type: number;
}

function matchField(local: CoreSpec, empty: CoreSpec, first: number): CoreSpec | null {
  let at: Found = { spec: empty, type: first };
  for (const [i, accessor] of local.accessors.entries()) {
    const next = accessor.name === null ? matchElement(at, accessor, i) : matchMember(local, accessor, at, 0);
    if (next === null || next.spec.raw.length > MAX_LENGTH) return null;
    at = next;
  }
  return at.spec;
}

function matchElement({ spec, type: at }: Found, { index }: Accessor, i: number): Found | null {
  const { btf, accessors, raw } = spec;
  const here = plainType(btf, at);
  let element = here.id;
  if (i > 0) {
    if (here.type?.kind !== 'ARRAY' || !hasElement(btf, accessors, here.type, index)) return null;
    element = plainType(btf, here.type.type).id;
  }
  const bitOffset = spec.bitOffset + index * Math.max(0, btf.sizeOf(element)) * 8;
  const step = { type: element, index, name: null };
  return { spec: { ...spec, accessors: [...accessors, step], raw: [...raw, index], bitOffset }, type: element };
}

function matchMember(local: CoreSpec, accessor: Accessor, { spec, type: at }: Found, depth: number): Found | null {
  const { btf } = spec;
  const { id, type } = plainType(btf, at);
  if (!isComposite(type) || depth > MAX_NESTING) return null;
  for (const [index, member] of type.members.entries()) {
    const inside = { ...spec, bitOffset: spec.bitOffset + member.bitOffset, raw: [...spec.raw, index] };
    if (member.name === '') {
      const deeper = matchMember(local, accessor, { spec: inside, type: member.type }, depth + 1);
      if (deeper) return deeper;
    } else if (member.name === accessor.name) {
      const own = local.btf.type(accessor.type)?.members[accessor.index]?.type ?? 0;
      if (!fieldsAreCompatible(local.btf, own, btf, member.type)) return null;
      return {
        spec: { ...inside, accessors: [...spec.accessors, { type: id, index, name: member.name }] },
        type: member.type,
      };
    }
  }
  return null;
}

/** Formats a spec as the log does: `<byte_off> [7] struct tcp_sock.snd_cwnd (0:14 @ offset 1500)`. */
export function formatSpec(spec: CoreSpec): string {
  const { btf, root, kind, accessors, raw, bitOffset } = spec;
  const type = btf.type(root);
  const head = `<${kind}> [${root}] ${kindWord(type)} ${type?.name || '<anon>'}`;
  if (isTypeKind(kind)) return head;
  if (isEnumKind(kind)) {
    const { type: id, index, name } = entryOf(accessors, 0);
    const value = btf.type(id)?.enumerators[index]?.value ?? 0n;
    return `${head}::${name} = ${value}`;
  }
  const path = accessors.map(({ name, index }, i) => {
    if (name !== null) return `.${name}`;
    return i > 0 || index > 0 ? `[${index}]` : '';
  });
  const bit = bitOffset % 8 === 0 ? '' : `.${bitOffset % 8}`;
  return `${head}${path.join('')} (${raw.join(':')} @ offset ${Math.floor(bitOffset / 8)}${bit})`;
}

/** Name of a kind in libbpf's log. */
export function kindWord(type: BtfType | null): string {
  return (type?.kind ?? 'VOID').toLowerCase();
}
