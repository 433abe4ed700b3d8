/*
 * Interpreter opcodes for instructions that share one in BPF (program.ts); all others use the opcode of their X form.
 */
export const movsx8 = 0x07;
export const movsx16 = 0x17;
export const movsx32 = 0x27;
export const sdiv = 0x37;
export const smod = 0x97;
export const movsx8_32 = 0x04;
export const movsx16_32 = 0x14;
export const sdiv32 = 0x34;
export const smod32 = 0x94;
export const callLocal = 0x86;
export const callBack = 0x96;
export const tailCall = 0xa6;
export const keepLow = 0xd4;
export const swap = 0xd7;
