/*
 * Longest-prefix tries (kernel/bpf/lpm_trie.c). A key is a u32 of bits and an address; here it lies in a hash table with
 * all bits beyond its prefix cleared, and a lookup tries each prefix length from the longest on. The order of keys for
 * BPF_MAP_GET_NEXT_KEY is the table's, where Linux walks the trie with the most specific first.
 */
import { u32At as prefixOf } from '../../base/bytes.ts';
import { ERRNO } from '../../base/errno.ts';
import type { MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { ACCESS_FLAGS, ELEM, flagsFit, MAP_TYPE, type MapType } from './map-type.ts';
import { Table, tableBytes } from './table.ts';

const PREFIX_BYTES = 4;
/** LPM_DATA_SIZE_MAX */
const MOST_DATA = 256;
const MAX_VALUE = 4 * 1024 * 1024;

const longest = (map: MapObject): number => (map.keySize - PREFIX_BYTES) * 8;

/** Copies a key with all bits after the first `prefix` cleared. */
function cut(map: MapObject, key: Uint8Array, at: number, prefix: number): Uint8Array {
  const own = key.slice(at, at + map.keySize);
  new DataView(own.buffer).setUint32(0, prefix, true);
  const whole = prefix >>> 3;
  const rest = prefix & 7;
  if (PREFIX_BYTES + whole < map.keySize) {
    const [byte = 0] = own.subarray(PREFIX_BYTES + whole);
    own[PREFIX_BYTES + whole] = byte & (0xff00 >>> rest) & 0xff;
    own.fill(0, PREFIX_BYTES + whole + 1);
  }
  return own;
}

export const lpmTrieMap: MapType = {
  number: MAP_TYPE.LPM_TRIE,
  name: 'lpm_trie',
  percpu: false,
  direct: false,
  check(shape) {
    const { keySize, valueSize, maxEntries, flags } = shape;
    if (maxEntries === 0 || (flags & MAP_FLAG.NO_PREALLOC) === 0) return ERRNO.EINVAL;
    if (!flagsFit(shape, MAP_FLAG.NO_PREALLOC | MAP_FLAG.NUMA_NODE | ACCESS_FLAGS)) return ERRNO.EINVAL;
    const fits =
      keySize > PREFIX_BYTES && keySize <= PREFIX_BYTES + MOST_DATA && valueSize > 0 && valueSize <= MAX_VALUE;
    return fits ? 0 : ERRNO.EINVAL;
  },
  checkSource: 'trie_alloc',
  bytes: tableBytes,
  keyed: 'always',
  lookup(k, map, key, at) {
    const table = new Table(k, map);
    const asked = prefixOf(key, at);
    if (asked > longest(map)) return 0;
    for (let prefix = asked; prefix >= 0; prefix--) {
      const element = table.find(cut(map, key, at, prefix), 0);
      if (element !== 0) return table.valueOf(element);
    }
    return 0;
  },
  update(k, map, key, at, value, valueAt, flags) {
    const prefix = prefixOf(key, at);
    if (flags > ELEM.EXIST || prefix > longest(map)) return -ERRNO.EINVAL;
    const table = new Table(k, map);
    const own = cut(map, key, at, prefix);
    let element = table.find(own, 0);
    if (element !== 0 && flags === ELEM.NOEXIST) return -ERRNO.EEXIST;
    if (element === 0 && flags === ELEM.EXIST) return -ERRNO.ENOENT;
    if (element === 0) element = table.insert(own, 0);
    if (element === 0) return -ERRNO.ENOSPC;
    k.memory.u8.set(value.subarray(valueAt, valueAt + map.valueSize), table.valueOf(element));
    return 0;
  },
  remove(k, map, key, at) {
    const prefix = prefixOf(key, at);
    if (prefix > longest(map)) return -ERRNO.EINVAL;
    return new Table(k, map).remove(cut(map, key, at, prefix), 0) ? 0 : -ERRNO.ENOENT;
  },
  nextKey(k, map, key) {
    const table = new Table(k, map);
    const own = key && prefixOf(key, 0) <= longest(map) ? cut(map, key, 0, prefixOf(key, 0)) : null;
    const here = own ? table.find(own, 0) : 0;
    const next = own && here !== 0 ? table.after(here) || table.from(table.bucketOf(own, 0) + 1) : table.from(0);
    return next === 0 ? -ERRNO.ENOENT : k.memory.u8.slice(table.keyOf(next), table.keyOf(next) + map.keySize);
  },
};
