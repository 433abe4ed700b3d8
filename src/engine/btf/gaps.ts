/*
 * The members of a struct in order, and the gaps between them as pahole counts them (class__find_holes() of dwarves). A
 * gap after a bitfield counts in bits as far as the bitfield's own unit reaches (its type at its alignment), and in
 * bytes beyond.
 */
import type { Btf, BtfMember, BtfType } from './btf.ts';

/** A member and its place. */
export interface Spot {
  readonly kind: 'member';
  readonly member: BtfMember;
  /** first bit, from the start of the struct */
  readonly bitOffset: number;
  /** for a bitfield, its unit's first byte; else the member's */
  readonly byteOffset: number;
  /** bytes of its type, 0 for what has no size */
  readonly size: number;
}

export interface Gap {
  readonly kind: 'hole' | 'padding';
  readonly unit: 'bits' | 'bytes';
  readonly bitOffset: number;
  readonly bits: number;
}

/** State of the scan: the bit up to which everything is accounted for, and the end of the current bitfield's unit. */
interface Cursor {
  seen: number;
  inBitfield: boolean;
  unitSize: number;
  unitEnd: number;
}

/** Members and gaps of a struct in the order of their bits; a union's members without gaps. */
export function scanMembers(btf: Btf, struct: BtfType): (Spot | Gap)[] {
  const items: (Spot | Gap)[] = [];
  const cursor: Cursor = { seen: 0, inBitfield: false, unitSize: 0, unitEnd: struct.size * 8 };
  for (const member of struct.members) {
    const spot = spotOf(btf, member);
    if (struct.kind === 'STRUCT') {
      addHoles(items, cursor, spot);
      advance(cursor, spot);
    }
    items.push(spot);
  }
  if (struct.kind === 'STRUCT') addPadding(items, cursor, struct.size * 8);
  return items;
}

function spotOf(btf: Btf, member: BtfMember): Spot {
  const { type, bitOffset, bitSize } = member;
  const size = Math.max(0, btf.sizeOf(type));
  const unit = bitSize > 0 && size > 0 ? size : 1;
  return { kind: 'member', member, bitOffset, size, byteOffset: Math.floor(bitOffset / (unit * 8)) * unit };
}

function addGap(items: (Spot | Gap)[], kind: Gap['kind'], unit: Gap['unit'], from: number, to: number): void {
  if (to > from) items.push({ kind, unit, bitOffset: from, bits: to - from });
}

function addHoles(items: (Spot | Gap)[], cursor: Cursor, spot: Spot): void {
  const start = spot.bitOffset;
  if (cursor.inBitfield) {
    const end = Math.min(start, cursor.unitEnd);
    addGap(items, 'hole', 'bits', cursor.seen, end);
    cursor.seen = end;
  }
  if (spot.member.bitSize === 0) {
    addGap(items, 'hole', 'bytes', cursor.seen - (cursor.seen % 8), start - (start % 8));
    return;
  }
  const unitStart = spot.byteOffset * 8;
  if (cursor.seen < unitStart && unitStart <= start) {
    addGap(items, 'hole', 'bytes', cursor.seen - (cursor.seen % 8), unitStart);
    cursor.seen = unitStart;
  }
  addGap(items, 'hole', 'bits', cursor.seen, start);
}

function advance(cursor: Cursor, spot: Spot): void {
  const unitSize = spot.size * 8;
  const end = spot.bitOffset + (spot.member.bitSize || unitSize);
  cursor.seen = end;
  cursor.inBitfield = spot.member.bitSize > 0;
  if (!cursor.inBitfield) {
    cursor.unitSize = 0;
    cursor.unitEnd = end;
  } else if (end > cursor.unitEnd || unitSize > cursor.unitSize) {
    cursor.unitSize = unitSize;
    cursor.unitEnd = spot.byteOffset * 8 + unitSize;
    // a bitfield that begins in the previous unit reaches into the next one
    if (end > cursor.unitEnd) cursor.unitEnd += unitSize;
  }
}

function addPadding(items: (Spot | Gap)[], cursor: Cursor, structEnd: number): void {
  if (cursor.inBitfield) {
    const end = Math.min(structEnd, cursor.unitEnd);
    addGap(items, 'padding', 'bits', cursor.seen, end);
    cursor.seen = end;
  }
  addGap(items, 'padding', 'bytes', cursor.seen - (cursor.seen % 8), structEnd);
}
