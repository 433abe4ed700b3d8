/* bpf_kptr_xchg: a pointer with its reference is put into a map, and what was there comes out (process_kptr_func). */
import { EACCES, EFAULT, EINVAL } from '../../base/errnos.ts';
import type { MapField } from '../environment.ts';
import type { Session } from '../session.ts';
import { forEachReg } from '../state.ts';
import * as T from '../types.ts';
import type { CallMeta } from './call-meta.ts';
import { inRcu } from './in-rcu.ts';
import { matchKptr, targetOf } from './kptrs.ts';
import { fieldsAt, isKptr } from './objects.ts';
import { releaseId } from './references.ts';

/** The place that bpf_kptr_xchg is given (process_kptr_func). */
export function checkKptrPointer(env: Session, n: number, meta: CallMeta): void {
  const { v } = env.reg(n);
  if (v.type === T.PTR_TO_MAP_VALUE) {
    if (!v.map?.hasBtf) env.refuse(EINVAL, `map '${v.map?.name}' has to have BTF in order to use bpf_kptr_xchg`);
    meta.map = v.map;
  }
  if (v.b.m !== 0n) env.refuse(EINVAL, `R${n} doesn't have constant offset. kptr has to be at the constant offset`);
  const kptrs = fieldsAt(v).filter(isKptr);
  if (kptrs.length === 0) env.refuse(EINVAL, `R${n} has no valid kptr`);
  const at = v.off + Number(v.b.v);
  const field = kptrs.find(({ offset }) => offset === at);
  if (!field) return env.refuse(EACCES, `off=${at} doesn't point to kptr`);
  if (field.kind === 'kptr') env.refuse(EACCES, `off=${at} kptr isn't referenced kptr`);
  meta.kptr = field;
}

/** What is exchanged with it, whose kind of pointer is known to be right. */
export function checkExchanged(env: Session, n: number, { kptr }: CallMeta): void {
  const { type } = env.val(n);
  if (!kptr || T.baseType(type) !== T.PTR_TO_BTF_ID) return;
  if ((type & T.MAYBE_NULL) !== 0) {
    if (type & T.MEM_ALLOC)
      env.refuse(EFAULT, 'verifier internal error: invalid PTR_TO_BTF_ID register for type match');
    env.refuse(EACCES, `Possibly NULL pointer passed to helper arg${n}`);
  }
  matchKptr(env, kptr, n);
}

/** The reference of what is put there is the map's from now on; false: it is none. */
export function releaseExchanged(env: Session, id: number): boolean {
  if (!releaseId(env.cur, id)) return false;
  const stays = inRcu(env);
  forEachReg(env.cur, (r) => {
    const { v } = r;
    if (v.refObjId !== id) return;
    const isPercpu = (v.type & T.MEM_ALLOC) !== 0 && (v.type & T.MEM_PERCPU) !== 0;
    r.v =
      stays && isPercpu ? T.derive(v, { refObjId: 0, type: (v.type & ~T.MEM_ALLOC) | T.MEM_RCU }) : T.UNKNOWN_SCALAR;
  });
  return true;
}

/** What comes out of the exchange. */
export function exchangedValue(env: Session, field: MapField): T.Val {
  const { btf, btfId, own } = targetOf(env, field);
  const percpu = field.kind === 'percpu_kptr' ? T.MEM_PERCPU : 0;
  return T.pointer(T.PTR_TO_BTF_ID | T.MAYBE_NULL | (own ? T.MEM_ALLOC | percpu : 0), { btf, btfId });
}
