/*
 * Builds a BTF blob: types are numbered from 1 in the order in which they are added, each string is stored once. Used
 * for what a loader hands to BPF_BTF_LOAD, and for subsets of a kernel's BTF.
 */
import type { Btf, BtfEnumerator, BtfKindName, BtfMember, BtfParam, BtfType, BtfVarSecInfo } from './btf.ts';
import { BTF_KIND } from './btf.ts';
import { SIZED } from './decode.ts';
import { BTF_HEADER_LENGTH, BTF_MAGIC } from './header.ts';
import { stringsOf } from './read.ts';

/** A type to be written; fields that its kind lacks may be left out. */
export type NewType = Pick<BtfType, 'kind'> & Partial<Omit<BtfType, 'kind' | 'id'>>;

export interface BtfWriter {
  /** the id of the new type */
  add(type: NewType): number;
  /** offset of a text in the string section, for records that name strings without a type */
  string(text: string): number;
  finish(): Uint8Array;
}

/** INT encoding bits, as `extra` of an INT has them. */
export const INT_SIGNED = 1 << 24;

/** An int type of so many bytes, without bit offset. */
export function intType(name: string, size: number, encoding = 0): NewType {
  return { kind: 'INT', name, size, extra: encoding | (size * 8) };
}

/** `base`: the BTF that the new one adds to; ids and string offsets go on where its own end. */
export function createBtfWriter(base?: Btf): BtfWriter {
  const words: number[] = [];
  const strings = createStrings(base ? stringsOf(base).length : 0);
  let next = base?.idLimit ?? 1;
  return {
    add(type) {
      encodeType(words, strings.offset, type);
      return next++;
    },
    string: (text) => strings.offset(text),
    finish: () => assemble(words, strings.bytes()),
  };
}

/** The type with every reference passed through `renumber`. */
export function renumberedType(type: BtfType, renumber: (id: number) => number): NewType {
  const refer = <T extends { readonly type: number }>(item: T): T => ({ ...item, type: renumber(item.type) });
  return {
    ...type,
    type: renumber(type.type),
    indexType: renumber(type.indexType),
    members: type.members.map(refer),
    params: type.params.map(refer),
    variables: type.variables.map(refer),
  };
}

interface Strings {
  readonly offset: (text: string) => number;
  readonly bytes: () => Uint8Array;
}

function createStrings(start: number): Strings {
  const encoder = new TextEncoder();
  const offsets = new Map<string, number>(start > 0 ? [['', 0]] : []);
  const parts: Uint8Array[] = [];
  let length = 0;
  const offset = (text: string): number => {
    const known = offsets.get(text);
    if (known !== undefined) return known;
    const at = start + length;
    const part = encoder.encode(`${text}\0`);
    offsets.set(text, at);
    parts.push(part);
    length += part.length;
    return at;
  };
  offset('');
  return { offset, bytes: () => concat(parts, length) };
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function assemble(words: readonly number[], strings: Uint8Array): Uint8Array {
  const typeLength = words.length * 4;
  const bytes = new Uint8Array(BTF_HEADER_LENGTH + typeLength + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, BTF_MAGIC, true);
  view.setUint8(2, 1);
  const header = [BTF_HEADER_LENGTH, 0, typeLength, typeLength, strings.length];
  for (const [i, word] of header.entries()) view.setUint32(4 + i * 4, word, true);
  for (const [i, word] of words.entries()) view.setUint32(BTF_HEADER_LENGTH + i * 4, word, true);
  bytes.set(strings, BTF_HEADER_LENGTH + typeLength);
  return bytes;
}

type StringOffset = (text: string) => number;

function encodeType(words: number[], string: StringOffset, type: NewType): void {
  const kind = BTF_KIND[type.kind];
  const items = encodeItems(string, type);
  const vlen = type.kind === 'FUNC' ? (type.extra ?? 0) : items.length;
  words.push(string(type.name ?? ''), encodeInfo(kind, vlen, type.kindFlag ?? false), thirdWord(type));
  words.push(...fixedTrailer(type));
  for (const item of items) words.push(...item);
}

function encodeInfo(kind: number, vlen: number, flag: boolean): number {
  return ((flag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0;
}

function thirdWord({ kind, size, type }: NewType): number {
  if (SIZED.has(kind)) return size ?? 0;
  return kind === 'ARRAY' ? 0 : (type ?? 0);
}

const WITH_EXTRA = new Set<BtfKindName>(['INT', 'VAR', 'DECL_TAG']);

function fixedTrailer(type: NewType): number[] {
  if (type.kind === 'ARRAY') return [type.type ?? 0, type.indexType ?? 0, type.length ?? 0];
  return WITH_EXTRA.has(type.kind) ? [type.extra ?? 0] : [];
}

function encodeItems(string: StringOffset, type: NewType): number[][] {
  const { kind } = type;
  if (kind === 'STRUCT' || kind === 'UNION') return encodeMembers(string, type.members ?? [], type.kindFlag ?? false);
  if (kind === 'FUNC_PROTO') return encodeParams(string, type.params ?? []);
  if (kind === 'DATASEC') return encodeVariables(type.variables ?? []);
  if (kind === 'ENUM' || kind === 'ENUM64') return encodeEnumerators(string, kind, type.enumerators ?? []);
  return [];
}

function encodeMembers(string: StringOffset, members: readonly BtfMember[], flag: boolean): number[][] {
  return members.map((m) => [string(m.name), m.type, flag ? ((m.bitSize << 24) | m.bitOffset) >>> 0 : m.bitOffset]);
}

function encodeParams(string: StringOffset, params: readonly BtfParam[]): number[][] {
  return params.map((p) => [string(p.name), p.type]);
}

function encodeVariables(variables: readonly BtfVarSecInfo[]): number[][] {
  return variables.map((v) => [v.type, v.offset, v.size]);
}

function encodeEnumerators(
  string: StringOffset,
  kind: 'ENUM' | 'ENUM64',
  enumerators: readonly BtfEnumerator[],
): number[][] {
  const low = (value: bigint) => Number(BigInt.asUintN(32, value));
  return enumerators.map(({ name, value }) =>
    kind === 'ENUM' ? [string(name), low(value)] : [string(name), low(value), low(value >> 32n)],
  );
}
