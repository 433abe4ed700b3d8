/* Ids that link copies of one scalar (assign_scalar_id_before_mov). */
import type { Session } from '../session.ts';
import type { Reg } from '../state.ts';
import { derive, SCALAR } from '../types.ts';

/** Gives a scalar an id before it is copied, which links the copies; constants need none. */
export function assignId(env: Session, r: Reg): void {
  const { v } = r;
  if (v.type !== SCALAR) return;
  let id = v.id;
  if (v.addConst) id = 0;
  if (id === 0 && v.b.m !== 0n) id = env.newId();
  if (id !== v.id || v.addConst) r.v = derive(v, { id, addConst: false, off: v.addConst ? 0 : v.off });
}
