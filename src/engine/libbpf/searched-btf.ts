/*
 * Which BTF an object's types are looked for in. Machines carry the part of their kernel's BTF that congestion controls
 * use; libbpf searches all of it. Ids are the same in both, so that either answers for the other.
 */
import type { Btf } from '../btf/btf.ts';
import { hasCandidates } from './core-candidates.ts';
import { CORE_KINDS } from './core-spec.ts';
import type { OpenedObject } from './object.ts';

/** Kinds that look at more than the type itself, or not at the kernel. */
const LOOKS_DEEPER = 'type_matches';
const LOCAL = 'local_type_id';

/** Whether the object names something of a kernel that this part of its BTF lacks. */
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

/** `part`, or all of the kernel's BTF for an object that needs it, where that is at hand. */
export function searchedBtf(object: OpenedObject, part: Btf, whole: () => Btf | null = () => null): Btf {
  return needsWhole(object, part) ? (whole() ?? part) : part;
}
