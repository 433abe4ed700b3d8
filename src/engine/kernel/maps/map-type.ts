/*
 * The operations of a kind of map, as in struct bpf_map_ops. Keys and values are given as bytes with an offset: the
 * bytes of a system call, or the whole memory for a call by a program.
 */
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';

/** enum bpf_map_type, as far as this machine has them */
export const MAP_TYPE = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  QUEUE: 22,
  STACK: 23,
  SK_STORAGE: 24,
  RINGBUF: 27,
  BLOOM_FILTER: 30,
  USER_RINGBUF: 31,
} as const;

/** BPF_ANY, BPF_NOEXIST, BPF_EXIST */
export const ELEM = { ANY: 0, NOEXIST: 1, EXIST: 2 } as const;

/** BPF_F_ACCESS_MASK */
export const ACCESS_FLAGS = MAP_FLAG.RDONLY | MAP_FLAG.WRONLY | MAP_FLAG.RDONLY_PROG | MAP_FLAG.WRONLY_PROG;

export interface MapShape {
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
  /** map_extra: hash functions of a bloom filter */
  readonly extra?: number;
}

/** Maps without keys, whose elements come and go in an order (bpf_map_ops: map_push_elem, map_pop_elem, map_peek_elem). */
export interface Sequence {
  /** 0, or a negative errno */
  readonly push: (k: Core, map: MapObject, value: Uint8Array, valueAt: number, flags: number) => number;
  /**
   * linear address of the next element, which is not removed; or a negative errno. `value`: the value that a bloom
   * filter tests
   */
  readonly peek: (k: Core, map: MapObject, value: Uint8Array, valueAt: number) => number;
  /** as `peek`, and removes the element; its bytes stay until the next push */
  readonly pop: (k: Core, map: MapObject) => number;
  /** linear addresses of the elements, the next one first */
  readonly all: (k: Core, map: MapObject) => number[];
}

export interface MapType {
  readonly number: number;
  /** as bpftool names it */
  readonly name: string;
  readonly percpu: boolean;
  /** programs may have addresses within the value (BPF_PSEUDO_MAP_VALUE) */
  readonly direct: boolean;
  /** map_alloc_check: 0, or a positive errno */
  readonly check: (shape: MapShape) => number;
  readonly checkSource: string;
  /** bytes that its elements take at creation */
  readonly bytes: (shape: MapShape) => number;
  /** whether it has keys; `socket`: user space gives an fd as the key */
  readonly keyed: 'always' | 'socket' | 'never';
  /** first kernel profile that has it; without it, all */
  readonly since?: string;
  readonly sequence?: Sequence;
  /** it supports BPF_MAP_LOOKUP_AND_DELETE_ELEM */
  readonly takes?: true;
  /** maps of maps and of programs: checks made before the fd is looked up; 0, or a negative errno */
  readonly checkUpdate?: (map: MapObject, key: Uint8Array, flags: number) => number;
  /** linear address of the value; 0 when there is none */
  readonly lookup: (k: Core, map: MapObject, key: Uint8Array, at: number) => number;
  /** 0, or a negative errno */
  readonly update: (
    k: Core,
    map: MapObject,
    key: Uint8Array,
    at: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
  ) => number;
  readonly remove: (k: Core, map: MapObject, key: Uint8Array, at: number) => number;
  /** the key after `key` (null: the first one), or a negative errno */
  readonly nextKey: (k: Core, map: MapObject, key: Uint8Array | null) => Uint8Array | number;
}

/** Bytes from one value to the next. */
export const stride = (valueSize: number): number => Math.ceil(valueSize / 8) * 8;

/** Whether all flags are among those known, without both BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG. */
export function flagsFit({ flags }: MapShape, known: number): boolean {
  const both = MAP_FLAG.RDONLY_PROG | MAP_FLAG.WRONLY_PROG;
  return (flags & ~known) === 0 && (flags & both) !== both;
}
