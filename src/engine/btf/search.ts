/*
 * Finds types by a part of their name: one scan over the string section finds the matching strings, and an index leads
 * from each string to the types with that name.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf, BtfKindName } from './btf.ts';
import { blobOf } from './read.ts';
import { infoKind, KIND_NAMES } from './wire.ts';

export interface SearchHit {
  readonly id: number;
  readonly kind: BtfKindName;
  readonly name: string;
}

/** Hits for a query, at most `limit`: names equal to it first, then those that begin with it, then the others. */
export type Search = (query: string, limit: number) => readonly SearchHit[];

/** Builds the index once (about 50 ms for a whole kernel); each search then takes a few ms. Case is ignored. */
export function openSearch(btf: Btf): Search {
  const { view, offsets, count, strings } = blobOf(btf);
  const text = strings.whole().toLowerCase();
  const own = strings.length - text.length;
  const named = namedTypes(view, offsets, count);
  return (query, limit) => {
    const word = query.toLowerCase();
    const hits = new Map<number, SearchHit>();
    if (word === '' || word.includes('\0')) return [];
    // each pass also finds what the previous one found, so it runs only while there is room for more hits
    for (const pattern of [`\0${word}\0`, `\0${word}`, word]) {
      for (const start of matches(text, pattern)) {
        if (hits.size >= limit) return [...hits.values()];
        for (const position of typesAt(named, start + own)) addHit(hits, btf, position);
      }
    }
    return [...hits.values()].slice(0, limit);
  };
}

/** Reads kind and name directly from the bytes; decoding the members of all hits would take longer than the search. */
function addHit(hits: Map<number, SearchHit>, btf: Btf, position: number): void {
  const { view, offsets, strings } = blobOf(btf);
  const id = btf.idAt(position - 1);
  const at = entryOf(offsets, position);
  const kind = entryOf(KIND_NAMES, infoKind(view.getUint32(at + 4, true)));
  if (!hits.has(id)) hits.set(id, { id, kind, name: strings.text(view.getUint32(at, true)) });
}

/** Positions of the types with a name, by name offset. */
interface NamedTypes {
  readonly nameOffsets: Uint32Array;
  readonly positions: Uint32Array;
}

function namedTypes(view: DataView, offsets: Uint32Array, count: number): NamedTypes {
  const keys = new Float64Array(count);
  let n = 0;
  for (let position = 1; position <= count; position++) {
    const name = view.getUint32(offsets[position] ?? 0, true);
    if (name !== 0) keys[n++] = name * POSITIONS + position;
  }
  const sorted = keys.subarray(0, n).sort();
  return {
    nameOffsets: Uint32Array.from(sorted, (key) => Math.floor(key / POSITIONS)),
    positions: Uint32Array.from(sorted, (key) => key % POSITIONS),
  };
}

/** Name offset and position in one exact number: offsets have 24 bits, positions fewer than 21. */
const POSITIONS = 0x20_0000;

function* typesAt({ nameOffsets, positions }: NamedTypes, offset: number): Generator<number> {
  let low = 0;
  for (let high = nameOffsets.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (entryOf(nameOffsets, middle) < offset) low = middle + 1;
    else high = middle;
  }
  for (; nameOffsets[low] === offset; low++) yield entryOf(positions, low);
}

/** Starts of the strings that contain a pattern; a pattern that begins with NUL matches the string after that NUL. */
function* matches(text: string, pattern: string): Generator<number> {
  for (let at = text.indexOf(pattern); at >= 0; ) {
    const inside = pattern.startsWith('\0') ? at + 1 : at;
    yield text.lastIndexOf('\0', inside - 1) + 1;
    const end = text.indexOf('\0', inside);
    at = end < 0 ? -1 : text.indexOf(pattern, end);
  }
}
