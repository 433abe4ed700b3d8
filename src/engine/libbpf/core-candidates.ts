/*
 * CO-RE: finds the kernel's types that an object's type may refer to: same kind, and same name without the flavour
 * suffix.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf, BtfKindName } from '../btf/btf.ts';
import { blobOf } from '../btf/read.ts';
import { infoKind, KIND_NAMES } from '../btf/wire.ts';
import { essentialName } from './core-compat.ts';
import { kindWord } from './core-spec.ts';
import type { Log } from './log.ts';

interface Candidate {
  readonly btf: Btf;
  readonly id: number;
}

export interface Candidates {
  /** candidates for a type of the object */
  of(localId: number): readonly Candidate[];
}

/** Candidates in the kernel's own BTF, looked up once for each type of the object. */
export function findCandidates(log: Log, local: Btf, kernel: Btf): Candidates {
  const known = new Map<number, readonly Candidate[]>();
  return {
    of(localId) {
      let found = known.get(localId);
      if (!found) {
        found = search(log, local, localId, kernel);
        known.set(localId, found);
      }
      return found;
    },
  };
}

function search(log: Log, local: Btf, localId: number, kernel: Btf): readonly Candidate[] {
  const type = local.type(localId);
  if (!type) return [];
  const ids = idsOf(kernel, type.kind, type.name);
  for (const id of ids) {
    const target = kernel.type(id);
    const found = `found target candidate [${id}] ${kindWord(target)} ${target?.name} in [vmlinux]`;
    log('debug', `CO-RE relocating [${localId}] ${kindWord(type)} ${type.name}: ${found}`);
  }
  return ids.map((id) => ({ btf: kernel, id }));
}

/** Whether a kernel has a candidate for this type of an object. */
export function hasCandidates(local: Btf, localId: number, kernel: Btf): boolean {
  const type = local.type(localId);
  return type !== null && idsOf(kernel, type.kind, type.name).length > 0;
}

/** ENUM and ENUM64 count as one kind. */
const kindOf = (kind: BtfKindName): BtfKindName => (kind === 'ENUM64' ? 'ENUM' : kind);

/**
 * Ids by essential name. Most names have one type, so a single id is stored as a number: a list for each would take
 * longer to build.
 */
type Names = Map<string, number | number[]>;
type Index = ReadonlyMap<BtfKindName, Names>;
const indices = new WeakMap<Btf, Index>();

function idsOf(btf: Btf, kind: BtfKindName, name: string): readonly number[] {
  const found = indexOf(btf).get(kindOf(kind))?.get(essentialName(name)) ?? [];
  return typeof found === 'number' ? [found] : found;
}

/** Builds the index when a BTF is first searched: a kernel has about 130,000 types. */
function indexOf(btf: Btf): Index {
  const known = indices.get(btf);
  if (known) return known;
  const { view, offsets, strings } = blobOf(btf);
  const index = new Map<BtfKindName, Names>();
  for (let position = 0; position < btf.count; position++) {
    const at = entryOf(offsets, position + 1);
    const nameOffset = view.getUint32(at, true);
    if (nameOffset === 0) continue;
    const kind = kindOf(entryOf(KIND_NAMES, infoKind(view.getUint32(at + 4, true))));
    let names = index.get(kind);
    if (!names) index.set(kind, (names = new Map()));
    const name = essentialName(strings.text(nameOffset));
    const id = btf.idAt(position);
    const before = names.get(name);
    if (before === undefined) names.set(name, id);
    else if (typeof before === 'number') names.set(name, [before, id]);
    else before.push(id);
  }
  indices.set(btf, index);
  return index;
}
