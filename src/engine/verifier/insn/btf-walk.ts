/*
 * Resolves a read through a typed kernel pointer: which member it hits, and the type of the result (btf_struct_walk,
 * btf_struct_access).
 */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import type { Btf, BtfMember, BtfType } from '../../btf/btf.ts';
import type { Session } from '../session.ts';
import type { Val } from '../types.ts';

/** Result of a read: a number, or a pointer to a struct. */
export interface Walked {
  readonly struct: number;
  /** type tags and names on the way to a pointer */
  readonly field: string;
  readonly owner: string;
  readonly rcu: boolean;
  readonly user: boolean;
  readonly percpu: boolean;
  readonly untrusted: boolean;
}

type StructType = BtfType & { readonly kind: 'STRUCT' | 'UNION' };
export const isStruct = (t: BtfType | null | undefined): t is StructType => t?.kind === 'STRUCT' || t?.kind === 'UNION';

const SCALAR_KINDS = new Set(['INT', 'ENUM', 'ENUM64', 'FLOAT']);
export const isScalarKind = (t: BtfType | null): boolean => t !== null && SCALAR_KINDS.has(t.kind);

/** Names of the type tags that modify a type. */
function tagsOf(btf: Btf, id: number): string[] {
  const tags: string[] = [];
  let t = btf.type(id);
  for (let hops = 0; t && hops < 32; hops++) {
    if (t.kind === 'TYPE_TAG') tags.push(t.name);
    else if (t.kind !== 'CONST' && t.kind !== 'VOLATILE' && t.kind !== 'RESTRICT' && t.kind !== 'TYPEDEF') break;
    t = btf.type(t.type);
  }
  return tags;
}

interface Place {
  struct: BtfType;
  off: number;
  /** the path led through a union */
  union: boolean;
}

const MAX_NESTING = 64;

/** The member that an access hits; null for a plain number. */
export function walkStruct(env: Session, btf: Btf, id: number, off: number, size: number): Walked | null {
  const start = btf.type(btf.skipModifiers(id));
  if (!isStruct(start)) return null;
  const place: Place = { struct: start, off, union: false };
  for (let depth = 0; depth < MAX_NESTING; depth++) {
    const step = stepInto(env, btf, place, size);
    if (step !== 'again') return step;
  }
  return null;
}

function stepInto(env: Session, btf: Btf, place: Place, size: number): Walked | null | 'again' {
  const { struct } = place;
  if (struct.kind === 'UNION' && struct.members.length !== 1) place.union = true;
  if (place.off + size > struct.size) return beyond(env, btf, place, size);
  for (const member of struct.members) {
    const start = member.bitOffset >> 3;
    if (place.off + size <= start) break;
    if (member.bitSize > 0) {
      const end = Math.ceil((member.bitOffset + member.bitSize) / 8);
      if (place.off <= start && end <= place.off + size) return null;
      continue;
    }
    if (place.off < start) break;
    const result = stepMember(env, btf, place, size, member, start);
    if (result !== 'next') return result;
  }
  return env.refuse(EINVAL, `struct ${struct.name} doesn't have field at offset ${place.off}`);
}

/** Handles a read past the end, which may lie in a flexible array at the struct's end. */
function beyond(env: Session, btf: Btf, place: Place, size: number): Walked | null | 'again' {
  const { struct, off } = place;
  const last = struct.members[struct.members.length - 1];
  const array = last ? btf.type(btf.skipModifiers(last.type)) : null;
  const start = last ? last.bitOffset >> 3 : 0;
  if (array?.kind === 'ARRAY' && array.length === 0 && off >= start) {
    const element = btf.type(btf.skipModifiers(array.type));
    const each = btf.sizeOf(array.type);
    if (isStruct(element) && each > 0) {
      place.off = (off - start) % each;
      place.struct = element;
      return 'again';
    }
    if (isScalarKind(element)) return null;
  }
  return env.refuse(EACCES, `access beyond struct ${struct.name} at off ${off} size ${size}`);
}

function stepMember(
  env: Session,
  btf: Btf,
  place: Place,
  size: number,
  member: BtfMember,
  start: number,
): Walked | null | 'again' | 'next' {
  let typeId = btf.skipModifiers(member.type);
  let type = btf.type(typeId);
  let off = place.off - start;
  const total = btf.sizeOf(member.type);
  const end = start + Math.max(total, 0);
  if (place.off >= end) return 'next';
  for (let hops = 0; type?.kind === 'ARRAY' && hops < 8; hops++) {
    const each = btf.sizeOf(type.type);
    if (each > 0) off %= each;
    typeId = btf.skipModifiers(type.type);
    type = btf.type(typeId);
  }
  if (isStruct(type)) {
    if (off < 0) return 'next';
    place.struct = type;
    place.off = off;
    return 'again';
  }
  if (type?.kind === 'PTR') return stepPointer(env, btf, place, size, member, off, typeId);
  return checkEnd(env, place, size, member, end);
}

function checkEnd(env: Session, place: Place, size: number, member: BtfMember, end: number): null {
  if (place.off + size > end && !place.union)
    env.refuse(
      EACCES,
      `access beyond the end of member ${member.name} (mend:${end}) in struct ${place.struct.name} with off ${place.off} size ${size}`,
    );
  return null;
}

function stepPointer(
  env: Session,
  btf: Btf,
  place: Place,
  size: number,
  member: BtfMember,
  off: number,
  typeId: number,
): Walked | null {
  const { struct } = place;
  if (size !== 8 || off !== 0)
    env.refuse(
      EACCES,
      `cannot access ptr member ${member.name} with moff ${place.off - off} in struct ${struct.name} with off ${place.off} size ${size}`,
    );
  const target = btf.type(typeId)?.type ?? 0;
  const tags = tagsOf(btf, target);
  const pointee = btf.type(btf.skipModifiers(target));
  if (isStruct(pointee))
    return {
      struct: pointee.id,
      field: member.name,
      owner: struct.name,
      rcu: tags.includes('rcu'),
      user: tags.includes('user'),
      percpu: tags.includes('percpu'),
      untrusted: place.union,
    };
  return null;
}

/** Whether a pointer leads to a struct: by its own type when that is to be strict, else also to one that lies in it. */
export const matchesStruct = ({ btf, btfId, off }: Val, wanted: Btf, id: number, strict: boolean): boolean =>
  btf === wanted && (strict ? btfId === id && off === 0 : embeds(btf, btfId, off, id, false));

/** Whether a struct embeds struct `to` at an offset (btf_struct_ids_match). */
export function embeds(btf: Btf, id: number, off: number, to: number, strict: boolean): boolean {
  let at = id;
  let left = off;
  if (at === to && left === 0) return true;
  if (strict) return at === to && left === 0;
  for (let depth = 0; depth < MAX_NESTING; depth++) {
    const struct = btf.type(at);
    if (!isStruct(struct)) return false;
    const member = struct.members.find((m) => {
      const start = m.bitOffset >> 3;
      return m.bitSize === 0 && left >= start && left < start + Math.max(btf.sizeOf(m.type), 0);
    });
    if (!member) return false;
    left -= member.bitOffset >> 3;
    let inner = btf.type(btf.skipModifiers(member.type));
    for (let hops = 0; inner?.kind === 'ARRAY' && hops < 8; hops++) {
      const each = btf.sizeOf(inner.type);
      if (each > 0) left %= each;
      inner = btf.type(btf.skipModifiers(inner.type));
    }
    if (!isStruct(inner)) return false;
    at = inner.id;
    if (at === to && left === 0) return true;
  }
  return false;
}
