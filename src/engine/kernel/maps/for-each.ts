/*
 * bpf_for_each_map_elem (kernel/bpf/arraymap.c, hashtab.c): the engines run the loop and ask here for the element of
 * each turn. The loop's position and the key of an array's element are kept in struct bpf_map, which programs can only
 * read.
 */
import { ERRNO } from '../../base/errno.ts';
import { GO_ON, type KernelFunctions } from '../../vm/functions.ts';
import { KERNEL_BASE_HI } from '../../vm/memory.ts';
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { MAP_TYPE, stride } from './map-type.ts';
import { Table } from './table.ts';

/** Offsets in struct bpf_map: the next element of a hash table, and the key of an array's element. */
const NEXT_AT = 32;
const KEY_AT = 36;
const ARRAYS: readonly number[] = [MAP_TYPE.ARRAY, MAP_TYPE.PERCPU_ARRAY];
const TABLES: readonly number[] = [MAP_TYPE.HASH, MAP_TYPE.PERCPU_HASH, MAP_TYPE.LRU_HASH, MAP_TYPE.LRU_PERCPU_HASH];

interface Place {
  readonly key: number;
  readonly value: number;
}

/** The element of a turn; null: there are no more. */
function elementOf(k: Core, map: MapObject, turn: number): Place | null {
  const at = map.plain?.address ?? 0;
  const { u32 } = k.memory;
  if (ARRAYS.includes(map.type)) {
    if (turn >= map.maxEntries) return null;
    u32[(at + KEY_AT) >>> 2] = turn;
    return { key: at + KEY_AT, value: (map.plain?.values ?? 0) + turn * stride(map.valueSize) };
  }
  const table = new Table(k, map);
  const element = turn === 0 ? table.from(0) : k.memory.word(at + NEXT_AT);
  if (element === 0) return null;
  // find the element after it first: the program may delete this one
  const bucket = table.bucketOf(k.memory.u8, table.keyOf(element));
  u32[(at + NEXT_AT) >>> 2] = table.after(element) || table.from(bucket + 1);
  return { key: table.keyOf(element), value: table.valueOf(element) };
}

/** One turn: GO_ON with the callback's arguments, 0 at the end; EINVAL: flags, or a kind of map without elements of this sort. */
export function registerForEach(
  k: Core,
  functions: KernelFunctions,
  mapAt: (address: number) => MapObject | null,
): void {
  const { callbackArgs } = functions;
  functions.register({
    name: 'bpf_for_each_map_elem',
    kind: 'helper',
    id: 164,
    args: ['ptr', 'ptr', 'u64', 'u64'],
    ret: 'u64',
    callback: 2,
    call(turn, address, _fn, contextLow, contextHigh, flagsLow, flagsHigh) {
      const map = mapAt(address);
      const isKnown = map && (ARRAYS.includes(map.type) || TABLES.includes(map.type));
      if (!isKnown || flagsLow !== 0 || flagsHigh !== 0) return -ERRNO.EINVAL;
      const place = elementOf(k, map, turn);
      if (!place) return 0;
      for (const [i, word] of [address, place.key, place.value].entries()) {
        callbackArgs[i * 2] = word;
        callbackArgs[i * 2 + 1] = KERNEL_BASE_HI | 0;
      }
      callbackArgs[6] = contextLow;
      callbackArgs[7] = contextHigh;
      return GO_ON;
    },
  });
}
