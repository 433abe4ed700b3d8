/*
 * Control flow as a program's text tells it: what an instruction calls, where it jumps, and what may run after it. The
 * assembler, the verifier, the machine and the printers all ask here.
 */
import type { Insn } from './insn.ts';
import { slotsOf } from './insn.ts';
import { CALL_KIND, CLASS, classOf, codeOf, isWide, OPCODE, WIDE_KIND } from './opcodes.ts';

const CALL = 0x80;

/** Class JMP or JMP32, which calls and exits belong to. */
export const isJumpClass = ({ opcode }: Insn): boolean =>
  classOf(opcode) === CLASS.JMP || classOf(opcode) === CLASS.JMP32;

/** Also those encodings of a call that no kernel takes. */
export const isCall = ({ opcode }: Insn): boolean => codeOf(opcode) === CALL && classOf(opcode) === CLASS.JMP;
const callsAs =
  (kind: number) =>
  ({ opcode, src }: Insn): boolean =>
    opcode === OPCODE.CALL && src === kind;
export const isHelperCall = callsAs(CALL_KIND.HELPER);
/** A call of a function of the program (BPF_PSEUDO_CALL). */
export const isLocalCall = callsAs(CALL_KIND.LOCAL);
export const isKfuncCall = callsAs(CALL_KIND.KFUNC);
/** A wide immediate that is the address of a function of the program (BPF_PSEUDO_FUNC). */
export const isFunctionAddress = ({ opcode, src }: Insn): boolean => isWide(opcode) && src === WIDE_KIND.FUNC;

/** A jump whether it is taken or not: no call, no exit. */
export const isJump = (insn: Insn): boolean =>
  isJumpClass(insn) && codeOf(insn.opcode) !== CALL && insn.opcode !== OPCODE.EXIT;
/** A jump that is always taken. */
export const isGoto = ({ opcode }: Insn): boolean => opcode === OPCODE.JA || opcode === OPCODE.GOTOL;
/** A jump that may be taken or not. */
export const isBranch = (insn: Insn): boolean => isJump(insn) && !isGoto(insn);
/** The instruction after it does not run next. */
export const endsFlow = (insn: Insn): boolean => insn.opcode === OPCODE.EXIT || isGoto(insn);

/** Whether the distance of a jump or local call stands in imm: gotol, calls and addresses of functions. */
export const isLong = (insn: Insn): boolean =>
  insn.opcode === OPCODE.GOTOL || isLocalCall(insn) || isFunctionAddress(insn);

/**
 * The slot that a jump at `slot` leads to, or at which the function begins that is called or named there; it may lie
 * outside of the program. The kernel counts from the slot after the first, for wide immediates too.
 */
export const targetOf = (insn: Insn, slot: number): number => slot + 1 + (isLong(insn) ? insn.imm : insn.off);

/** 1 for each slot at which an instruction begins that a path from slot 0 reaches. Calls come back; `at`: by slot. */
export function reachedSlots(at: readonly (Insn | undefined)[]): Uint8Array {
  const seen = new Uint8Array(at.length);
  const todo = [0];
  for (let slot = todo.pop(); slot !== undefined; slot = todo.pop()) {
    // on along the path; where it jumps is for later
    for (let insn = at[slot]; insn && seen[slot] === 0; insn = at[slot]) {
      seen[slot] = 1;
      if (isJump(insn)) todo.push(targetOf(insn, slot));
      if (endsFlow(insn)) break;
      slot += slotsOf(insn);
    }
  }
  return seen;
}
