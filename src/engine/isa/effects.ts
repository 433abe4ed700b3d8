/* Which registers an instruction changes. */
import type { Insn } from './insn.ts';
import { CLASS, classOf, MODE, modeOf, OPCODE } from './opcodes.ts';

/** BPF_FETCH of an atomic's imm; BPF_CMPXCHG with it */
const FETCH = 1;
const CMPXCHG = 0xf1;
/** r0 is the result of a call, r1 to r5 are lost */
const LAST_SCRATCHED = 5;

/** Whether an instruction may give a register another value. */
export function writesRegister(insn: Insn, register: number): boolean {
  const { opcode, dst, src, imm } = insn;
  switch (classOf(opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
    case CLASS.LDX:
      return dst === register;
    case CLASS.LD:
      return modeOf(opcode) === MODE.IMM ? dst === register : register <= LAST_SCRATCHED;
    case CLASS.STX:
      if (modeOf(opcode) !== MODE.ATOMIC || (imm & FETCH) === 0) return false;
      return imm === CMPXCHG ? register === 0 : src === register;
    case CLASS.JMP:
      return opcode === OPCODE.CALL && register <= LAST_SCRATCHED;
    default:
      return false;
  }
}
