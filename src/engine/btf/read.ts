/*
 * Opening a BTF: one pass finds where each type starts; names are hashed at the first search; a type is decoded when it
 * is asked for, and kept. Any bytes are safe to open: what the checks here let pass decodes to something, and walks
 * along references are bounded.
 */
import { assert, entryOf } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { Btf, BtfKindName, BtfType, Field } from './btf.ts';
import { BTF_KIND } from './btf.ts';
import { declareType } from './declare.ts';
import { decodeType, SIZED } from './decode.ts';
import { fieldOf } from './fields.ts';
import { readHeader } from './header.ts';
import type { NameIndex } from './names.ts';
import { indexNames } from './names.ts';
import type { StringSection } from './strings.ts';
import { openStrings } from './strings.ts';
import { indexTypes } from './wire.ts';

/** A blob with its types located. Positions count from 1 in file order. */
export interface Blob {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly strings: StringSection;
  readonly offsets: Uint32Array;
  readonly count: number;
}

/** Translates between positions in the blob and type ids. */
interface Numbering {
  readonly limit: number;
  idOf(position: number): number;
  /** 0 for an id that is not in this blob */
  positionOf(id: number): number;
  /** the id meant by a reference in the bytes */
  translate(reference: number): number;
}

/** What a split BTF needs of the BTF below it. */
interface Base {
  readonly btf: Btf;
  readonly strings: StringSection;
}

const blobs = new WeakMap<Btf, Blob>();

const VOID: BtfType = {
  id: 0,
  kind: 'VOID',
  name: 'void',
  kindFlag: false,
  size: 0,
  type: 0,
  members: [],
  params: [],
  enumerators: [],
  variables: [],
  length: 0,
  indexType: 0,
  extra: 0,
};
/**
 * Longest chain of references that is followed. The kernel resolves no deeper than 32 (MAX_RESOLVE_DEPTH); longer
 * chains are loops.
 */
const MAX_DEPTH = 64;
const NO_ID = 0xffffffff;
const POINTER_SIZE = 8;
const TRANSPARENT = new Set<BtfKindName>(['TYPEDEF', 'CONST', 'VOLATILE', 'RESTRICT', 'TYPE_TAG']);

/**
 * Opens a BTF. With `ids` the blob is a subset of another BTF: `ids[position]` is the id that its type has there
 * (`ids[0]` is 0), and every id given or taken from then on is one of those.
 */
export function openBtf(bytes: Uint8Array, ids?: Uint32Array): Result<Btf> {
  const blob = openBlob(bytes, 1);
  if (!blob.ok) return blob;
  if (ids && ids.length !== blob.value.count + 1) {
    return err(`id table has ${ids.length} entries for ${blob.value.count} types`);
  }
  return ok(makeBtf(blob.value, ids ? tableNumbering(ids) : plainNumbering(1, blob.value.count)));
}

/** Opens a BTF whose ids and string offsets go on where `base` ends, as a module's do after vmlinux. */
export function openSplitBtf(bytes: Uint8Array, base: Btf): Result<Btf> {
  const below = { btf: base, strings: stringsOf(base) };
  const blob = openBlob(bytes, base.idLimit, below.strings);
  if (!blob.ok) return blob;
  return ok(makeBtf(blob.value, plainNumbering(base.idLimit, blob.value.count), below));
}

/** Text at a string offset, as line info and CO-RE records refer to their strings. */
export function stringAt(btf: Btf, offset: number): string {
  return stringsOf(btf).text(offset);
}

export function stringsOf(btf: Btf): StringSection {
  return blobOf(btf).strings;
}

/** The bytes of a Btf that was opened here. */
export function blobOf(btf: Btf): Blob {
  const blob = blobs.get(btf);
  assert(blob, 'a Btf comes from openBtf');
  return blob;
}

function openBlob(bytes: Uint8Array, firstId: number, base?: StringSection): Result<Blob> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = readHeader(view, base !== undefined, true);
  if (!sections.ok) return sections;
  const { typeStart, typeEnd } = sections.value;
  const offsets = indexTypes(view, typeStart, typeEnd, firstId);
  if (!offsets.ok) return offsets;
  const count = offsets.value.length - 2;
  return ok({ bytes, view, strings: openStrings(bytes, sections.value, base), offsets: offsets.value, count });
}

function plainNumbering(first: number, count: number): Numbering {
  return {
    limit: first + count,
    idOf: (position) => first + position - 1,
    positionOf: (id) => (id >= first && id < first + count ? id - first + 1 : 0),
    translate: (reference) => reference,
  };
}

function tableNumbering(ids: Uint32Array): Numbering {
  const positions = new Map<number, number>();
  let limit = 1;
  for (const [position, id] of ids.entries()) {
    positions.set(id, position);
    limit = Math.max(limit, id + 1);
  }
  return {
    limit,
    idOf: (position) => entryOf(ids, position),
    positionOf: (id) => positions.get(id) ?? 0,
    translate: (reference) => ids[reference] ?? NO_ID,
  };
}

function makeBtf(blob: Blob, numbering: Numbering, base?: Base): Btf {
  const { view, offsets, count } = blob;
  const source = { view, strings: blob.strings, translate: (reference: number) => numbering.translate(reference) };
  /** by position; filling a Map of this size would take longer than decoding the types */
  const decoded: (BtfType | undefined)[] = [];
  const fields = new Map<string, Field | null>();
  let names: NameIndex | null = null;

  const btf: Btf = {
    bytes: blob.bytes,
    count,
    idAt: (position) => numbering.idOf(position + 1),
    idLimit: numbering.limit,
    type(id) {
      if (id === 0) return VOID;
      const position = numbering.positionOf(id);
      if (position === 0) return base?.btf.type(id) ?? null;
      // reserve all places at once; growing would copy the array each time
      if (decoded.length === 0) decoded.length = count + 1;
      return (decoded[position] ??= decodeType(source, id, entryOf(offsets, position)));
    },
    find(kind, name) {
      const below = base?.btf.find(kind, name) ?? 0;
      if (below !== 0) return below;
      names ??= indexNames(view, offsets, count, blob.strings);
      const position = names.find(BTF_KIND[kind], name);
      return position === 0 ? 0 : numbering.idOf(position);
    },
    skipModifiers: (id) => skipModifiers(btf, id),
    sizeOf: (id) => sizeOf(btf, id),
    field(struct, path) {
      const key = `${struct} ${path}`;
      let field = fields.get(key);
      if (field === undefined) {
        field = fieldOf(btf, compositeNamed(btf, struct), path);
        fields.set(key, field);
      }
      return field;
    },
    declare: (id, name) => declareType(btf, id, name),
  };
  blobs.set(btf, blob);
  return btf;
}

function compositeNamed(btf: Btf, name: string): number {
  return btf.find('STRUCT', name) || btf.find('UNION', name) || btf.find('TYPEDEF', name);
}

function skipModifiers(btf: Btf, id: number): number {
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(at);
    if (type === null || !TRANSPARENT.has(type.kind)) return at;
    at = type.type;
  }
  return 0;
}

function sizeOf(btf: Btf, id: number): number {
  let elements = 1;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(btf.skipModifiers(at));
    if (type === null) return -1;
    if (type.kind === 'PTR') return elements * POINTER_SIZE;
    if (SIZED.has(type.kind)) return elements * type.size;
    if (type.kind !== 'ARRAY' && type.kind !== 'VAR') return -1;
    if (type.kind === 'ARRAY') elements *= type.length;
    at = type.type;
  }
  return -1;
}
