import { expect, test } from 'vitest';
import { assemble, disassemble, INSTRUCTIONS } from '../engine/index.ts';
import { insn } from '../engine/isa/insn.ts';
import { SHAPES } from '../engine/isa/instructions.ts';
import { NO_SYMBOLS } from '../engine/isa/symbols.ts';
import { instructionOfLine } from './line-instruction.ts';

test('no two instructions have the same line', () => {
  for (const spec of INSTRUCTIONS) {
    const fields: readonly string[] = SHAPES[spec.shape];
    const { imm = fields.includes('imm') ? -1 : 0, off = fields.includes('off') ? -1 : 0 } = spec;
    const src = spec.src ?? (fields.includes('src') ? 2 : 0);
    const written = insn(spec.opcode, { imm, off, src, dst: fields.includes('dst') ? 1 : 0 });
    const text = disassemble(written, 'llvm') ?? '';
    const object = assemble(`.section struct_ops/x\nf:\n  ${text}\n  exit`, NO_SYMBOLS).value;
    expect([text, instructionOfLine(object, 2)]).toEqual([text, { spec, mnemonic: disassemble(written, 'mnemonic') }]);
    expect(instructionOfLine(object, 1)).toBeNull();
  }
});
