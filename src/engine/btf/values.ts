/*
 * Shows bytes as a value of their type, as bpftool's map dumps do: integers by their sign, enumerators by name, text
 * arrays as strings, pointers in hex.
 */
import type { Btf, BtfKindName, BtfMember, BtfType } from './btf.ts';

export type ValueNode =
  | { readonly kind: 'struct'; readonly members: readonly (readonly [name: string, value: ValueNode])[] }
  | { readonly kind: 'array'; readonly items: readonly ValueNode[] }
  /** a number, as it is printed */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string };

export interface ValueOptions {
  /** text for a pointer about which the caller knows more than its address; null: print the address */
  readonly pointer?: (type: BtfType, address: bigint) => ValueNode | null;
}

const MAX_DEPTH = 32;
/** Most elements that are read: a damaged BTF can nest arrays so that elements multiply. No kernel type has as many. */
const MAX_NODES = 100_000;

interface Reader {
  readonly btf: Btf;
  readonly bytes: Uint8Array;
  readonly options: ValueOptions;
  nodes: number;
}

/** Value of a type at a byte offset; anything beyond the end of the bytes reads as `?`. */
export function readValue(
  btf: Btf,
  typeId: number,
  bytes: Uint8Array,
  offset: number,
  options: ValueOptions = {},
): ValueNode {
  return valueAt({ btf, bytes, options, nodes: 0 }, typeId, offset, 0);
}

const number = (text: string): ValueNode => ({ kind: 'number', text });
const string = (text: string): ValueNode => ({ kind: 'string', text });
const UNKNOWN = number('?');

type Read = (r: Reader, type: BtfType, offset: number, depth: number) => ValueNode;

const READERS: Partial<Record<BtfKindName, Read>> = {
  STRUCT: structValue,
  UNION: structValue,
  DATASEC: sectionValue,
  ARRAY: arrayValue,
  PTR: pointerValue,
  VAR: (r, type, offset, depth) => valueAt(r, type.type, offset, depth),
};

function valueAt(r: Reader, typeId: number, offset: number, depth: number): ValueNode {
  const type = r.btf.type(r.btf.skipModifiers(typeId));
  if (type === null || depth > MAX_DEPTH || ++r.nodes > MAX_NODES) return UNKNOWN;
  const read = READERS[type.kind];
  if (read) return read(r, type, offset, depth + 1);
  return scalar(type, bitsAt(r.bytes, offset * 8, type.size * 8), type.size * 8);
}

function structValue(r: Reader, type: BtfType, offset: number, depth: number): ValueNode {
  return { kind: 'struct', members: type.members.map((m) => [m.name, memberValue(r, m, offset, depth)]) };
}

function sectionValue(r: Reader, type: BtfType, offset: number, depth: number): ValueNode {
  return { kind: 'array', items: type.variables.map((v) => variable(r, v.type, offset + v.offset, depth)) };
}

function memberValue(r: Reader, member: BtfMember, offset: number, depth: number): ValueNode {
  if (member.bitSize === 0) return valueAt(r, member.type, offset + Math.floor(member.bitOffset / 8), depth);
  const type = r.btf.type(r.btf.skipModifiers(member.type));
  if (type === null) return UNKNOWN;
  return scalar(type, bitsAt(r.bytes, offset * 8 + member.bitOffset, member.bitSize), member.bitSize);
}

function variable(r: Reader, typeId: number, offset: number, depth: number): ValueNode {
  return { kind: 'struct', members: [[r.btf.type(typeId)?.name ?? '', valueAt(r, typeId, offset, depth)]] };
}

function arrayValue(r: Reader, array: BtfType, offset: number, depth: number): ValueNode {
  const element = r.btf.type(r.btf.skipModifiers(array.type));
  const size = r.btf.sizeOf(array.type);
  if (element === null || size < 0) return UNKNOWN;
  const text = isChar(element) ? textAt(r.bytes, offset, array.length) : null;
  if (text !== null) return string(text);
  const items: ValueNode[] = [];
  for (let i = 0; i < array.length && r.nodes <= MAX_NODES; i++) {
    items.push(valueAt(r, array.type, offset + i * size, depth));
  }
  return { kind: 'array', items };
}

