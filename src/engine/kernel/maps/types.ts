/* The kinds of maps besides struct_ops maps, by number, and the allocation of their memory. */
import type { Core } from '../core.ts';
import { withoutEntry, type MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { arrayMap, arrayOfMapsMap, percpuArrayMap, perfEventArrayMap, progArrayMap } from './array.ts';
import { hashMap, hashOfMapsMap, lruHashMap, lruPercpuHashMap, percpuHashMap } from './hash.ts';
import { giveMemory } from './heap.ts';
import { type HeapName } from './pieces.ts';
import type { MapType } from './map-type.ts';
import { ringbufMap, userRingbufMap } from './ringbuf.ts';
import { bloomFilterMap, queueMap, stackMap } from './sequences.ts';
import { clearSlots, heldBy } from './slots.ts';
import { skStorageMap } from './sk-storage.ts';
import { lpmTrieMap } from './trie.ts';

export const MAP_TYPES: ReadonlyMap<number, MapType> = new Map(
  [
    arrayMap,
    percpuArrayMap,
    perfEventArrayMap,
    progArrayMap,
    arrayOfMapsMap,
    hashOfMapsMap,
    hashMap,
    percpuHashMap,
    lruHashMap,
    lruPercpuHashMap,
    lpmTrieMap,
    queueMap,
    stackMap,
    bloomFilterMap,
    ringbufMap,
    userRingbufMap,
    skStorageMap,
  ].map((type) => [type.number, type]),
);

/**
 * Region of a map's values: those that programs may not write (read-only maps, maps of maps and of programs) are
 * outside the arena.
 */
export const heapOf = (type: number, flags: number): HeapName =>
  (flags & MAP_FLAG.RDONLY_PROG) === 0 && heldBy(type) === null ? 'arena' : 'kernel';

/** map_free of a map other than struct_ops; removes the map's state too. */
export function freePlain(k: Core, map: MapObject): void {
  const { plain } = map;
  if (!plain) return;
  clearSlots(k, map);
  for (const at of Object.values(plain.storage)) giveMemory(k, 'arena', at, map.valueSize);
  if (plain.values !== 0) giveMemory(k, plain.heap, plain.values, plain.bytes);
  k.mapSlab.free(plain.address);
  k.state = { ...k.state, maps: withoutEntry(k.state.maps, map.object) };
}
