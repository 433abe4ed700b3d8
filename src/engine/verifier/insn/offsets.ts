/* Which pointers may be given away with an offset (check_func_arg_reg_off). */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import { offsetText } from '../print.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';

/** check_ptr_off_reg: no offset, known or not. */
export function checkNoOffset(env: Session, v: T.Val, regno: number, fixedOk = false): void {
  const name = `${T.typeText(v.type)} ptr R${regno}`;
  if (v.off < 0) env.refuse(EACCES, `negative offset ${name} off=${v.off} disallowed`);
  if (!fixedOk && v.off) env.refuse(EACCES, `dereference of modified ${name} off=${v.off} disallowed`);
  if (v.b.m !== 0n || v.b.v !== 0n)
    env.refuse(EACCES, `variable ${T.typeText(v.type)} access var_off=${offsetText(env, v.b)} disallowed`);
}

/** Kinds of pointers that may be given with an offset, whatever it is. */
const ANY: ReadonlySet<number> = new Set([
  T.PTR_TO_STACK,
  T.PTR_TO_PACKET,
  T.PTR_TO_PACKET_META,
  T.PTR_TO_MAP_KEY,
  T.PTR_TO_MAP_VALUE,
  T.PTR_TO_MEM,
  T.PTR_TO_MEM | T.MEM_RDONLY,
  T.PTR_TO_MEM | T.MEM_RINGBUF,
  T.PTR_TO_BUF,
  T.PTR_TO_BUF | T.MEM_RDONLY,
  T.PTR_TO_ARENA,
  T.SCALAR,
]);
/** Kinds with a known one. */
const FIXED: ReadonlySet<number> = new Set(
  [0, T.MEM_ALLOC, T.PTR_TRUSTED, T.MEM_RCU, T.MEM_ALLOC | T.NON_OWN_REF, T.MEM_ALLOC | T.NON_OWN_REF | T.MEM_RCU].map(
    (flags) => T.PTR_TO_BTF_ID | flags,
  ),
);

/** `releases`: the argument is given back, which needs the very pointer that was got. */
export function checkArgumentOffset(env: Session, n: number, releases: boolean): void {
  const { v } = env.reg(n);
  if (!releases) {
    if (!ANY.has(v.type)) checkNoOffset(env, v, n, FIXED.has(v.type));
    return;
  }
  if (v.off !== 0 && env.facts.releaseOffsetText)
    env.refuse(EINVAL, `R${n} must have zero offset when passed to release func or trusted arg to kfunc`);
  checkNoOffset(env, v, n, env.facts.releaseOffsetText);
}
