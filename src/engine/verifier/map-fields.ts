/* Finds the fields of a map's value that belong to the kernel, by the names of their types (btf_parse_fields). */
import type { Btf } from '../btf/btf.ts';
import type { MapField } from './environment.ts';

/** Names of structs that are such fields. */
const KINDS: ReadonlySet<string> = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
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

/** Walks the value's type and the structs in it, not arrays; at most 11 fields, in the order of their offsets. */
export function mapFields(btf: Btf, valueType: number): MapField[] {
  const found: MapField[] = [];
  walk(btf, valueType, 0, found, 0);
  return found.toSorted((a, b) => a.offset - b.offset);
}

/** Structs nested deeper than this are not examined (MAX_RESOLVE_DEPTH). */
const DEEPEST = 32;

function walk(btf: Btf, id: number, offset: number, found: MapField[], depth: number): void {
  const type = btf.type(btf.skipModifiers(id));
  if (!type || depth > DEEPEST || found.length >= MOST) return;
  if (type.kind === 'STRUCT' && KINDS.has(type.name)) {
    found.push({ kind: type.name, offset, size: type.size });
  } else if (type.kind === 'VAR') {
    walk(btf, type.type, offset, found, depth + 1);
  } else if (type.kind === 'STRUCT') {
    for (const member of type.members) walk(btf, member.type, offset + member.bitOffset / 8, found, depth + 1);
  } else if (type.kind === 'DATASEC') {
    for (const variable of type.variables) walk(btf, variable.type, offset + variable.offset, found, depth + 1);
  } else if (type.kind === 'PTR') {
    const tag = btf.type(type.type);
    const kind = tag?.kind === 'TYPE_TAG' ? POINTERS.get(tag.name) : undefined;
    const target = btf.type(btf.skipModifiers(type.type))?.name ?? '';
    if (kind !== undefined) found.push({ kind, offset, size: 8, target });
  }
}
