/* Instructions that no path reaches (sanitize_dead_code). */
import { decode, instructionSlots } from '../isa/insn.ts';
import { isWide, OPCODE, SLOT_BYTES } from '../isa/opcodes.ts';

/** Replaces instructions that cannot run by `goto -1`. `seen`: 1 for each slot that some path reaches. */
export function withoutDeadCode(insns: Uint8Array, seen: Uint8Array): Uint8Array {
  const out = insns.slice();
  for (const slot of instructionSlots(insns)) {
    if (seen[slot] !== 0) continue;
    const slots = isWide(decode(insns, slot).opcode) ? 2 : 1;
    for (let i = 0; i < slots; i++) out.set([OPCODE.JA, 0, 0xff, 0xff, 0, 0, 0, 0], (slot + i) * SLOT_BYTES);
  }
  return out;
}
