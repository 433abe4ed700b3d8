/*
 * Ring buffers (kernel/bpf/ringbuf.c). Linux maps the data pages twice in a row, so that a record may cross the end;
 * here the second half is used only by the one record that does. Positions are kept in struct bpf_map, where programs
 * cannot write; a record begins with its length, two flags, and the number of its map.
 */
import { ERRNO } from '../../base/errno.ts';
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { MAP_TYPE, type MapType } from './map-type.ts';

const PAGE_SIZE = 4096;
const HEADER_BYTES = 8;
const BUSY = 0x8000_0000;
const DISCARD = 0x4000_0000;
const LENGTH = 0x3fff_ffff;
/** offsets in struct bpf_map of the two u64 positions */
const CONSUMER = 8;
const PRODUCER = 16;
/** what bpf_ringbuf_query can be asked */
const QUERY = { AVAIL_DATA: 0, RING_SIZE: 1, CONS_POS: 2, PROD_POS: 3 } as const;
/** BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP */
const WAKEUP_FLAGS = 3;

const noElements = (): number => -ERRNO.ENOTSUPP;

export const ringbufMap: MapType = {
  number: MAP_TYPE.RINGBUF,
  name: 'ringbuf',
  percpu: false,
  direct: false,
  check({ keySize, valueSize, maxEntries, flags }) {
    const pages = maxEntries >= PAGE_SIZE && (maxEntries & (maxEntries - 1)) === 0;
    return (flags & ~MAP_FLAG.NUMA_NODE) === 0 && keySize === 0 && valueSize === 0 && pages ? 0 : ERRNO.EINVAL;
  },
  checkSource: 'ringbuf_map_alloc',
  bytes: ({ maxEntries }) => 2 * maxEntries,
  keyed: 'never',
  lookup: () => 0,
  update: noElements,
  remove: noElements,
  nextKey: noElements,
};

/**
 * User ring buffer: user space writes and programs drain it. It is always empty here, because writing needs mmap and no
 * system call.
 */
export const userRingbufMap: MapType = {
  ...ringbufMap,
  number: MAP_TYPE.USER_RINGBUF,
  name: 'user_ringbuf',
  since: 'v6.1',
};

const recordBytes = (length: number): number => Math.ceil((length + HEADER_BYTES) / 8) * 8;

/** bpf_ringbuf_reserve: linear address of the record's data; 0 when it does not fit. */
export function reserve({ memory }: Core, map: MapObject, length: number): number {
  const { plain, maxEntries } = map;
  if (!plain || length > LENGTH) return 0;
  const bytes = recordBytes(length);
  const producer = memory.u64(plain.address + PRODUCER);
  if (bytes > maxEntries || producer + bytes - memory.u64(plain.address + CONSUMER) > maxEntries - 1) return 0;
  const header = plain.values + (producer % maxEntries);
  memory.u32[header >>> 2] = length | BUSY;
  memory.u32[(header >>> 2) + 1] = map.object;
  memory.setU64(plain.address + PRODUCER, producer + bytes);
  return header + HEADER_BYTES;
}

/** bpf_ringbuf_submit and bpf_ringbuf_discard of a record from `reserve`; ignores any other address. */
export function commit(k: Core, data: number, discard: boolean): void {
  const { memory } = k;
  const header = data - HEADER_BYTES;
  if (data % 8 !== 0 || !memory.inArena(header, HEADER_BYTES)) return;
  const map = k.state.maps[memory.word(header + 4)];
  if (map?.type !== MAP_TYPE.RINGBUF || !map.plain) return;
  if (header < map.plain.values || header >= map.plain.values + map.maxEntries) return;
  const word = memory.word(header);
  if ((word & BUSY) !== 0) memory.u32[header >>> 2] = (word & LENGTH) | (discard ? DISCARD : 0);
}

/** bpf_ringbuf_output: 0 or a negative errno. */
export function output(k: Core, map: MapObject, data: number, length: number, flags: number): number {
  if ((flags & ~WAKEUP_FLAGS) !== 0) return -ERRNO.EINVAL;
  const record = reserve(k, map, length);
  if (record === 0) return -ERRNO.EAGAIN;
  k.memory.u8.copyWithin(record, data, data + length);
  commit(k, record, false);
  return 0;
}

export function query({ memory }: Core, { plain, maxEntries }: MapObject, what: number): number {
  const at = plain?.address ?? 0;
  switch (what) {
    case QUERY.AVAIL_DATA:
      return memory.u64(at + PRODUCER) - memory.u64(at + CONSUMER);
    case QUERY.RING_SIZE:
      return maxEntries;
    case QUERY.CONS_POS:
      return memory.u64(at + CONSUMER);
    case QUERY.PROD_POS:
      return memory.u64(at + PRODUCER);
    default:
      return 0;
  }
}

/** Records up to the first one still being written, and the position after them. */
export function unread(
  { memory }: Core,
  { plain, maxEntries }: MapObject,
): { readonly records: readonly Uint8Array[]; readonly end: number } {
  const records: Uint8Array[] = [];
  if (!plain) return { records, end: 0 };
  const producer = memory.u64(plain.address + PRODUCER);
  let consumer = memory.u64(plain.address + CONSUMER);
  while (consumer < producer) {
    const header = plain.values + (consumer % maxEntries);
    const word = memory.word(header);
    if ((word & BUSY) !== 0) break;
    const length = Math.min(word & LENGTH, maxEntries);
    if ((word & DISCARD) === 0) records.push(memory.u8.slice(header + HEADER_BYTES, header + HEADER_BYTES + length));
    consumer += recordBytes(length);
  }
  return { records, end: Math.min(consumer, producer) };
}

/** Reads and consumes the records, as a process with the pages mapped does. */
export function consume(k: Core, map: MapObject): readonly Uint8Array[] {
  const { records, end } = unread(k, map);
  if (map.plain) k.memory.setU64(map.plain.address + CONSUMER, end);
  return records;
}
