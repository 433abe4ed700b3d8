/* Finds calls of helpers and kernel functions that Linux has and this machine lacks. */
import { helperName } from '../isa/helper-names.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { CALL_KIND, OPCODE } from '../isa/opcodes.ts';
import type { KernelParts } from './core.ts';

/**
 * Describes the first reachable call that this machine does not implement; null when there is none. `seen`: by slot.
 */
export function absentCall(
  { btf, whole, has, profile }: Pick<KernelParts, 'btf' | 'whole' | 'has' | 'profile'>,
  insns: Uint8Array,
  seen: Uint8Array,
): string | null {
  for (const slot of instructionSlots(insns)) {
    const { opcode, src, imm } = decode(insns, slot);
    if (opcode !== OPCODE.CALL || seen[slot] === 0) continue;
    const isHelper = src === CALL_KIND.HELPER && imm > 0 && imm <= profile.lastHelper;
    if (isHelper && has?.('helper', imm) === false) return `helper ${helperName(imm)}#${imm} is not in this machine`;
    const name = src === CALL_KIND.KFUNC ? ((btf.type(imm) ?? whole?.()?.type(imm))?.name ?? '') : '';
    if (name !== '' && has?.('kfunc', imm) === false) return `kernel function ${name}#${imm} is not in this machine`;
  }
  return null;
}
