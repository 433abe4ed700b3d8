/*
 * Merges equal types. Two types are equal when no path of references from them shows a difference. Classes start from
 * what each type says by itself, and split while members of one class refer to different classes, so structs that point
 * to each other in circles need no special case. A forward declaration counts as the struct of its name, where there
 * is one and all of that name turn out to be the same.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf, BtfType } from './btf.ts';
import { createBtfWriter, renumberedType } from './write.ts';

export interface Deduplicated {
  readonly btf: Uint8Array;
  /** by old id: the new one */
  readonly ids: Uint32Array;
}

/**
 * Rewrites a whole BTF with one copy of each type; string offsets change. A BTF with an id table or a base is not
 * allowed.
 */
export function dedupBtf(btf: Btf): Deduplicated {
  const types = Array.from({ length: btf.count + 1 }, (_, id) => btf.type(id)).filter((type) => type !== null);
  const { classes, stands } = classify(types);
  const kept = new Map<number, number>();
  for (const { id } of types.slice(1)) {
    const own = entryOf(classes, id);
    if (stands[id] === id && !kept.has(own)) kept.set(own, id);
  }
  const keptIds = [...kept.values()].sort((a, b) => a - b);
  const newIds = new Map(keptIds.map((id, i) => [entryOf(classes, id), i + 1]));
  const ids = Uint32Array.from(types, ({ id }) => newIds.get(entryOf(classes, id)) ?? 0);

  const writer = createBtfWriter();
  for (const id of keptIds) writer.add(renumberedType(entryOf(types, id), (old) => ids[old] ?? 0));
  return { btf: writer.finish(), ids };
}

interface Classes {
  /** by id; equal numbers: the same type */
  readonly classes: Uint32Array;
  /** by id: the type itself, or for a forward declaration the struct that it declares */
  readonly stands: Uint32Array;
}

function classify(types: readonly BtfType[]): Classes {
  const shapes = numbered(types, shapeOf).classes;
  const stands = Uint32Array.from(types, ({ id }) => id);
  const forwards = declaredStructs(types, shapes);
  for (const { forward, structs } of forwards) stands[forward] = entryOf(structs, 0);
  for (;;) {
    const classes = refine(types, shapes, stands);
    const wrong = forwards.filter(
      ({ forward, structs }) =>
        stands[forward] !== forward && structs.some((id) => classes[id] !== classes[entryOf(structs, 0)]),
    );
    if (wrong.length === 0) return { classes, stands };
    for (const { forward } of wrong) stands[forward] = forward;
  }
}

/** Numbers types by a key: equal keys, equal numbers. */
function numbered(
  types: readonly BtfType[],
  keyOf: (type: BtfType) => string,
): { classes: Uint32Array; count: number } {
  const numbers = new Map<string, number>();
  const classes = Uint32Array.from(types, (type) => {
    const key = keyOf(type);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { classes, count: numbers.size };
}

/**
 * Key of all that a type says apart from its references. Each variable and section has a key of its own, so none are
 * merged.
 */
function shapeOf(type: BtfType): string {
  const { id, kind, name, kindFlag, size, length, extra } = type;
  const members = type.members.map((m) => [m.name, m.bitOffset, m.bitSize]);
  const enumerators = type.enumerators.map((e) => [e.name, String(e.value)]);
  const single = kind === 'VAR' || kind === 'DATASEC' ? id : 0;
  return JSON.stringify([
    kind,
    name,
    kindFlag,
    size,
    length,
    extra,
    members,
    type.params.map((p) => p.name),
    enumerators,
    single,
  ]);
}

function referencesOf(type: BtfType): number[] {
  return [type.type, type.indexType, ...[type.members, type.params, type.variables].flat().map((item) => item.type)];
}

interface Forward {
  readonly forward: number;
  /** all structs (or unions) of that name, which have one shape */
  readonly structs: readonly number[];
}

function declaredStructs(types: readonly BtfType[], shapes: Uint32Array): Forward[] {
  const byName = new Map<string, number[]>();
  for (const { id, kind, name } of types) {
    if ((kind !== 'STRUCT' && kind !== 'UNION') || name === '') continue;
    byName.set(`${kind} ${name}`, [...(byName.get(`${kind} ${name}`) ?? []), id]);
  }
  return types.flatMap(({ id, kind, name, kindFlag }) => {
    const structs = byName.get(`${kindFlag ? 'UNION' : 'STRUCT'} ${name}`);
    const known = kind === 'FWD' && structs?.every((other) => shapes[other] === shapes[entryOf(structs, 0)]);
    return structs && known ? [{ forward: id, structs }] : [];
  });
}

/** Splits classes until types of one class refer to types of the same classes, in the same places. */
function refine(types: readonly BtfType[], shapes: Uint32Array, stands: Uint32Array): Uint32Array {
  let classes = shapes;
  for (let before = 0; ; ) {
    const current = classes;
    const next = numbered(types, ({ id }) => {
      const type = entryOf(types, entryOf(stands, id));
      return `${current[type.id]}:${referencesOf(type)
        .map((ref) => current[entryOf(stands, ref)])
        .join()}`;
    });
    if (next.count === before) return next.classes;
    before = next.count;
    classes = next.classes;
  }
}
