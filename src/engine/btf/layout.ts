/* How a struct fills its bytes: a row for every member, hole and padding, nested structs opened in place. */
import type { Btf, BtfType } from './btf.ts';
import { composite } from './fields.ts';
import type { Gap, Spot } from './gaps.ts';
import { scanMembers } from './gaps.ts';

export const CACHE_LINE = 64;

export interface LayoutRow {
  readonly kind: 'field' | 'hole' | 'padding';
  /** as `Btf.field` takes it; anonymous members add nothing to it; for holes, the path of the struct around them */
  readonly path: string;
  readonly name: string;
  /** bytes from the start of the outermost struct */
  readonly offset: number;
  /** bytes; for a bitfield those of its type, for a gap of bits 0 */
  readonly size: number;
  /** first bit counted from `offset`, and width, of a bitfield or a gap of bits; else 0 and 0 */
  readonly bit: number;
  readonly bitSize: number;
  /** C text without the name; empty for holes */
  readonly type: string;
  readonly typeId: number;
  readonly depth: number;
  /** number of the 64-byte line in which the row begins */
  readonly cacheLine: number;
  /** a struct or union: its members follow, as far as the depth limit lets them */
  readonly expandable: boolean;
}

/** The numbers that pahole prints under a struct. */
export interface LayoutSummary {
  readonly size: number;
  readonly cacheLines: number;
  /** bytes in the last cache line, 0 when it is full */
  readonly lastCacheLine: number;
  readonly members: number;
  /** bytes of all members but bitfields */
  readonly sumMembers: number;
  readonly holes: number;
  readonly sumHoles: number;
  /** bits of all bitfields */
  readonly sumBitfields: number;
  readonly bitHoles: number;
  readonly sumBitHoles: number;
  readonly padding: number;
  readonly bitPadding: number;
}

export interface Layout {
  readonly id: number;
  readonly name: string;
  readonly rows: readonly LayoutRow[];
  readonly summary: LayoutSummary;
}

export interface LayoutOptions {
  /** how deep members of members are shown; 0: only the struct's own */
  readonly depth?: number;
}

/** Deepest nesting shown; only a damaged BTF is deeper, and only there can rows multiply at each level. */
const MAX_DEPTH = 32;
const MAX_ROWS = 20_000;

/** Lays out a struct or union in rows; null for any other type. */
export function structLayout(btf: Btf, id: number, options: LayoutOptions = {}): Layout | null {
  const struct = composite(btf, id);
  if (struct === null) return null;
  const sink: Sink = { btf, rows: [], limit: Math.min(options.depth ?? MAX_DEPTH, MAX_DEPTH) };
  addRows(sink, struct, { path: '', offset: 0, depth: 0 });
  return { id: struct.id, name: struct.name, rows: sink.rows, summary: summarize(struct, scanMembers(btf, struct)) };
}

interface Sink {
  readonly btf: Btf;
  readonly rows: LayoutRow[];
  readonly limit: number;
}

/** Place of a nested struct in the outermost one. */
interface Place {
  readonly path: string;
  readonly offset: number;
  readonly depth: number;
}

function addRows(sink: Sink, struct: BtfType, place: Place): void {
  for (const item of scanMembers(sink.btf, struct)) {
    if (sink.rows.length >= MAX_ROWS) return;
    if (item.kind === 'member') addMember(sink, item, place);
    else sink.rows.push(gapRow(item, place));
  }
}

function addMember(sink: Sink, { member, byteOffset, bitOffset, size }: Spot, place: Place): void {
  const { btf } = sink;
  const inner = composite(btf, member.type);
  const row: LayoutRow = {
    kind: 'field',
    path: joinPath(place.path, member.name),
    name: member.name,
    offset: place.offset + byteOffset,
    size,
    bit: member.bitSize > 0 ? bitOffset - byteOffset * 8 : 0,
    bitSize: member.bitSize,
    type: btf.declare(member.type),
    typeId: member.type,
    depth: place.depth,
    cacheLine: Math.floor((place.offset + byteOffset) / CACHE_LINE),
    expandable: inner !== null,
  };
  sink.rows.push(row);
  if (inner && place.depth < sink.limit) {
    addRows(sink, inner, { path: row.path, offset: row.offset, depth: place.depth + 1 });
  }
}

function joinPath(path: string, name: string): string {
  return path === '' || name === '' ? path + name : `${path}.${name}`;
}

function gapRow({ kind, unit, bitOffset, bits }: Gap, place: Place): LayoutRow {
  const offset = place.offset + Math.floor(bitOffset / 8);
  const inBits = unit === 'bits';
  return {
    kind,
    path: place.path,
    name: '',
    offset,
    size: inBits ? 0 : bits / 8,
    bit: inBits ? bitOffset % 8 : 0,
    bitSize: inBits ? bits : 0,
    type: '',
    typeId: 0,
    depth: place.depth,
    cacheLine: Math.floor(offset / CACHE_LINE),
    expandable: false,
  };
}

function summarize(struct: BtfType, items: readonly (Spot | Gap)[]): LayoutSummary {
  const spots = items.filter((item) => item.kind === 'member');
  const gaps = (kind: Gap['kind'], unit: Gap['unit']) =>
    items.filter((item): item is Gap => item.kind === kind && item.unit === unit).map((gap) => gap.bits);
  const bytes = gaps('hole', 'bytes');
  const bits = gaps('hole', 'bits');
  return {
    size: struct.size,
    cacheLines: Math.ceil(struct.size / CACHE_LINE),
    lastCacheLine: struct.size % CACHE_LINE,
    members: spots.length,
    sumMembers: sum(spots.map((spot) => (spot.member.bitSize > 0 ? 0 : spot.size))),
    holes: bytes.length,
    sumHoles: sum(bytes) / 8,
    sumBitfields: sum(spots.map((spot) => spot.member.bitSize)),
    bitHoles: bits.length,
    sumBitHoles: sum(bits),
    padding: sum(gaps('padding', 'bytes')) / 8,
    bitPadding: sum(gaps('padding', 'bits')),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
