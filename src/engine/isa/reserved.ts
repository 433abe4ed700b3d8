/* The kernel's message for an instruction with a known opcode and wrong values in its other fields. */
import type { Insn } from './insn.ts';
import { CLASS, classOf, codeOf, isWide, MODE, modeOf, OPCODE } from './opcodes.ts';

export const isAtomic = ({ opcode }: Insn): boolean => classOf(opcode) === CLASS.STX && modeOf(opcode) === MODE.ATOMIC;
export const isAlu = ({ opcode }: Insn): boolean => classOf(opcode) === CLASS.ALU || classOf(opcode) === CLASS.ALU64;

export const invalidAtomic = ({ imm }: Insn): string =>
  `BPF_ATOMIC uses invalid atomic opcode ${(imm >>> 0).toString(16).padStart(2, '0')}`;

const RESERVED: Readonly<Record<number, string>> = { 0x80: 'BPF_NEG', 0xb0: 'BPF_MOV', 0xd0: 'BPF_END' };
const JUMPS: Readonly<Record<number, string>> = {
  [OPCODE.CALL]: 'BPF_CALL',
  [OPCODE.EXIT]: 'BPF_EXIT',
  [OPCODE.JA]: 'BPF_JA',
  [OPCODE.GOTOL]: 'BPF_JA',
};
const CLASSES = ['BPF_LD', 'BPF_LDX', 'BPF_ST', 'BPF_STX', 'BPF_ALU', 'BPF_JMP/JMP32', 'BPF_JMP/JMP32', 'BPF_ALU'];

/** The message of check_alu_op, check_cond_jmp_op, check_ld_imm or do_check about such an instruction. */
export function reservedText(insn: Insn): string {
  const { opcode } = insn;
  if (isWide(opcode)) return 'unrecognized bpf_ld_imm64 insn';
  if (isAtomic(insn)) return invalidAtomic(insn);
  if (opcode === OPCODE.MAY_GOTO) return `invalid may_goto imm ${insn.imm}`;
  const name = isAlu(insn) ? (RESERVED[codeOf(opcode)] ?? 'BPF_ALU') : (JUMPS[opcode] ?? CLASSES[classOf(opcode)]);
  return `${name} uses reserved fields`;
}
