/* BPF_F_LOCK: an update or a look-up under the spin lock in the value, which is never taken here by anybody else. */
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { ELEM_FLAG } from '../uapi.ts';
import { valueFields } from './value-fields.ts';

export const hasLock = (k: Core, map: MapObject): boolean =>
  valueFields(k, map)?.some(({ kind }) => kind === 'bpf_spin_lock') ?? false;

const isSet = (flags: number): boolean => Math.floor(flags / ELEM_FLAG.LOCK) % 2 === 1;

/** Flags without BPF_F_LOCK, where the value has a lock; else as they are, which no kind of map takes. */
export function withoutLock(k: Core, map: MapObject, flags: number): number {
  return isSet(flags) && hasLock(k, map) ? flags - ELEM_FLAG.LOCK : flags;
}
