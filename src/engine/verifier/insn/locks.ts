/* bpf_spin_lock and bpf_spin_unlock (process_spin_lock). */
import { EINVAL } from '../../base/errnos.ts';
import type { Session } from '../session.ts';
import { forEachReg } from '../state.ts';
import * as T from '../types.ts';
import { fieldNamed } from './objects.ts';

/** What a lock is told by, beside the id of the pointer to it: its map, or the program's types. */
export const lockOwner = ({ type, map, btf }: T.Val): object | null => (type === T.PTR_TO_MAP_VALUE ? map : btf);

export function processLock(env: Session, regno: number, isLock: boolean): void {
  const { v } = env.reg(regno);
  if (v.b.m !== 0n)
    env.refuse(EINVAL, `R${regno} doesn't have constant offset. bpf_spin_lock has to be at the constant offset`);
  const map = v.type === T.PTR_TO_MAP_VALUE ? v.map : null;
  const owner = lockOwner(v);
  if (!owner) env.refuse(EINVAL, 'bpf_spin_lock of an unknown object');
  if (map && !map.hasBtf) env.refuse(EINVAL, `map '${map.name}' has to have BTF in order to use bpf_spin_lock`);
  const field = fieldNamed(v, 'bpf_spin_lock');
  if (!field) env.refuse(EINVAL, `${map ? 'map' : 'local'} '${map ? map.name : 'kptr'}' has no valid bpf_spin_lock`);
  const at = Number(v.b.v) + v.off;
  if (field.offset !== at)
    env.refuse(EINVAL, `off ${at} doesn't point to 'struct bpf_spin_lock' that is at ${field.offset}`);
  if (isLock) {
    if (env.cur.lock) env.refuse(EINVAL, 'Locking two bpf_spin_locks are not allowed');
    env.cur.lock = { ptr: owner, id: v.id };
    return;
  }
  if (!env.cur.lock) env.refuse(EINVAL, 'bpf_spin_unlock without taking a lock');
  if (env.cur.lock.ptr !== owner || env.cur.lock.id !== v.id) env.refuse(EINVAL, 'bpf_spin_unlock of different lock');
  dropBorrowed(env);
  env.cur.lock = null;
}

/** Pointers to what lists and trees hold are good as long as the lock is held (invalidate_non_owning_refs). */
function dropBorrowed(env: Session): void {
  forEachReg(env.cur, (r) => {
    if (T.isBorrowed(r.v.type)) r.v = T.UNKNOWN_SCALAR;
  });
}
