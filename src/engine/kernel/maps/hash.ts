/*
 * Hash tables (kernel/bpf/hashtab.c). LRU tables evict an element that was not used recently: Linux keeps lists of
 * active and inactive elements (bpf_lru_list.c); here a clock algorithm uses the same reference mark.
 */
import { ERRNO } from '../../base/errno.ts';
import { MAP_FLAG } from '../uapi.ts';
import { ACCESS_FLAGS, ELEM, flagsFit, MAP_TYPE, type MapShape, type MapType } from './map-type.ts';
import { Table, tableBytes } from './table.ts';

/** KMALLOC_MAX_SIZE, less what an element has before its key */
const MAX_ELEMENT = 4 * 1024 * 1024 - 48;
const MAX_PERCPU_VALUE = 32768;
/** htab_map_alloc: buckets are a power of two and at most U32_MAX / sizeof(struct bucket), which has 16 bytes */
const MAX_ENTRIES = 2 ** 27;

function check(shape: MapShape, percpu: boolean, lru: boolean): number {
  const own = lru ? MAP_FLAG.NO_COMMON_LRU | MAP_FLAG.NUMA_NODE : MAP_FLAG.NO_PREALLOC;
  const known = own | MAP_FLAG.ZERO_SEED | ACCESS_FLAGS | (percpu ? 0 : MAP_FLAG.NUMA_NODE);
  // with one processor, the per-processor share is all entries
  if (!flagsFit(shape, known)) return ERRNO.EINVAL;
  if (shape.maxEntries === 0 || shape.keySize === 0 || shape.valueSize === 0) return ERRNO.EINVAL;
  if (shape.keySize + shape.valueSize >= MAX_ELEMENT) return ERRNO.E2BIG;
  if (percpu && shape.valueSize > MAX_PERCPU_VALUE) return ERRNO.E2BIG;
  return shape.maxEntries > MAX_ENTRIES ? ERRNO.E2BIG : 0;
}

function hash(number: number, name: string): MapType {
  const percpu = number === MAP_TYPE.PERCPU_HASH || number === MAP_TYPE.LRU_PERCPU_HASH;
  const lru = number === MAP_TYPE.LRU_HASH || number === MAP_TYPE.LRU_PERCPU_HASH;
  return {
    number,
    name,
    percpu,
    direct: false,
    check: (shape) => check(shape, percpu, lru),
    checkSource: 'htab_map_alloc_check',
    bytes: tableBytes,
    keyed: 'always',
    takes: true,
    lookup(k, map, key, at) {
      const table = new Table(k, map);
      const element = table.find(key, at);
      if (element === 0) return 0;
      // only look-ups of programs mark an element as used; user space passes a copy of the key
      if (lru && key === k.memory.u8) table.touch(element);
      return table.valueOf(element);
    },
    update(k, map, key, at, value, valueAt, flags) {
      if (flags > ELEM.EXIST) return -ERRNO.EINVAL;
      const table = new Table(k, map);
      let element = table.find(key, at);
      if (element !== 0 && flags === ELEM.NOEXIST) return -ERRNO.EEXIST;
      if (element === 0 && flags === ELEM.EXIST) return -ERRNO.ENOENT;
      if (element === 0 && lru && table.full) table.evict();
      if (element === 0) element = table.insert(key, at);
      if (element !== 0 && lru) table.touch(element);
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
export const lruHashMap = hash(MAP_TYPE.LRU_HASH, 'lru_hash');
export const lruPercpuHashMap = hash(MAP_TYPE.LRU_PERCPU_HASH, 'lru_percpu_hash');

/** fd_htab_map_alloc_check: user space gives fds as values; the table stores object numbers (slots.ts). */
export const hashOfMapsMap: MapType = {
  ...hash(MAP_TYPE.HASH_OF_MAPS, 'hash_of_maps'),
  takes: undefined,
  check: (shape) => (shape.valueSize === 4 ? check(shape, false, false) : ERRNO.EINVAL),
  checkSource: 'fd_htab_map_alloc_check',
};
