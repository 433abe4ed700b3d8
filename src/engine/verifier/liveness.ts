/* Read marks (mark_reg_read) and the checks of an operand register (check_reg_arg). */
import { EACCES, EINVAL } from '../base/errnos.ts';
import type { Insn } from '../isa/insn.ts';
import { CLASS, classOf, MODE, modeOf, SIZE } from '../isa/opcodes.ts';
import type { Session } from './session.ts';
import { setReg } from './session.ts';
import { LIVE_DONE, LIVE_READ, LIVE_READ32, LIVE_READ64, LIVE_WRITTEN, MAX_REGS, type Reg } from './state.ts';
import { NOT_INIT, SCALAR, UNKNOWN_SCALAR } from './types.ts';
import { EFAULT } from '../base/errnos.ts';

/**
 * Marks a place as read in earlier states: up its parents until one that was written or is already marked. `from` is
 * the first parent to mark.
 */
export function markRead(env: Session, place: Reg, from: Reg | null, flag: number): number {
  let state = place;
  let parent = from;
  let writes = parent === state.parent;
  let count = 0;
  while (parent) {
    if (writes && (state.live & LIVE_WRITTEN) !== 0) break;
    if ((parent.live & LIVE_DONE) !== 0) env.refuse(EFAULT, 'verifier BUG: read of a state that is done');
    if ((parent.live & LIVE_READ) === flag || (parent.live & LIVE_READ64) !== 0) break;
    parent.live |= flag;
    if (flag === LIVE_READ64) parent.live &= ~LIVE_READ32;
    state = parent;
    parent = state.parent;
    writes = true;
    count++;
  }
  if (env.markRead < count) env.markRead = count;
  return count;
}

/** Whether the instruction uses all 64 bits of the operand (is_reg64). */
function isReg64(insn: Insn, r: Reg, isSource: boolean): boolean {
  const { opcode } = insn;
  const cls = classOf(opcode);
  const op = opcode & 0xf0;
  if (cls === CLASS.JMP) {
    if (op === 0x90) return true;
    if (op === 0x80) return insn.src === 1 ? false : isSource;
  }
  if (cls === CLASS.ALU64 && op === 0xd0 && insn.imm !== 64) return false;
  if (cls === CLASS.ALU64 || cls === CLASS.JMP || (cls === CLASS.ALU && op === 0xd0 && insn.imm === 64)) return true;
  if (cls === CLASS.ALU || cls === CLASS.JMP32) return false;
  const isDouble = (opcode & 0x18) === SIZE.DW;
  if (cls === CLASS.LDX) return isSource || isDouble || modeOf(opcode) === MODE.MEMSX;
  if (cls === CLASS.STX) return (isSource && r.v.type !== SCALAR) || isDouble;
  if (cls === CLASS.LD) return modeOf(opcode) === MODE.IMM || isSource;
  return true;
}

/** Requires a readable source operand, and marks it as read. */
export function checkSource(env: Session, n: number): void {
  if (n >= MAX_REGS) env.refuse(EINVAL, `R${n} is invalid`);
  env.scratchReg(n);
  const r = env.reg(n);
  if (r.v.type === NOT_INIT) env.refuse(EACCES, `R${n} !read_ok`);
  if (n === 10) return;
  markRead(env, r, r.parent, isReg64(env.insns[env.insn], r, true) ? LIVE_READ64 : LIVE_READ32);
}

/**
 * Refuses the frame pointer as a destination; marks the register as written, with an unknown value unless `keep` is
 * set.
 */
export function checkDestination(env: Session, n: number, keep: boolean): void {
  if (n >= MAX_REGS) env.refuse(EINVAL, `R${n} is invalid`);
  env.scratchReg(n);
  if (n === 10) env.refuse(EACCES, 'frame pointer is read only');
  const r = env.reg(n);
  r.live |= LIVE_WRITTEN;
  if (!keep) setReg(r, UNKNOWN_SCALAR);
}
