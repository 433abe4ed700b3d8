/* CO-RE: computes the value that a record requests, in the object's types and in the kernel's. */
import { entryOf } from '../base/assert.ts';
import type { BtfType } from '../btf/btf.ts';
import { INT_SIGNED } from '../btf/write.ts';
import { isEnum, plainType } from './core-compat.ts';
import { type CoreKind, type CoreSpec, isEnumKind, isTypeKind } from './core-spec.ts';

export interface CoreValue {
  readonly value: bigint;
  /** the instruction must contain the local value before patching */
  readonly validate: boolean;
  /** for offsets: bytes and type of the field; 0 for all other kinds */
  readonly size: number;
  readonly type: number;
}

/** `poison`: the kernel has no such thing, and code that needs it must not run. */
export type Calculated = CoreValue | 'poison' | { readonly error: string };

const plain = (value: bigint, validate = true): CoreValue => ({ value, validate, size: 0, type: 0 });
const number = (value: number, validate = true): CoreValue => plain(BigInt(value), validate);

/** `spec` is null when no type of the kernel matches. */
export function calculate(kind: CoreKind, spec: CoreSpec | null): Calculated {
  if (isTypeKind(kind)) return typeValue(kind, spec);
  if (isEnumKind(kind)) return enumValue(kind, spec);
  return fieldValue(kind, spec);
}

function typeValue(kind: CoreKind, spec: CoreSpec | null): Calculated {
  if (spec === null) return number(0);
  // ids depend on the running kernel, so the compiler's value is not checked
  if (kind === 'local_type_id' || kind === 'target_type_id') return number(spec.root, false);
  if (kind !== 'type_size') return number(1);
  const size = spec.btf.sizeOf(spec.root);
  return size < 0 ? { error: 'asks for the size of a type that has none' } : number(size);
}

function enumValue(kind: CoreKind, spec: CoreSpec | null): Calculated {
  if (kind === 'enumval_exists') return number(spec ? 1 : 0);
  if (spec === null) return 'poison';
  const { type: id, index } = entryOf(spec.accessors, 0);
  const type = spec.btf.type(id);
  const value = type?.enumerators[index]?.value ?? 0n;
  // values of 32 bits are kept signed
  return plain(BigInt.asUintN(64, type?.kind === 'ENUM' ? BigInt.asIntN(32, value) : value));
}

function fieldValue(kind: CoreKind, spec: CoreSpec | null): Calculated {
  if (kind === 'field_exists') return number(spec ? 1 : 0);
  if (spec === null) return 'poison';
  const { btf, accessors, bitOffset } = spec;
  const last = entryOf(accessors, accessors.length - 1);
  const byteOffset = Math.floor(bitOffset / 8);
  if (last.name === null) {
    const size = Math.max(0, btf.sizeOf(last.type));
    if (kind === 'byte_off') return { value: BigInt(byteOffset), validate: true, size, type: last.type };
    if (kind === 'byte_sz') return number(size);
    return { error: "can't be applied to array access" };
  }
  const member = btf.type(last.type)?.members[last.index];
  const type = plainType(btf, member?.type ?? 0).type;
  if (!member || type === null) return { error: 'leads to a member of no type' };
  if (member.bitSize === 0) return wholeMember(kind, { type, offset: byteOffset, size: btf.sizeOf(member.type) });
  const unit = loadUnit(type.size, bitOffset, member.bitSize);
  return unit ? bitfield(kind, type, unit) : { error: "can't be satisfied for bitfield" };
}

function isSigned(type: BtfType): boolean {
  return isEnum(type) ? type.kindFlag : type.kind === 'INT' && (type.extra & INT_SIGNED) !== 0;
}

interface Member {
  readonly type: BtfType;
  readonly offset: number;
  readonly size: number;
}

function wholeMember(kind: CoreKind, { type, offset, size }: Member): Calculated {
  if (size < 0) return { error: 'leads to a member without a size' };
  switch (kind) {
    case 'byte_off':
      return { value: BigInt(offset), validate: true, size, type: type.id };
    case 'byte_sz':
      return number(size);
    case 'signed':
      return number(isSigned(type) ? 1 : 0);
    default:
      // for both shifts: the field fills its load
      return number(64 - size * 8);
  }
}

interface LoadUnit {
  readonly offset: number;
  readonly size: number;
  /** first bit of the field, counted from `offset`, and its width */
  readonly bit: number;
  readonly bits: number;
}

/** The aligned load that contains a whole bitfield: its type's size, doubled until the field fits, at most 8 bytes. */
function loadUnit(typeSize: number, bitOffset: number, bits: number): LoadUnit | null {
  for (let size = Math.max(1, typeSize); size <= 8; size *= 2) {
    const offset = Math.floor(bitOffset / 8 / size) * size;
    const bit = bitOffset - offset * 8;
    if (bit + bits <= size * 8) return { offset, size, bit, bits };
  }
  return null;
}

function bitfield(kind: CoreKind, type: BtfType, { offset, size, bit, bits }: LoadUnit): Calculated {
  switch (kind) {
    case 'byte_off':
      return number(offset, false);
    case 'byte_sz':
      return number(size, false);
    case 'signed':
      return number(isSigned(type) ? 1 : 0);
    case 'lshift_u64':
      return number(64 - bit - bits, false);
    default:
      return number(64 - bits);
  }
}
