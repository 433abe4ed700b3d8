/* BPF_F_LOCK: an update or look-up under the spin lock in the value, which is always free here. */
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { ELEM_FLAG } from '../uapi.ts';
import { valueFields } from './value-fields.ts';

export const hasLock = (k: Core, map: MapObject): boolean =>
  valueFields(k, map)?.some(({ kind }) => kind === 'bpf_spin_lock') ?? false;

const isSet = (flags: number): boolean => Math.floor(flags / ELEM_FLAG.LOCK) % 2 === 1;

/**
 * Removes BPF_F_LOCK from the flags when the value has a lock; otherwise leaves it, and every kind of map refuses it.
 */
export function withoutLock(k: Core, map: MapObject, flags: number): number {
  return isSet(flags) && hasLock(k, map) ? flags - ELEM_FLAG.LOCK : flags;
}
