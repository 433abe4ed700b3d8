/* Fields of a program's structs that belong to the kernel (btf_parse_struct_metas). */
import type { Btf } from '../btf/btf.ts';
import type { MapField } from './environment.ts';
import { KINDS, mapFields, pointerKind } from './map-fields.ts';

/** Kinds that the kernel keeps no record of in structs that programs allocate. */
const MAPS_ONLY: ReadonlySet<string> = new Set(['bpf_timer', 'bpf_wq', 'uptr']);
const NONE: readonly MapField[] = [];
const records = new WeakMap<Btf, Map<number, readonly MapField[]>>();

/** Fields of a struct of a program's own; none where it has no member of such a type itself (btf_find_struct_meta). */
export function structFields(btf: Btf, id: number): readonly MapField[] {
  const known = records.get(btf) ?? new Map<number, readonly MapField[]>();
  records.set(btf, known);
  let fields = known.get(id);
  if (!fields) {
    const isSpecial = btf.type(id)?.members.some(({ type }) => {
      const own = btf.type(type);
      return own !== null && (KINDS.has(own.name) || (own.kind === 'PTR' && pointerKind(btf, own) !== undefined));
    });
    fields = isSpecial ? mapFields(btf, id).filter(({ kind }) => !MAPS_ONLY.has(kind)) : NONE;
    known.set(id, fields);
  }
  return fields;
}
