/* CO-RE: the kernel's types that an object's type may mean: of its kind, and of its name but for the flavour. */
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
  /** for a type of the object */
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
  const ids = indexOf(kernel).get(keyOf(type.kind, essentialName(type.name))) ?? [];
  for (const id of ids) {
    const target = kernel.type(id);
    const found = `found target candidate [${id}] ${kindWord(target)} ${target?.name} in [vmlinux]`;
    log('debug', `CO-RE relocating [${localId}] ${kindWord(type)} ${type.name}: ${found}`);
  }
  return ids.map((id) => ({ btf: kernel, id }));
}

/** Whether a kernel has a type that this one of an object may mean. */
export function hasCandidates(local: Btf, localId: number, kernel: Btf): boolean {
  const type = local.type(localId);
  return type !== null && indexOf(kernel).has(keyOf(type.kind, essentialName(type.name)));
}

/** ENUM and ENUM64 are one. */
const keyOf = (kind: BtfKindName, name: string): string => `${kind === 'ENUM64' ? 'ENUM' : kind} ${name}`;

type Index = ReadonlyMap<string, readonly number[]>;
const indices = new WeakMap<Btf, Index>();

/** Ids by kind and essential name, made when a BTF is first asked: a kernel has some 130,000 types. */
function indexOf(btf: Btf): Index {
  const known = indices.get(btf);
  if (known) return known;
  const { view, offsets, strings } = blobOf(btf);
  const index = new Map<string, number[]>();
  for (let position = 0; position < btf.count; position++) {
    const at = offsets[position + 1];
    const nameOffset = view.getUint32(at, true);
    if (nameOffset === 0) continue;
    const kind = KIND_NAMES[infoKind(view.getUint32(at + 4, true))];
    const key = keyOf(kind, essentialName(strings.text(nameOffset)));
    const ids = index.get(key);
    if (ids) ids.push(btf.idAt(position));
    else index.set(key, [btf.idAt(position)]);
  }
  indices.set(btf, index);
  return index;
}
