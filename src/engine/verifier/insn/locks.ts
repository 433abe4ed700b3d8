/* bpf_spin_lock and bpf_spin_unlock (process_spin_lock). */
import { EINVAL } from '../../base/errnos.ts';
import { fieldOf } from '../map-rules.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';

/** A map's value with a lock in it, whose id tells the element. */
export const hasLock = (v: T.Val): boolean =>
  v.map !== null && T.baseType(v.type) === T.PTR_TO_MAP_VALUE && fieldOf(v.map, 'bpf_spin_lock') !== undefined;

export function processLock(env: Session, regno: number, isLock: boolean): void {
  const { v } = env.reg(regno);
  if (v.b.m !== 0n)
    env.refuse(EINVAL, `R${regno} doesn't have constant offset. bpf_spin_lock has to be at the constant offset`);
  const { map } = v;
  if (!map) env.refuse(EINVAL, 'bpf_spin_lock of an unknown object');
  if (!map.hasBtf) env.refuse(EINVAL, `map '${map.name}' has to have BTF in order to use bpf_spin_lock`);
  const field = fieldOf(map, 'bpf_spin_lock');
  if (!field) env.refuse(EINVAL, `map '${map.name}' has no valid bpf_spin_lock`);
  const at = Number(v.b.v) + v.off;
  if (field.offset !== at)
    env.refuse(EINVAL, `off ${at} doesn't point to 'struct bpf_spin_lock' that is at ${field.offset}`);
  if (isLock) {
    if (env.cur.lock) env.refuse(EINVAL, 'Locking two bpf_spin_locks are not allowed');
    env.cur.lock = { ptr: map, id: v.id };
    return;
  }
  if (!env.cur.lock) env.refuse(EINVAL, 'bpf_spin_unlock without taking a lock');
  if (env.cur.lock.ptr !== map || env.cur.lock.id !== v.id) env.refuse(EINVAL, 'bpf_spin_unlock of different lock');
  env.cur.lock = null;
}
