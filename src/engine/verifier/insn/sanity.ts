/* The check of a register's ranges after they were computed (reg_bounds_sanity_check). */
import { EFAULT } from '../../base/errnos.ts';
import { Bounds, brokenInvariant, U32_MAX, S32_MAX, S32_MIN, S64_MAX, S64_MIN } from '../bounds.ts';
import type { Session } from '../session.ts';
import type { Reg } from '../state.ts';
import { U64_MAX } from '../tnum.ts';
import { derive } from '../types.ts';

const TEST_REG_INVARIANTS = 0x80;
const hex = (x: bigint): string => (x === 0n ? '0' : `0x${BigInt.asUintN(64, x).toString(16)}`);
const hex32 = (x: number): string => (x === 0 ? '0' : `0x${(x >>> 0).toString(16)}`);

export function checkBounds(env: Session, r: Reg, when: string): void {
  const { b } = r.v;
  const broken = brokenInvariant(b);
  if (broken === null) return;
  env.log.write(
    `REG INVARIANTS VIOLATION (${when}): ${broken} u64=[${hex(b.umin)}, ${hex(b.umax)}] s64=[${hex(b.smin)}, ${hex(b.smax)}] ` +
      `u32=[${hex32(b.u32min)}, ${hex32(b.u32max)}] s32=[${hex32(b.s32min)}, ${hex32(b.s32max)}] var_off=(${hex(b.v)}, ${hex(b.m)})\n`,
  );
  if ((env.program.flags & TEST_REG_INVARIANTS) !== 0) env.refuse(EFAULT, '');
  const full = new Bounds(b.v, b.m, S64_MIN, S64_MAX, 0n, U64_MAX, S32_MIN, S32_MAX, 0, U32_MAX);
  r.v = derive(r.v, { b: full });
}
