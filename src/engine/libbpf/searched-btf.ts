/*
 * Chooses the BTF in which an object's types are searched. A machine has the subset of its kernel's BTF that congestion
 * controls use; libbpf searches the whole. Ids are the same in both, so they can replace each other.
 */
import type { Btf } from '../btf/btf.ts';
import { hasCandidates } from './core-candidates.ts';
import { CORE_KINDS } from './core-spec.ts';
import type { OpenedObject } from './object.ts';

/** The relocation kind that also compares the types of members. */
const LOOKS_DEEPER = 'type_matches';
const LOCAL = 'local_type_id';

/** Whether the object refers to something that this subset of the kernel's BTF lacks. */
export function needsWhole(object: OpenedObject, part: Btf): boolean {
  const lacks = object.externs.some(
    ({ kind, name }) => kind !== 'kconfig' && part.find(kind === 'kfunc' ? 'FUNC' : 'VAR', name) === 0,
  );
  if (lacks) return true;
  const asked = new Set<number>();
  for (const record of [...(object.ext?.relocations.values() ?? [])].flat()) {
    const kind = CORE_KINDS[record.kind];
    if (kind === LOOKS_DEEPER) return true;
    if (kind !== LOCAL) asked.add(record.typeId);
  }
  return [...asked].some((id) => !hasCandidates(object.btf, id, part));
}

/** The subset, or the whole BTF for an object that needs it, if that is available. */
export function searchedBtf(object: OpenedObject, part: Btf, whole: () => Btf | null = () => null): Btf {
  return needsWhole(object, part) ? (whole() ?? part) : part;
}
