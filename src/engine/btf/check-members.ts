/* Whether a member fits into its struct, by the kind of its type (the check_member operations in kernel/bpf/btf.c). */
import type { BtfMember, BtfType } from './btf.ts';

/** A member whose type is resolved: modifiers are stripped. */
export interface Placed {
  readonly struct: BtfType;
  readonly member: BtfMember;
  readonly type: BtfType;
  /** bytes of the type */
  readonly size: number;
}

const EXCEEDS = 'Member exceeds struct_size';
const UNALIGNED = 'Member is not byte aligned';
const BAD_BITFIELD = 'Invalid member bitfield_size';
const BITS_PER_U128 = 128;
const ENUM_BITS = 32;
const POINTER_SIZE = 8;

const bitsOf = (int: BtfType): number => int.extra & 0xff;
const offsetOf = (int: BtfType): number => (int.extra >>> 16) & 0xff;

/** Whether the bits are those of a plain C integer: 1, 2, 4, 8 or 16 bytes from bit 0. */
export function isRegularInt(int: BtfType): boolean {
  return int.kind === 'INT' && offsetOf(int) === 0 && [8, 16, 32, 64, 128].includes(bitsOf(int));
}

/** The kernel's message, or null when the member fits. */
export function memberMisfit(placed: Placed): string | null {
  const { struct, type } = placed;
  if (type.kind === 'INT') return struct.kindFlag ? flaggedInt(placed) : plainInt(placed);
  if (type.kind === 'ENUM' || type.kind === 'ENUM64') return struct.kindFlag ? flaggedEnum(placed) : wholeBytes(placed);
  if (type.kind === 'FLOAT' || type.kind === 'PTR' || type.kind === 'ARRAY' || isComposite(type)) {
    if (struct.kindFlag && placed.member.bitSize !== 0) return BAD_BITFIELD;
    return type.kind === 'FLOAT' ? float(placed) : wholeBytes(placed);
  }
  return struct.kindFlag ? 'Unsupported check_kflag_member' : 'Unsupported check_member';
}

function isComposite({ kind }: BtfType): boolean {
  return kind === 'STRUCT' || kind === 'UNION';
}

function bitsFit(struct: BtfType, start: number, bits: number): string | null {
  const copied = bits + (start % 8);
  if (copied > BITS_PER_U128) return `nr_copy_bits exceeds ${BITS_PER_U128}`;
  return Math.floor(start / 8) + Math.ceil(copied / 8) > struct.size ? EXCEEDS : null;
}

function plainInt({ struct, member, type }: Placed): string | null {
  const start = member.bitOffset + offsetOf(type);
  if (start > 0xffffffff) return 'bits_offset exceeds U32_MAX';
  return bitsFit(struct, start, bitsOf(type));
}

function flaggedInt({ struct, member, type }: Placed): string | null {
  if (!isRegularInt(type)) return 'Invalid member base type';
  if (member.bitSize === 0 && member.bitOffset % 8 !== 0) return 'Invalid member offset';
  if (member.bitSize > bitsOf(type)) return BAD_BITFIELD;
  return bitsFit(struct, member.bitOffset, member.bitSize || bitsOf(type));
}

function flaggedEnum({ struct, member }: Placed): string | null {
  if (member.bitSize === 0 && member.bitOffset % 8 !== 0) return UNALIGNED;
  if (member.bitSize > ENUM_BITS) return BAD_BITFIELD;
  return Math.ceil((member.bitOffset + (member.bitSize || ENUM_BITS)) / 8) > struct.size ? EXCEEDS : null;
}

function wholeBytes({ struct, member, size }: Placed): string | null {
  if (member.bitOffset % 8 !== 0) return UNALIGNED;
  return member.bitOffset / 8 + size > struct.size ? EXCEEDS : null;
}

function float({ struct, member, size }: Placed): string | null {
  if (member.bitOffset % (Math.min(POINTER_SIZE, size) * 8) !== 0) return 'Member is not properly aligned';
  return Math.floor(member.bitOffset / 8) + size > struct.size ? EXCEEDS : null;
}
