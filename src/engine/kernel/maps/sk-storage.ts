/*
 * Socket storage (net/core/bpf_sk_storage.c): one value per socket, freed with it. Programs name the socket by its
 * address, user space by an fd.
 */
import { u32At as socketAt } from '../../base/bytes.ts';
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import type { Core } from '../core.ts';
import { setMap } from '../objects.ts';
import { type MapObject, withEntry, withoutEntry } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { giveMemory, keepReady, takeMemory } from './heap.ts';
import { ELEM, MAP_TYPE, type MapType } from './map-type.ts';

/** Sockets that may be created before the next system call; a connection has two. */
const ENDS_READY = 32;
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE: a page-order limit of kmalloc, less the element's own words */
const MAX_VALUE = 0xffff - 176;

const lookup = (map: MapObject, sk: number): number => map.plain?.storage[sk] ?? 0;

/**
 * bpf_sk_storage_get with BPF_SK_STORAGE_GET_F_CREATE: the address of the value, which starts as zeros; 0 without
 * memory.
 */
export function storageOf(k: Core, object: number, sk: number, running: boolean): number {
  const map = entryOf(k.state.maps, object);
  const known = lookup(map, sk);
  if (known !== 0 || !map.plain) return known;
  const at = takeMemory(k, 'arena', map.valueSize, running);
  if (at !== 0) setMap(k, { ...map, plain: { ...map.plain, storage: withEntry(map.plain.storage, sk, at) } });
  return at;
}

/** Sets memory aside for values that programs may store for new sockets; called while no program runs. */
export function expectSockets(k: Core): void {
  const maps = Object.values(k.state.maps).filter(({ type }) => type === MAP_TYPE.SK_STORAGE);
  const bytes = maps.reduce((sum, { valueSize }) => sum + Math.ceil(valueSize / 16) * 16, 0);
  if (bytes > 0) keepReady(k, 'arena', bytes * ENDS_READY);
}

export function removeStorage(k: Core, object: number, sk: number): number {
  const map = entryOf(k.state.maps, object);
  const at = lookup(map, sk);
  if (at === 0 || !map.plain) return -ERRNO.ENOENT;
  setMap(k, { ...map, plain: { ...map.plain, storage: withoutEntry(map.plain.storage, sk) } });
  giveMemory(k, 'arena', at, map.valueSize);
  return 0;
}

/** bpf_sk_storage_free: frees what is stored for a socket that is gone. */
export function socketGone(k: Core, sk: number): void {
  for (const map of Object.values(k.state.maps)) if (lookup(map, sk) !== 0) removeStorage(k, map.object, sk);
}

export const skStorageMap: MapType = {
  number: MAP_TYPE.SK_STORAGE,
  name: 'sk_storage',
  percpu: false,
  direct: false,
  check({ keySize, valueSize, maxEntries, flags, keyTypeId, valueTypeId }) {
    const known = MAP_FLAG.NO_PREALLOC | MAP_FLAG.CLONE;
    if ((flags & ~known) !== 0 || (flags & MAP_FLAG.NO_PREALLOC) === 0 || maxEntries !== 0) return ERRNO.EINVAL;
    if (keySize !== 4 || valueSize === 0 || keyTypeId === 0 || valueTypeId === 0) return ERRNO.EINVAL;
    return valueSize > MAX_VALUE ? ERRNO.E2BIG : 0;
  },
  checkSource: 'bpf_local_storage_map_alloc_check',
  bytes: () => 0,
  keyed: 'socket',
  lookup: (_k, map, key, at) => lookup(map, socketAt(key, at)),
  update(k, map, key, at, value, valueAt, flags) {
    if (flags > ELEM.EXIST) return -ERRNO.EINVAL;
    const sk = socketAt(key, at);
    const known = lookup(map, sk);
    if (known !== 0 && flags === ELEM.NOEXIST) return -ERRNO.EEXIST;
    if (known === 0 && flags === ELEM.EXIST) return -ERRNO.ENOENT;
    const place = storageOf(k, map.object, sk, false);
    if (place === 0) return -ERRNO.ENOMEM;
    k.memory.u8.set(value.subarray(valueAt, valueAt + map.valueSize), place);
    return 0;
  },
  remove: (k, map, key, at) => removeStorage(k, map.object, socketAt(key, at)),
  nextKey: () => -ERRNO.ENOTSUPP,
};
