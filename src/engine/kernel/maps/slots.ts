/*
 * Maps whose elements are maps or programs. User space gives fds and gets ids; a slot holds the object's number, where
 * no program can write, and a reference to the object.
 */
import { entryOf } from '../../base/assert.ts';
import type { Core } from '../core.ts';
import { holdMap, holdProg, putMap, putProg } from '../objects.ts';
import type { MapObject } from '../state.ts';
import { MAP_TYPE, stride } from './map-type.ts';
import { Table } from './table.ts';

type Held = 'map' | 'prog';

/** The kind of object that a kind of map holds; null: plain bytes. */
export function heldBy(type: number): Held | null {
  if (type === MAP_TYPE.PROG_ARRAY) return 'prog';
  return type === MAP_TYPE.ARRAY_OF_MAPS || type === MAP_TYPE.HASH_OF_MAPS ? 'map' : null;
}

export function holdElement(k: Core, map: MapObject, object: number): void {
  if (heldBy(map.type) === 'prog') holdProg(k, object, 'map', map.object);
  else holdMap(k, object, 'map', map.object);
}

export function putElement(k: Core, map: MapObject, object: number): void {
  if (object === 0) return;
  if (heldBy(map.type) === 'prog') putProg(k, object, 'map', map.object);
  else putMap(k, object, 'map', map.object);
}

/** Id that user space reads from a slot; 0 when it is empty. */
export function heldId(k: Core, map: MapObject, slot: number): number {
  const object = slot === 0 ? 0 : k.memory.word(slot);
  if (object === 0) return 0;
  return (heldBy(map.type) === 'prog' ? entryOf(k.state.progs, object) : entryOf(k.state.maps, object)).id;
}

/** Linear addresses of all slots that may hold something. */
function slots(k: Core, map: MapObject): number[] {
  const { plain, maxEntries, valueSize } = map;
  if (!plain) return [];
  if (map.type !== MAP_TYPE.HASH_OF_MAPS) {
    return Array.from({ length: maxEntries }, (_, i) => plain.values + i * stride(valueSize));
  }
  const table = new Table(k, map);
  const found: number[] = [];
  let element = table.from(0);
  while (element !== 0) {
    found.push(table.valueOf(element));
    element = table.after(element) || table.from(table.bucketOf(k.memory.u8, table.keyOf(element)) + 1);
  }
  return found;
}

/** bpf_fd_array_map_clear, fd_htab_map_free: gives back all that the map holds. */
export function clearSlots(k: Core, map: MapObject): void {
  if (heldBy(map.type) === null) return;
  for (const slot of slots(k, map)) {
    const object = k.memory.word(slot);
    k.memory.u32[slot >>> 2] = 0;
    putElement(k, map, object);
  }
}

/**
 * bpf_map_put_uref: empties a prog array without fds and pins; otherwise programs in it that use it would never be
 * freed.
 */
export function putUserMap(k: Core, object: number, kind: 'file' | 'pin', id: number): void {
  const map = entryOf(k.state.maps, object);
  const users = map.holders.filter((holder) => holder.kind === 'file' || holder.kind === 'pin');
  if (users.length === 1 && map.type === MAP_TYPE.PROG_ARRAY) {
    // the caller's reference keeps the map until the line below
    clearSlots(k, map);
  }
  putMap(k, object, kind, id);
}
