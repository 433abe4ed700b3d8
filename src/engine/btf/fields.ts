/* Member paths: names through anonymous members as in C, dots into embedded structs, [n] into arrays. */
import type { Btf, BtfMember, BtfType, Field } from './btf.ts';

type Types = Pick<Btf, 'type' | 'skipModifiers' | 'sizeOf'>;
type Step = string | number;

/** A place inside the outermost struct: what is there and at which bit. */
interface Place {
  readonly type: number;
  readonly bitOffset: number;
  readonly bitSize: number;
}

const PATH = /([^.[\]]+)|\[(\d+)\]/y;

/** Splits a member path into its parts; null for text that is not a path. */
function parsePath(path: string): Step[] | null {
  const steps: Step[] = [];
  let at = 0;
  while (at < path.length) {
    if (steps.length > 0 && path[at] === '.') at++;
    PATH.lastIndex = at;
    const match = PATH.exec(path);
    if (match === null) return null;
    const [, name = '', index] = match;
    steps.push(index === undefined ? name : Number(index));
    at = PATH.lastIndex;
  }
  return steps.length > 0 ? steps : null;
}

/** The field that a path names in a struct or union. */
export function fieldOf(btf: Types, struct: number, path: string): Field | null {
  const steps = parsePath(path);
  if (steps === null) return null;
  let place: Place | null = { type: struct, bitOffset: 0, bitSize: 0 };
  for (const [i, step] of steps.entries()) {
    place = typeof step === 'number' ? element(btf, place, step) : member(btf, place, step, i === 0);
    if (place === null) return null;
  }
  return toField(btf, place);
}

function toField(btf: Types, { type, bitOffset, bitSize }: Place): Field {
  const byteOffset = Math.floor(bitOffset / 8);
  return { type, byteOffset, size: btf.sizeOf(type), bit: bitSize > 0 ? bitOffset % 8 : 0, bitSize };
}

function element(btf: Types, place: Place, index: number): Place | null {
  const array = btf.type(btf.skipModifiers(place.type));
  if (array?.kind !== 'ARRAY') return null;
  // a flexible array has length 0 and any index
  if (index >= array.length && array.length > 0) return null;
  const size = btf.sizeOf(array.type);
  return size < 0 ? null : { type: array.type, bitOffset: place.bitOffset + index * size * 8, bitSize: 0 };
}

function member(btf: Types, place: Place, name: string, embedded: boolean): Place | null {
  const struct = composite(btf, place.type);
  if (struct === null) return null;
  const found = named(btf, struct, name, new Set()) ?? (embedded ? inEmbedded(btf, struct, name) : null);
  return found && { ...found, bitOffset: found.bitOffset + place.bitOffset };
}

export function composite(btf: Types, id: number): BtfType | null {
  const type = btf.type(btf.skipModifiers(id));
  return type?.kind === 'STRUCT' || type?.kind === 'UNION' ? type : null;
}

/**
 * Searches a struct and its anonymous members. `seen` stops at a struct that contains itself, which only a damaged BTF
 * has.
 */
function named(btf: Types, struct: BtfType, name: string, seen: Set<number>): Place | null {
  if (seen.has(struct.id)) return null;
  seen.add(struct.id);
  for (const m of struct.members) {
    if (m.name === name) return placeOf(m);
    const inner = m.name === '' ? composite(btf, m.type) : null;
    const found = inner && named(btf, inner, name, seen);
    if (found) return { ...found, bitOffset: found.bitOffset + m.bitOffset };
  }
  return null;
}

function placeOf(m: BtfMember): Place {
  return { type: m.type, bitOffset: m.bitOffset, bitSize: m.bitSize };
}

/**
 * Searches the chain of structs embedded at the start of this one; a name that two of them have is ambiguous and
 * not found.
 */
function inEmbedded(btf: Types, struct: BtfType, name: string): Place | null {
  let found: Place | null = null;
  const seen = new Set<number>([struct.id]);
  for (let inner = firstMember(btf, struct); inner !== null && !seen.has(inner.id); inner = firstMember(btf, inner)) {
    seen.add(inner.id);
    const here = named(btf, inner, name, new Set());
    if (here && found) return null;
    found ??= here;
  }
  return found;
}

function firstMember(btf: Types, struct: BtfType): BtfType | null {
  const [first] = struct.members;
  return first && first.bitOffset === 0 ? composite(btf, first.type) : null;
}
