/* Finds the fields of a value that belong to the kernel, by their types (btf_parse_fields). */
import type { Btf, BtfType } from '../btf/btf.ts';
import type { MapField } from './environment.ts';

const LIST_HEAD = 'bpf_list_head';
const RB_ROOT = 'bpf_rb_root';

/** Names of structs that are such fields. */
export const KINDS: ReadonlySet<string> = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  LIST_HEAD,
  'bpf_list_node',
  RB_ROOT,
  'bpf_rb_node',
  'bpf_refcount',
]);

/** Type tags of pointers that helpers exchange: `__kptr`, `__kptr_untrusted`, `__percpu_kptr`, `__uptr`. */
const POINTERS: ReadonlyMap<string, string> = new Map([
  ['kptr', 'kptr_ref'],
  ['kptr_ref', 'kptr_ref'],
  ['kptr_untrusted', 'kptr'],
  ['percpu_kptr', 'percpu_kptr'],
  ['uptr', 'uptr'],
]);

/** BTF_FIELDS_MAX */
const MOST = 11;

/** A type in its place: the struct, union or variable that names it, and the number of the member. */
interface Place {
  readonly offset: number;
  readonly owner: number;
  readonly member: number;
}

/** Walks the value's type, the structs and the arrays in it; at most 11 fields, in the order of their offsets. */
export function mapFields(btf: Btf, valueType: number): MapField[] {
  const found: MapField[] = [];
  walk(btf, valueType, { offset: 0, owner: 0, member: -1 }, found, 0);
  return found.toSorted((a, b) => a.offset - b.offset);
}

/** Structs nested deeper than this are not examined (MAX_RESOLVE_DEPTH). */
const DEEPEST = 32;

function walk(btf: Btf, id: number, place: Place, found: MapField[], depth: number): void {
  const typeId = btf.skipModifiers(id);
  const type = btf.type(typeId);
  const { offset } = place;
  if (!type || depth > DEEPEST || found.length >= MOST) return;
  if (type.kind === 'STRUCT' && KINDS.has(type.name)) {
    const field = { kind: type.name, offset, size: type.size };
    found.push(type.name === LIST_HEAD || type.name === RB_ROOT ? { ...field, ...contentOf(btf, place) } : field);
  } else if (type.kind === 'VAR') {
    walk(btf, type.type, { offset, owner: typeId, member: -1 }, found, depth + 1);
  } else if (type.kind === 'STRUCT') {
    for (const [member, { type: inner, bitOffset }] of type.members.entries())
      walk(btf, inner, { offset: offset + bitOffset / 8, owner: typeId, member }, found, depth + 1);
  } else if (type.kind === 'DATASEC') {
    for (const variable of type.variables)
      walk(btf, variable.type, { ...place, offset: offset + variable.offset }, found, depth + 1);
  } else if (type.kind === 'ARRAY') {
    repeat(btf, type, place, found, depth);
  } else if (type.kind === 'PTR') {
    const kind = pointerKind(btf, type);
    const target = btf.type(btf.skipModifiers(type.type))?.name ?? '';
    if (kind !== undefined) found.push({ kind, offset, size: 8, target });
  }
}

const REPEATED: ReadonlySet<string> = new Set(['kptr', 'kptr_ref', 'percpu_kptr', LIST_HEAD, RB_ROOT]);

/** Fields of each element (btf_repeat_fields); of other kinds than these a value has one or none. */
function repeat(btf: Btf, { type, length }: BtfType, place: Place, found: MapField[], depth: number): void {
  const size = btf.sizeOf(type);
  const one: MapField[] = [];
  walk(btf, type, place, one, depth + 1);
  if (size <= 0 || one.length * length > MOST - found.length || !one.every(({ kind }) => REPEATED.has(kind))) return;
  for (let i = 0; i < length; i++) found.push(...one.map((field) => ({ ...field, offset: field.offset + i * size })));
}

export function pointerKind(btf: Btf, pointer: BtfType): string | undefined {
  const tag = btf.type(pointer.type);
  return tag?.kind === 'TYPE_TAG' ? POINTERS.get(tag.name) : undefined;
}

const CONTAINS = 'contains:';

/** What a list or tree holds, by the tag `contains:STRUCT:MEMBER` on its place: the struct, and where its node lies in it. */
function contentOf(btf: Btf, { owner, member }: Place): { target?: string; node?: number } {
  for (let i = 0; i < btf.count; i++) {
    const tag = btf.type(btf.idAt(i));
    if (tag?.kind !== 'DECL_TAG' || tag.type !== owner || (tag.extra | 0) !== member) continue;
    if (!tag.name.startsWith(CONTAINS)) continue;
    const [target, name] = tag.name.slice(CONTAINS.length).split(':');
    const node = btf.type(btf.find('STRUCT', target))?.members.find((m) => m.name === name);
    return node ? { target, node: node.bitOffset / 8 } : { target };
  }
  return {};
}
