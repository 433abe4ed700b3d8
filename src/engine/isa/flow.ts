/*
 * Static control flow: what an instruction calls, where it jumps, and what may run after it. The assembler, the
 * verifier, the machine and the printers all use these functions.
 */
import type { Insn } from './insn.ts';
import { slotsOf } from './insn.ts';
import { CALL_KIND, CLASS, classOf, codeOf, isWide, OPCODE, WIDE_KIND } from './opcodes.ts';

const CALL = 0x80;

/** Class JMP or JMP32, which calls and exits belong to. */
export const isJumpClass = ({ opcode }: Insn): boolean =>
  classOf(opcode) === CLASS.JMP || classOf(opcode) === CLASS.JMP32;

/** Whether it is a call, including the encodings that every kernel refuses. */
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

/** A conditional or unconditional jump; not a call, not an exit. */
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
 * Target slot of a jump, a call or a function's address at `slot`; it may lie outside the program. The kernel counts
 * from the slot after the first, for wide immediates too.
 */
export const targetOf = (insn: Insn, slot: number): number => slot + 1 + (isLong(insn) ? insn.imm : insn.off);

/**
 * Marks with 1 each slot that holds the start of an instruction reachable from slot 0. Calls are taken to return. `at`:
 * instructions by slot.
 */
export function reachedSlots(at: readonly (Insn | undefined)[]): Uint8Array {
  const seen = new Uint8Array(at.length);
  const todo = [0];
  for (let slot = todo.pop(); slot !== undefined; slot = todo.pop()) {
    // follow the path; its jump targets are visited later
    for (let insn = at[slot]; insn && seen[slot] === 0; insn = at[slot]) {
      seen[slot] = 1;
      if (isJump(insn)) todo.push(targetOf(insn, slot));
      if (endsFlow(insn)) break;
      slot += slotsOf(insn);
    }
  }
  return seen;
}
