/*
 * Hash tables (kernel/bpf/hashtab.c), with all their elements there from the start. Links are numbers of elements, so
 * that a program which writes where it should not can spoil the table, and nothing else.
 *
 * Four words: head of the free list, elements used at least once, elements in use, none; then a word a bucket; then the
 * elements, each with the number of the next one, a word of padding, its key and its value.
 */
import { ERRNO } from '../../base/errno.ts';
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { ACCESS_FLAGS, ELEM, flagsFit, MAP_TYPE, type MapShape, type MapType, stride } from './map-type.ts';

const FREE = 0;
const FRESH = 1;
const COUNT = 2;
const HEAD_BYTES = 16;
const LINK_BYTES = 8;
/** KMALLOC_MAX_SIZE, less what an element has before its key */
const MAX_ELEMENT = 4 * 1024 * 1024 - 48;
const MAX_PERCPU_VALUE = 32768;

/** roundup_pow_of_two; more entries than 2^31 never get memory. */
const buckets = (maxEntries: number): number => (1 << Math.min(31, 32 - Math.clz32(maxEntries - 1))) >>> 0;
const elementBytes = ({ keySize, valueSize }: { keySize: number; valueSize: number }): number =>
  LINK_BYTES + stride(keySize) + stride(valueSize);

/** A table in the memory. Numbers of elements go from 1. */
class Table {
  private readonly words: Uint32Array;
  private readonly bytes: Uint8Array;
  private readonly head: number;
  private readonly count: number;
  private readonly elements: number;
  private readonly size: number;

  constructor(
    { memory }: Core,
    private readonly map: MapObject,
  ) {
    const base = map.plain?.values ?? 0;
    this.words = memory.u32;
    this.bytes = memory.u8;
    this.head = base >>> 2;
    this.count = buckets(map.maxEntries);
    this.elements = base + HEAD_BYTES + Math.ceil(this.count / 2) * 8;
    this.size = elementBytes(map);
  }

  bucketOf(key: Uint8Array, at: number): number {
    let h = 0x9e3779b1;
    for (let i = 0; i < this.map.keySize; i++) h = Math.imul(h ^ key[at + i], 0x85ebca6b) ^ (h >>> 15);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) & (this.count - 1);
  }

  valueOf(element: number): number {
    return this.keyOf(element) + stride(this.map.keySize);
  }

  keyOf(element: number): number {
    return this.elements + (element - 1) * this.size + LINK_BYTES;
  }

  /** First element of a bucket; 0: none. */
  first(bucket: number): number {
    return this.valid(this.words[this.head + HEAD_BYTES / 4 + bucket]);
  }

  after(element: number): number {
    return this.valid(this.words[(this.keyOf(element) - LINK_BYTES) >>> 2]);
  }

  find(key: Uint8Array, at: number): number {
    let element = this.first(this.bucketOf(key, at));
    for (let seen = 0; element !== 0 && seen < this.map.maxEntries; seen++) {
      if (this.matches(element, key, at)) return element;
      element = this.after(element);
    }
    return 0;
  }

  /** A new element in front of its bucket; 0 when all are in use. */
  insert(key: Uint8Array, at: number): number {
    const element = this.take();
    if (element === 0) return 0;
    const head = this.head + HEAD_BYTES / 4 + this.bucketOf(key, at);
    this.words[(this.keyOf(element) - LINK_BYTES) >>> 2] = this.words[head];
    this.words[head] = element;
    this.words[this.head + COUNT]++;
    this.bytes.set(key.subarray(at, at + this.map.keySize), this.keyOf(element));
    return element;
  }

  remove(key: Uint8Array, at: number): boolean {
    let link = this.head + HEAD_BYTES / 4 + this.bucketOf(key, at);
    for (let seen = 0; seen < this.map.maxEntries; seen++) {
      const element = this.valid(this.words[link]);
      if (element === 0) return false;
      const next = (this.keyOf(element) - LINK_BYTES) >>> 2;
      if (this.matches(element, key, at)) {
        this.words[link] = this.words[next];
        this.words[next] = this.words[this.head + FREE];
        this.words[this.head + FREE] = element;
        this.words[this.head + COUNT]--;
        return true;
      }
      link = next;
    }
    return false;
  }

  /** First element of the first bucket from `bucket` on that has one. */
  from(bucket: number): number {
    for (let b = bucket; b < this.count; b++) {
      const element = this.first(b);
      if (element !== 0) return element;
    }
    return 0;
  }

  private take(): number {
    const free = this.valid(this.words[this.head + FREE]);
    if (free !== 0) {
      this.words[this.head + FREE] = this.words[(this.keyOf(free) - LINK_BYTES) >>> 2];
      return free;
    }
    return this.words[this.head + FRESH] < this.map.maxEntries ? ++this.words[this.head + FRESH] : 0;
  }

  private valid(element: number): number {
    return element <= this.map.maxEntries ? element : 0;
  }

  private matches(element: number, key: Uint8Array, at: number): boolean {
    const own = this.keyOf(element);
    for (let i = 0; i < this.map.keySize; i++) if (this.bytes[own + i] !== key[at + i]) return false;
    return true;
  }
}

