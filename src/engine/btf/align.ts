/* Alignment as a compiler would give it: a BTF does not store it. */
import type { Btf, BtfKindName, BtfType } from './btf.ts';

const POINTER_SIZE = 8;
const MAX_DEPTH = 32;
const SCALARS = new Set<BtfKindName>(['INT', 'ENUM', 'ENUM64', 'FLOAT']);

/**
 * Caches the alignment of structs and unions by BTF and id; otherwise nested types would be walked once for every type
 * around them.
 */
const known = new WeakMap<Btf, Map<number, number>>();

/**
 * Alignment of a type in bytes; 0 for a type that has none. A struct that breaks its members' alignment counts as
 * packed, with alignment 1.
 */
export function alignOf(btf: Btf, id: number, depth = 0): number {
  const type = btf.type(btf.skipModifiers(id));
  if (type === null || depth > MAX_DEPTH) return 0;
  if (SCALARS.has(type.kind)) return Math.min(POINTER_SIZE, type.size);
  if (type.kind === 'PTR') return POINTER_SIZE;
  if (type.kind === 'ARRAY') return alignOf(btf, type.type, depth + 1);
  if (type.kind !== 'STRUCT' && type.kind !== 'UNION') return 0;
  const aligns = known.get(btf) ?? new Map<number, number>();
  known.set(btf, aligns);
  const found = aligns.get(type.id) ?? compositeAlign(btf, type, depth);
  aligns.set(type.id, found);
  return found;
}

function compositeAlign(btf: Btf, struct: BtfType, depth: number): number {
  let largest = 1;
  for (const member of struct.members) {
    const align = alignOf(btf, member.type, depth + 1);
    if (align === 0) return 0;
    if (member.bitSize === 0 && member.bitOffset % (8 * align) !== 0) return 1;
    largest = Math.max(largest, align);
  }
  return struct.size % largest === 0 ? largest : 1;
}

/** Whether C needs `packed` to give the struct this layout. */
export function isPacked(btf: Btf, struct: BtfType): boolean {
  let largest = 1;
  for (const member of struct.members) {
    const align = alignOf(btf, member.type);
    if (align > 0 && member.bitSize === 0 && member.bitOffset % (8 * align) !== 0) return true;
    largest = Math.max(largest, align);
  }
  return struct.size % largest !== 0;
}
