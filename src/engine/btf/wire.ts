/* The type section as bytes: for each type 12 fixed bytes, then a trailer whose size follows from its kind and vlen. */
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { BtfKindName } from './btf.ts';
import { BTF_KIND } from './btf.ts';

/** Name of a kind number. */
export const KIND_NAMES = Object.keys(BTF_KIND) as readonly BtfKindName[];
const MAX_KIND = BTF_KIND.ENUM64;

/** Bytes of the trailer: a fixed part, and a part for each of the vlen items. */
const FIXED_TRAILER = new Uint8Array(MAX_KIND + 1);
const TRAILER_ITEM = new Uint8Array(MAX_KIND + 1);
for (const kind of [BTF_KIND.INT, BTF_KIND.VAR, BTF_KIND.DECL_TAG]) FIXED_TRAILER[kind] = 4;
FIXED_TRAILER[BTF_KIND.ARRAY] = 12;
for (const kind of [BTF_KIND.ENUM, BTF_KIND.FUNC_PROTO]) TRAILER_ITEM[kind] = 8;
for (const kind of [BTF_KIND.STRUCT, BTF_KIND.UNION, BTF_KIND.DATASEC, BTF_KIND.ENUM64]) TRAILER_ITEM[kind] = 12;

/** Bytes that every type has: name_off, info, and a size or a type. */
const FIXED_LENGTH = 12;

/** The bits of `info` that mean something: vlen, kind, kind_flag. */
const INFO_MASK = 0x9f00ffff;

export const infoKind = (info: number): number => (info >>> 24) & 0x1f;
export const infoVlen = (info: number): number => info & 0xffff;
export const infoFlag = (info: number): boolean => info >>> 31 === 1;

function trailerLength(kind: number, vlen: number): number {
  return (FIXED_TRAILER[kind] ?? 0) + (TRAILER_ITEM[kind] ?? 0) * vlen;
}

/**
 * Byte offsets of the types in [start, end), from index 1; the last entry is the end. Refuses a type that would make
 * the following ones unreadable.
 */
export function indexTypes(view: DataView, start: number, end: number, firstId: number): Result<Uint32Array> {
  const offsets = new Uint32Array(Math.floor((end - start) / 12) + 2);
  let count = 0;
  for (let at = start; at < end; ) {
    count++;
    const id = firstId + count - 1;
    const length = typeLength(view, at, end, id);
    if (!length.ok) return length;
    offsets[count] = at;
    at += length.value;
  }
  offsets[count + 1] = end;
  return ok(offsets.slice(0, count + 2));
}

/** Bytes of the type at `at`. */
export function typeLength(view: DataView, at: number, end: number, id: number): Result<number> {
  const info = readInfo(view, at, end, id);
  if (!info.ok) return info;
  const left = end - at - FIXED_LENGTH;
  const needed = trailerLength(infoKind(info.value), infoVlen(info.value));
  return left < needed ? err(`[${id}] meta_left:${left} meta_needed:${needed}`, at) : ok(FIXED_LENGTH + needed);
}

/** The `info` word of a type that has its fixed part and a kind that is known (btf_check_meta() in kernel/bpf/btf.c). */
export function readInfo(view: DataView, at: number, end: number, id: number): Result<number> {
  if (end - at < FIXED_LENGTH) return err(`[${id}] meta_left:${end - at} meta_needed:${FIXED_LENGTH}`, at);
  const info = view.getUint32(at + 4, true);
  if ((info & ~INFO_MASK) !== 0) return err(`[${id}] Invalid btf_info:${info.toString(16)}`, at + 4);
  const kind = infoKind(info);
  return kind === 0 || kind > MAX_KIND ? err(`[${id}] Invalid kind:${kind}`, at + 4) : ok(info);
}
