/* Instructions that their whole opcode identifies (RFC 9669; may_goto and gotol: Linux). */
export const LDDW = 0x18;
export const JA = 0x05;
export const GOTOL = 0x06;
export const CALL = 0x85;
export const CALLX = 0x8d;
export const EXIT = 0x95;
export const MAY_GOTO = 0xe5;
export const END_LE = 0xd4;
export const END_BE = 0xdc;
export const BSWAP = 0xd7;
