/*
 * Element commands on maps of maps and of programs: an fd is replaced by its object, which the map then holds
 * (bpf_fd_array_map_update_elem).
 */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import type { Core } from '../core.ts';
import { objectOf } from '../fds.ts';
import { setMap } from '../objects.ts';
import { inProfile } from '../profiles.ts';
import type { MapObject, ProgObject, ProgOwner } from '../state.ts';
import { fitsInner } from './inner.ts';
import type { MapType } from './map-type.ts';
import { heldBy, holdElement, putElement } from './slots.ts';
import { valueFields } from './value-fields.ts';

/** Since 6.12 programs of one type must also share the prototype of their member. */
const BY_PROTOTYPE = { since: 'v6.12' } as const;

/** What a prog array remembers of its first program: the type, and the prototype of the member that it implements. */
export function ownerOf(k: Core, prog: Pick<ProgObject, 'type' | 'attachBtfId' | 'expectedAttachType'>): ProgOwner {
  const member = k.types.find(({ typeId }) => typeId === prog.attachBtfId)?.members[prog.expectedAttachType];
  const id = member ? k.btf.type(k.btf.skipModifiers(member.type))?.type : undefined;
  return { type: prog.type, prototype: inProfile(BY_PROTOTYPE, k.profile) ? (id ?? 0) : 0 };
}

/** bpf_prog_map_compatible: whether programs of this kind fit the map; the first one sets the map's owner. */
export function ownedBy(k: Core, object: number, owner: ProgOwner): boolean {
  const map = entryOf(k.state.maps, object);
  if (map.plain === null) return false;
  if (!map.owner) setMap(k, { ...map, owner });
  return !map.owner || (map.owner.type === owner.type && map.owner.prototype === owner.prototype);
}

/** map_fd_get_ptr: number of an fd's object if it may be an element, else a negative errno. */
function elementOf(k: Core, pid: number, map: MapObject, fd: number): number {
  const kind = heldBy(map.type) ?? 'map';
  const object = objectOf(k, pid, fd, kind);
  if (object < 0) return object;
  if (kind === 'prog')
    return ownedBy(k, map.object, ownerOf(k, entryOf(k.state.progs, object))) ? object : -ERRNO.EINVAL;
  const inner = entryOf(k.state.maps, object);
  return map.plain && map.inner && fitsInner(k, map.inner, inner, valueFields(k, inner)) ? object : -ERRNO.EINVAL;
}

/** Stores an element; the one that it replaces is released afterwards. 0, or a negative errno. */
export function updateHeld(
  k: Core,
  pid: number,
  map: MapObject,
  type: MapType,
  key: Uint8Array,
  value: Uint8Array,
  flags: number,
): number {
  const early = type.checkUpdate?.(map, key, flags) ?? 0;
  if (early !== 0) return early;
  const element = elementOf(k, pid, map, new DataView(value.buffer, value.byteOffset).getInt32(0, true));
  if (element < 0) return element;
  const slot = type.lookup(k, map, key, 0);
  const old = slot === 0 ? 0 : k.memory.word(slot);
  const now = entryOf(k.state.maps, map.object);
  const ret = type.update(k, now, key, 0, new Uint8Array(Uint32Array.of(element).buffer), 0, flags);
  if (ret < 0) return ret;
  holdElement(k, now, element);
  putElement(k, now, old);
  return 0;
}

/** 0, or a negative errno. */
export function removeHeld(k: Core, map: MapObject, type: MapType, key: Uint8Array): number {
  const slot = type.lookup(k, map, key, 0);
  const old = slot === 0 ? 0 : k.memory.word(slot);
  const ret = type.remove(k, map, key, 0);
  if (ret < 0) return ret;
  if (old === 0) return -ERRNO.ENOENT;
  putElement(k, map, old);
  return 0;
}
