/* What a map of maps remembers of its template: the inner map given at creation (kernel/bpf/map_in_map.c). */
import { ERRNO } from '../../base/errno.ts';
import type { Core } from '../core.ts';
import { inProfile } from '../profiles.ts';
import type { InnerShape, MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { MAP_TYPE } from './map-type.ts';

/** Kinds of maps that cannot be inner maps, because they have no map_meta_equal. */
const NEVER_INNER: readonly number[] = [MAP_TYPE.PROG_ARRAY];

/** Until 5.9 all inner maps needed the same number of entries; later BPF_F_INNER_MAP exempts an array. */
const ANY_SIZE = { since: 'v6.1' } as const;

/** bpf_map_meta_alloc: the shape, or a positive errno. `fields`: kernel objects in the value, as the verifier sees them. */
export function innerShape(map: MapObject, fields: InnerShape['fields']): InnerShape | number {
  if (map.plain && map.inner) return ERRNO.EINVAL;
  if (map.plain === null || NEVER_INNER.includes(map.type)) return ERRNO.ENOTSUPP;
  const { type, keySize, valueSize, maxEntries, flags } = map;
  return { type, keySize, valueSize, maxEntries, flags, fields };
}

/** bpf_map_meta_equal and array_map_meta_equal: whether a map may be an element of a map of maps with this template. */
export function fitsInner(k: Core, inner: InnerShape, map: MapObject, fields: InnerShape['fields']): boolean {
  if (inner.type !== map.type || map.plain === null || inner.flags !== map.flags) return false;
  if (inner.keySize !== map.keySize || inner.valueSize !== map.valueSize) return false;
  if (JSON.stringify(inner.fields) !== JSON.stringify(fields)) return false;
  if (inner.maxEntries === map.maxEntries) return true;
  if (!inProfile(ANY_SIZE, k.profile)) return false;
  return inner.type !== MAP_TYPE.ARRAY || (inner.flags & MAP_FLAG.INNER_MAP) !== 0;
}
