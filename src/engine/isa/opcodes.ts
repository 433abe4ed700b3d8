/* Instruction encoding (RFC 9669 section 3): class in the low three bits, then a source bit, a size or a mode. */

import * as CLASS from './classes.ts';
import * as OPCODE from './whole-opcodes.ts';

/** K: the immediate; X: the source register. */
export const SOURCE = { K: 0x00, X: 0x08 } as const;
export const SIZE = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;
export const MODE = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;

export { CLASS, OPCODE };

/** Meaning of a call's imm, by its src_reg. */
export const CALL_KIND = { HELPER: 0, LOCAL: 1, KFUNC: 2 } as const;

/** Meaning of a wide immediate, by its src_reg (BPF_PSEUDO_*). */
export const WIDE_KIND = {
  VALUE: 0,
  MAP_FD: 1,
  MAP_VALUE: 2,
  BTF_ID: 3,
  FUNC: 4,
  MAP_IDX: 5,
  MAP_IDX_VALUE: 6,
} as const;

export const REGISTERS = 11;
/** The frame pointer; programs may not write it. */
export const FRAME_POINTER = 10;
export const SLOT_BYTES = 8;

export const classOf = (opcode: number): number => opcode & 0x07;
export const codeOf = (opcode: number): number => opcode & 0xf0;
export const modeOf = (opcode: number): number => opcode & 0xe0;
export const usesRegister = (opcode: number): boolean => (opcode & SOURCE.X) !== 0;
export const isWide = (opcode: number): boolean => opcode === OPCODE.LDDW;

const SIZE_BYTES: Readonly<Record<number, number>> = { [SIZE.W]: 4, [SIZE.H]: 2, [SIZE.B]: 1, [SIZE.DW]: 8 };

/** Bytes that a load or store moves. */
export const accessBytes = (opcode: number): number => SIZE_BYTES[opcode & 0x18];
