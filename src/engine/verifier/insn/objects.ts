/* Objects with fields of the kernel's in them: values of maps, and structs that programs allocate. */
import type { MapField } from '../environment.ts';
import * as T from '../types.ts';
import { structFields } from './object-rules.ts';

const NONE: readonly MapField[] = [];

/** Fields of the object that a pointer leads to (reg_btf_record). */
export function fieldsAt({ type, map, btf, btfId }: T.Val): readonly MapField[] {
  if (type === T.PTR_TO_MAP_VALUE) return map?.fields ?? NONE;
  return T.isAllocated(type) && btf ? structFields(btf, btfId) : NONE;
}

export const fieldNamed = (v: T.Val, kind: string): MapField | undefined => fieldsAt(v).find((f) => f.kind === kind);

/** reg_may_point_to_spin_lock: such pointers keep their ids, which tell one lock from another. */
export const mayLock = (v: T.Val): boolean => fieldNamed(v, 'bpf_spin_lock') !== undefined;

const KPTRS: ReadonlySet<string> = new Set(['kptr', 'kptr_ref', 'percpu_kptr']);
export const isKptr = ({ kind }: MapField): boolean => KPTRS.has(kind);
/** btf_field_type_name */
export const fieldText = ({ kind }: MapField): string => (kind === 'kptr_ref' ? 'kptr' : kind);
