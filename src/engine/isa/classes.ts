/* Instruction classes: the low three bits of an opcode (RFC 9669 section 3). */
export const LD = 0;
export const LDX = 1;
export const ST = 2;
export const STX = 3;
export const ALU = 4;
export const JMP = 5;
export const JMP32 = 6;
export const ALU64 = 7;
