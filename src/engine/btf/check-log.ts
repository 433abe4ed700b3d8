/* The lines that the kernel writes about a BTF that is loaded (btf_verifier_log_type() and its like). */
import { entryOf } from '../base/assert.ts';
import type { BtfKindName, BtfType, BtfVarSecInfo } from './btf.ts';
import { isIdentifier } from './identifiers.ts';
import type { StringSection } from './strings.ts';

/** Name offsets as they are in the bytes: an offset may be present and lead to no string. */
export interface RawNames {
  /** name offset of a type, or of its n-th member or parameter */
  offset(type: BtfType, item?: number): number;
  /** as the log shows it */
  text(offset: number): string;
  isIdentifier(offset: number): boolean;
}

/** `placeOf`: where an id's type begins in the bytes. */
export function rawNames(view: DataView, strings: StringSection, placeOf: (id: number) => number): RawNames {
  return {
    offset(type, item) {
      const at = placeOf(type.id);
      const step = type.kind === 'FUNC_PROTO' ? 8 : 12;
      return view.getUint32(item === undefined ? at : at + 12 + item * step, true);
    },
    text(offset) {
      if (offset === 0) return '(anon)';
      return offset < strings.length ? strings.text(offset) : '(invalid-name-offset)';
    },
    isIdentifier: (offset) => offset < strings.length && isIdentifier(strings, offset),
  };
}

const ENCODINGS: Readonly<Record<number, string>> = { 0: '(none)', 1: 'SIGNED', 2: 'CHAR', 4: 'BOOL' };

type Details = (type: BtfType, names: RawNames) => string;
const reference: Details = (type) => `type_id=${type.type}`;
const counted = (items: 'members' | 'enumerators' | 'variables'): Details => {
  return (type) => `size=${type.size} vlen=${type[items].length}`;
};

const DETAILS: Readonly<Record<BtfKindName, Details>> = {
  VOID: () => '',
  INT: ({ size, extra }) => {
    const encoding = ENCODINGS[(extra >>> 24) & 0xf] ?? 'UNKN';
    return `size=${size} bits_offset=${(extra >>> 16) & 0xff} nr_bits=${extra & 0xff} encoding=${encoding}`;
  },
  PTR: reference,
  ARRAY: ({ type, indexType, length }) => `type_id=${type} index_type_id=${indexType} nr_elems=${length}`,
  STRUCT: counted('members'),
  UNION: counted('members'),
  ENUM: counted('enumerators'),
  ENUM64: counted('enumerators'),
  FWD: ({ kindFlag }) => (kindFlag ? 'union' : 'struct'),
  TYPEDEF: reference,
  VOLATILE: reference,
  CONST: reference,
  RESTRICT: reference,
  FUNC: reference,
  FUNC_PROTO: (proto, names) => `return=${proto.type} args=(${paramsText(proto, names)})`,
  VAR: ({ type, extra }) => `type_id=${type} linkage=${extra >>> 0}`,
  DATASEC: counted('variables'),
  FLOAT: ({ size }) => `size=${size}`,
  DECL_TAG: ({ type, extra }) => `type=${type} component_idx=${extra}`,
  TYPE_TAG: reference,
};

function paramsText(proto: BtfType, names: RawNames): string {
  const last = proto.params.length - 1;
  if (last < 0) return 'void';
  return proto.params
    .map(({ type }, i) => (i === last && type === 0 ? 'vararg' : `${type} ${names.text(names.offset(proto, i))}`))
    .join(', ');
}

/** `[1] INT int`, with or without what the kind adds. */
export function typeLine(names: RawNames, type: BtfType, details = true): string {
  const head = `[${type.id}] ${type.kind} ${names.text(names.offset(type))}`;
  return details ? `${head} ${DETAILS[type.kind](type, names)}` : head;
}

/** The n-th member; `resolved`: the type that its own resolves to, for lines that show that. */
export function memberLine(names: RawNames, struct: BtfType, item: number, resolved?: number): string {
  const { bitOffset, bitSize, type } = entryOf(struct.members, item);
  const place = struct.kindFlag ? `bitfield_size=${bitSize} bits_offset=${bitOffset}` : `bits_offset=${bitOffset}`;
  return `\t${names.text(names.offset(struct, item))} type_id=${resolved ?? type} ${place}`;
}

export function variableLine({ type, offset, size }: BtfVarSecInfo): string {
  return `\t type_id=${type} offset=${offset} size=${size}`;
}