const INT_ENCODING_SIGNED = 1;
const INT_ENCODING_CHAR = 2;
const INT_ENCODING_BOOL = 4;
const intEncoding = (type: BtfType): number => (type.extra >>> 24) & 0xf;

function isChar(type: BtfType): boolean {
  return type.kind === 'INT' && type.size === 1 && (intEncoding(type) === INT_ENCODING_CHAR || type.name === 'char');
}

/** Printable text that ends with a NUL inside the array; null for other bytes. */
function textAt(bytes: Uint8Array, offset: number, length: number): string | null {
  let text = '';
  for (const byte of bytes.subarray(offset, offset + length)) {
    if (byte === 0) return text;
    if (byte <= 0x1f || byte >= 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return null;
}

function pointerValue(r: Reader, type: BtfType, offset: number): ValueNode {
  const address = bitsAt(r.bytes, offset * 8, 64);
  if (address === null) return UNKNOWN;
  return r.options.pointer?.(type, address) ?? string(address === 0n ? '(nil)' : `0x${address.toString(16)}`);
}

/** Bits from a bit offset, little endian; null where the bytes end before. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): bigint | null {
  const first = Math.floor(bit / 8);
  const last = Math.ceil((bit + width) / 8);
  if (last > bytes.length || width > 128) return null;
  let value = 0n;
  for (const byte of bytes.subarray(first, last).toReversed()) value = (value << 8n) | BigInt(byte);
  return BigInt.asUintN(width, value >> BigInt(bit % 8));
}

function scalar(type: BtfType, bits: bigint | null, width: number): ValueNode {
  if (bits === null) return UNKNOWN;
  if (type.kind === 'INT') return intValue(intEncoding(type), bits, width);
  if (type.kind !== 'ENUM' && type.kind !== 'ENUM64') return number(`0x${bits.toString(16)}`);
  const value = type.kindFlag ? BigInt.asIntN(width, bits) : bits;
  const named = type.enumerators.find((e) => BigInt.asUintN(width, e.value) === bits);
  return named ? string(named.name) : number(String(value));
}

function intValue(encoding: number, bits: bigint, width: number): ValueNode {
  if (width > 64) return string(`0x${bits.toString(16)}`);
  if (encoding === INT_ENCODING_BOOL) return number(bits === 0n ? 'false' : 'true');
  if (encoding === INT_ENCODING_CHAR) return charValue(Number(bits));
  return number(String(encoding === INT_ENCODING_SIGNED ? BigInt.asIntN(width, bits) : bits));
}

function charValue(code: number): ValueNode {
  if (code > 0x1f && code < 0x7f) return string(String.fromCharCode(code));
  return string(`\\u00${code.toString(16).padStart(2, '0')}`);
}

/** The text of a value as bpftool prints it: pretty, four blanks a level, arrays on one line. */
export function formatValue(
  btf: Btf,
  typeId: number,
  bytes: Uint8Array,
  offset: number,
  options: ValueOptions = {},
): string {
  return formatNode(readValue(btf, typeId, bytes, offset, options), 0);
}

/** `depth`: how many levels the text around the value is indented. */
export function formatNode(node: ValueNode, depth: number): string {
  const line = (levels: number) => `\n${' '.repeat(levels * 4)}`;
  switch (node.kind) {
    case 'number':
      return node.text;
    case 'string':
      return `"${node.text}"`;
    case 'array': {
      const items = node.items.map((item) => formatNode(item, depth + 1));
      return items.length === 0 ? '[]' : `[${items.join(',')}${line(depth)}]`;
    }
    case 'struct': {
      const members = node.members.map(
        ([name, value]) => `${line(depth + 1)}"${name}": ${formatNode(value, depth + 1)}`,
      );
      return members.length === 0 ? '{}' : `{${members.join(',')}${line(depth)}}`;
    }
  }
}
