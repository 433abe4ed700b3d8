/* The instruction of a line of text. Pure, so that it can be tested without Monaco. */
import { type AssembledObject, decode, disassemble, type InstructionSpec, specOf } from '../engine/index.ts';

export interface LineInstruction {
  readonly spec: InstructionSpec;
  /** in the other syntax */
  readonly mnemonic: string;
}

/** Instruction of a line; null for a line without one, or one that does not assemble. */
export function instructionOfLine({ functions }: AssembledObject, line: number): LineInstruction | null {
  for (const { insns, lines } of functions) {
    const slot = lines.indexOf(line);
    if (slot < 0) continue;
    const insn = decode(insns, slot);
    const spec = specOf(insn);
    return spec && { spec, mnemonic: disassemble(insn, 'mnemonic') ?? '' };
  }
  return null;
}
