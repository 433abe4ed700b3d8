/*
 * The text of a pinned map (bpf_struct_ops_map_seq_show_elem): the lookup value in the kernel's compact form of BTF,
 * without names. Pointers are hashed, as %p does, so that program ids cannot be read from it.
 */
import { hashTree } from '../../base/hash.ts';
import type { Btf, BtfKindName, BtfType } from '../../btf/btf.ts';
import type { Core } from '../core.ts';
import type { StructOpsMap } from '../state.ts';
import { lookupValue } from './value.ts';

const WARNING = '# WARNING!! The output is for debug purpose only\n# WARNING!! The output format will change\n';

export function seqShow(k: Core, map: StructOpsMap): string {
  const value = lookupValue(k, map);
  return `${WARNING}${show(k.btf, map.valueTypeId, new DataView(value.buffer), 0)}\n`;
}

type Show = (btf: Btf, type: BtfType, bytes: DataView, at: number) => string;

const showStruct: Show = (btf, type, bytes, at) =>
  `{${type.members.map((m) => `${show(btf, m.type, bytes, at + m.bitOffset / 8)},`).join('')}}`;

const showEnum: Show = (_btf, type, bytes, at) => {
  const value = BigInt(bytes.getUint32(at, true));
  return type.enumerators.find((e) => e.value === value)?.name ?? String(value);
};

const SHOW: Partial<Record<BtfKindName, Show>> = {
  STRUCT: showStruct,
  UNION: showStruct,
  ARRAY: showArray,
  PTR: (_btf, _type, bytes, at) => hashed(bytes.getBigUint64(at, true)),
  ENUM: showEnum,
};

function show(btf: Btf, id: number, bytes: DataView, at: number): string {
  const type = btf.type(btf.skipModifiers(id));
  if (!type) return '';
  return SHOW[type.kind]?.(btf, type, bytes, at) ?? showInt(type.size, bytes, at);
}

function showInt(size: number, bytes: DataView, at: number): string {
  if (size === 8) return String(bytes.getBigUint64(at, true));
  if (size === 4) return String(bytes.getUint32(at, true));
  return String(size === 2 ? bytes.getUint16(at, true) : bytes.getUint8(at));
}

/** Characters up to the NUL, or elements. */
function showArray(btf: Btf, type: BtfType, bytes: DataView, at: number): string {
  const size = btf.sizeOf(type.type);
  const items: string[] = [];
  for (let i = 0; i < type.length; i++) {
    if (size !== 1) items.push(show(btf, type.type, bytes, at + i * size));
    else if (bytes.getUint8(at + i) === 0) break;
    else items.push(`'${String.fromCharCode(bytes.getUint8(at + i))}'`);
  }
  return `[${items.map((item) => `${item},`).join('')}]`;
}

/** Hashes a pointer to 32 bits; Linux mixes in a secret chosen at boot. NULL is shown unchanged. */
function hashed(pointer: bigint): string {
  const word = pointer === 0n ? 0 : hashTree(String(pointer)) >>> 0;
  return `0x${word.toString(16).padStart(16, '0')}`;
}