function check(shape: MapShape, percpu: boolean): number {
  const known = MAP_FLAG.NO_PREALLOC | MAP_FLAG.ZERO_SEED | ACCESS_FLAGS | (percpu ? 0 : MAP_FLAG.NUMA_NODE);
  if (!flagsFit(shape, known)) return ERRNO.EINVAL;
  if (shape.maxEntries === 0 || shape.keySize === 0 || shape.valueSize === 0) return ERRNO.EINVAL;
  if (shape.keySize + shape.valueSize >= MAX_ELEMENT) return ERRNO.E2BIG;
  return percpu && shape.valueSize > MAX_PERCPU_VALUE ? ERRNO.E2BIG : 0;
}

function hash(number: number, name: string): MapType {
  const percpu = number === MAP_TYPE.PERCPU_HASH;
  return {
    number,
    name,
    percpu,
    direct: false,
    check: (shape) => check(shape, percpu),
    checkSource: 'htab_map_alloc_check',
    bytes: (shape) =>
      HEAD_BYTES + Math.ceil(buckets(shape.maxEntries) / 2) * 8 + shape.maxEntries * elementBytes(shape),
    keyed: 'always',
    takes: true,
    lookup(k, map, key, at) {
      const table = new Table(k, map);
      const element = table.find(key, at);
      return element === 0 ? 0 : table.valueOf(element);
    },
    update(k, map, key, at, value, valueAt, flags) {
      if (flags > ELEM.EXIST) return -ERRNO.EINVAL;
      const table = new Table(k, map);
      let element = table.find(key, at);
      if (element !== 0 && flags === ELEM.NOEXIST) return -ERRNO.EEXIST;
      if (element === 0 && flags === ELEM.EXIST) return -ERRNO.ENOENT;
      if (element === 0) element = table.insert(key, at);
      if (element === 0) return -ERRNO.E2BIG;
      k.memory.u8.set(value.subarray(valueAt, valueAt + map.valueSize), table.valueOf(element));
      return 0;
    },
    remove: (k, map, key, at) => (new Table(k, map).remove(key, at) ? 0 : -ERRNO.ENOENT),
    nextKey(k, map, key) {
      const table = new Table(k, map);
      const here = key ? table.find(key, 0) : 0;
      const next = key && here !== 0 ? table.after(here) || table.from(table.bucketOf(key, 0) + 1) : table.from(0);
      if (next === 0) return -ERRNO.ENOENT;
      return k.memory.u8.slice(table.keyOf(next), table.keyOf(next) + map.keySize);
    },
  };
}

export const hashMap = hash(MAP_TYPE.HASH, 'hash');
export const percpuHashMap = hash(MAP_TYPE.PERCPU_HASH, 'percpu_hash');
