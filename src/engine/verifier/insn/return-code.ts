/* The value in R0 at the end of a program or function (check_return_code). */
import { EINVAL } from '../../base/errnos.ts';
import { S64_MAX, S64_MIN } from '../bounds.ts';
import { checkSource } from '../liveness.ts';
import { markPrecise } from '../precision.ts';
import type { Session } from '../session.ts';
import { type Tnum, tnumText, U64_MAX } from '../tnum.ts';
import * as T from '../types.ts';

/** The smallest set of known bits that has all numbers of a range (tnum_range). */
function spanOf(min: number, max: number): Tnum {
  const bits = 32 - Math.clz32(min ^ max);
  const m = (1n << BigInt(bits)) - 1n;
  return { v: BigInt(min) & ~m, m };
}

/** R0, or another register, must lie in a range (verbose_invalid_scalar). */
export function checkReturnRange(env: Session, where: string, [min, max]: readonly [number, number], n = 0): void {
  const { b } = env.val(n);
  if (b.smin >= BigInt(min) && b.smax <= BigInt(max)) return;
  if (env.facts.oldText) {
    const value = b.m === U64_MAX ? 'unknown scalar value' : `value ${tnumText(b)}`;
    env.refuse(EINVAL, `${where} the register R${n} has ${value} should have been in ${tnumText(spanOf(min, max))}`);
  }
  const ends = `${b.smin > S64_MIN ? ` smin=${b.smin}` : ''}${b.smax < S64_MAX ? ` smax=${b.smax}` : ''}`;
  env.refuse(
    EINVAL,
    `${where} the register R${n} has${ends === '' ? ' unknown scalar value' : ends} should have been in [${min}, ${max}]`,
  );
}

/** `n`: the register with the value: R0, or what is given to bpf_throw. */
export function checkReturnCode(env: Session, n = 0): void {
  const [frame] = env.cur.frames;
  const isSubprog = frame.subprog !== 0 && frame.subprog !== env.exceptionSubprog;
  const rule = env.ctx?.returns(env) ?? null;
  if (!isSubprog && rule === 'void') return;
  checkSource(env, n);
  const { v } = env.reg(n);
  if (frame.inAsync) return enforce(env, n, 'At async callback return', frame.returns);
  if (isSubprog) {
    if (v.type !== T.SCALAR)
      env.refuse(EINVAL, `At subprogram exit the register R${n} is not a scalar value (${T.typeText(v.type)})`);
    return;
  }
  if (rule !== null && rule !== 'void') enforce(env, n, 'At program exit', rule);
}

function enforce(env: Session, n: number, where: string, range: readonly [number, number]): void {
  const { v } = env.reg(n);
  if (v.type !== T.SCALAR)
    env.refuse(EINVAL, `${where} the register R${n} is not a known value (${T.typeText(v.type)})`);
  markPrecise(env, n);
  checkReturnRange(env, where, range, n);
}
