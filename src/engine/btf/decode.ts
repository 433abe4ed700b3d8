/* One type's bytes as a BtfType. Total: any bytes that the index accepted decode to something. */
import { entryOf } from '../base/assert.ts';
import type { BtfEnumerator, BtfKindName, BtfMember, BtfParam, BtfType, BtfVarSecInfo } from './btf.ts';
import { BTF_KIND } from './btf.ts';
import type { StringSection } from './strings.ts';
import { infoFlag, infoKind, infoVlen, KIND_NAMES } from './wire.ts';

const NONE: readonly never[] = [];

/** An array of exactly `length` places, to be filled from the front; a growing array would reserve far more. */
// eslint-disable-next-line unicorn/no-new-array -- exactly this many places
const list = <T>(length: number): T[] => new Array<T>(length);

export interface TypeSource {
  readonly view: DataView;
  readonly strings: StringSection;
  /** translates a reference found in the bytes to the id that the rest of the program uses */
  readonly translate: (reference: number) => number;
}

/** Kinds whose third word is a type reference. */
const REFERS: readonly BtfKindName[] = [
  'PTR',
  'TYPEDEF',
  'VOLATILE',
  'CONST',
  'RESTRICT',
  'FUNC',
  'FUNC_PROTO',
  'VAR',
  'DECL_TAG',
  'TYPE_TAG',
];
/** Kinds whose third word is a size in bytes; kinds in neither set leave it unused. */
export const SIZED = new Set<BtfKindName>(['INT', 'STRUCT', 'UNION', 'ENUM', 'ENUM64', 'FLOAT', 'DATASEC']);

/** By kind number: what the third word is. */
const THIRD_IS_TYPE = KIND_NAMES.map((kind) => REFERS.includes(kind));
const THIRD_IS_SIZE = KIND_NAMES.map((kind) => SIZED.has(kind));

export function decodeType(source: TypeSource, id: number, at: number): BtfType {
  const { view, strings } = source;
  const info = view.getUint32(at + 4, true);
  const kind = infoKind(info);
  const word = view.getUint32(at + 8, true);
  const vlen = infoVlen(info);
  const items = at + 12;
  return {
    id,
    kind: entryOf(KIND_NAMES, kind),
    name: strings.text(view.getUint32(at, true)),
    kindFlag: infoFlag(info),
    size: THIRD_IS_SIZE[kind] ? word : 0,
    type: THIRD_IS_TYPE[kind] ? source.translate(word) : arrayWord(source, kind, items, 0),
    members: kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION ? decodeMembers(source, items, vlen, info) : NONE,
    params: kind === BTF_KIND.FUNC_PROTO ? decodeParams(source, items, vlen) : NONE,
    enumerators: decodeEnumerators(source, kind, items, vlen, infoFlag(info)),
    variables: kind === BTF_KIND.DATASEC ? decodeVariables(source, items, vlen) : NONE,
    length: kind === BTF_KIND.ARRAY ? view.getUint32(items + 8, true) : 0,
    indexType: arrayWord(source, kind, items, 4),
    extra: decodeExtra(view, kind, items, vlen),
  };
}

function arrayWord(source: TypeSource, kind: number, list: number, offset: number): number {
  return kind === BTF_KIND.ARRAY ? source.translate(source.view.getUint32(list + offset, true)) : 0;
}

function decodeExtra(view: DataView, kind: number, list: number, vlen: number): number {
  if (kind === BTF_KIND.INT || kind === BTF_KIND.VAR) return view.getUint32(list, true);
  if (kind === BTF_KIND.DECL_TAG) return view.getInt32(list, true);
  return kind === BTF_KIND.FUNC ? vlen : 0;
}

/** With kind_flag the offset word is bitfield size << 24 | bit offset; without it, the bit offset alone. */
function decodeMembers({ view, strings, translate }: TypeSource, at: number, vlen: number, info: number): BtfMember[] {
  const flag = infoFlag(info);
  const members = list<BtfMember>(vlen);
  for (let i = 0; i < vlen; i++, at += 12) {
    const offset = view.getUint32(at + 8, true);
    members[i] = {
      name: strings.text(view.getUint32(at, true)),
      type: translate(view.getUint32(at + 4, true)),
      bitOffset: flag ? offset & 0xffffff : offset,
      bitSize: flag ? offset >>> 24 : 0,
    };
  }
  return members;
}

function decodeParams({ view, strings, translate }: TypeSource, at: number, vlen: number): BtfParam[] {
  const params = list<BtfParam>(vlen);
  for (let i = 0; i < vlen; i++, at += 8) {
    params[i] = { name: strings.text(view.getUint32(at, true)), type: translate(view.getUint32(at + 4, true)) };
  }
  return params;
}

function decodeVariables({ view, translate }: TypeSource, at: number, vlen: number): BtfVarSecInfo[] {
  const variables = list<BtfVarSecInfo>(vlen);
  for (let i = 0; i < vlen; i++, at += 12) {
    variables[i] = {
      type: translate(view.getUint32(at, true)),
      offset: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
    };
  }
  return variables;
}

function decodeEnumerators(
  source: TypeSource,
  kind: number,
  at: number,
  vlen: number,
  signed: boolean,
): readonly BtfEnumerator[] {
  if (kind !== BTF_KIND.ENUM && kind !== BTF_KIND.ENUM64) return NONE;
  const { view, strings } = source;
  const step = kind === BTF_KIND.ENUM ? 8 : 12;
  const enumerators = list<BtfEnumerator>(vlen);
  for (let i = 0; i < vlen; i++, at += step) {
    enumerators[i] = {
      name: strings.text(view.getUint32(at, true)),
      value: step === 8 ? enumValue(view, at + 4, signed) : enum64Value(view, at + 4, signed),
    };
  }
  return enumerators;
}

function enumValue(view: DataView, at: number, signed: boolean): bigint {
  return BigInt(signed ? view.getInt32(at, true) : view.getUint32(at, true));
}

function enum64Value(view: DataView, at: number, signed: boolean): bigint {
  const value = (BigInt(view.getUint32(at + 4, true)) << 32n) | BigInt(view.getUint32(at, true));
  return signed ? BigInt.asIntN(64, value) : value;
}
