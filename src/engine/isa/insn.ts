/* One instruction and its 8-byte slots, little endian: opcode, src << 4 | dst, off (s16), imm (s32). */
import { isWide, SLOT_BYTES } from './opcodes.ts';

export interface Insn {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  /** signed 16 bits */
  readonly off: number;
  /** signed 32 bits */
  readonly imm: number;
  /** imm of the second slot of a wide instruction (the high word), signed; 0 for all others */
  readonly high: number;
}

export function insn(opcode: number, fields: Partial<Omit<Insn, 'opcode'>> = {}): Insn {
  return { opcode, dst: 0, src: 0, off: 0, imm: 0, high: 0, ...fields };
}

/** Slots that an instruction takes: 2 for a wide immediate. */
export const slotsOf = ({ opcode }: Pick<Insn, 'opcode'>): number => (isWide(opcode) ? 2 : 1);

const word = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

/** Reads the instruction at a slot; when a wide one lacks its second slot, that slot reads as 0. */
export function decode(bytes: Uint8Array, slot: number): Insn {
  const at = slot * SLOT_BYTES;
  const opcode = bytes[at];
  const registers = bytes[at + 1];
  return {
    opcode,
    dst: registers & 0x0f,
    src: registers >> 4,
    off: ((bytes[at + 2] | (bytes[at + 3] << 8)) << 16) >> 16,
    imm: word(bytes, at + 4),
    high: isWide(opcode) && at + 16 <= bytes.length ? word(bytes, at + 12) : 0,
  };
}

export function encode(insns: readonly Insn[]): Uint8Array {
  const bytes = new Uint8Array(insns.reduce((slots, i) => slots + slotsOf(i), 0) * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { opcode, dst, src, off, imm, high } of insns) {
    view.setUint8(at, opcode);
    view.setUint8(at + 1, (src << 4) | dst);
    view.setInt16(at + 2, off, true);
    view.setInt32(at + 4, imm, true);
    if (isWide(opcode)) view.setInt32(at + 12, high, true);
    at += slotsOf({ opcode }) * SLOT_BYTES;
  }
  return bytes;
}

/** Slot numbers at which instructions begin. */
export function instructionSlots(bytes: Uint8Array): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < bytes.length >> 3; slot += isWide(bytes[slot * SLOT_BYTES]) ? 2 : 1) slots.push(slot);
  return slots;
}

/** All instructions of whole slots. */
export function decodeAll(bytes: Uint8Array): Insn[] {
  return instructionSlots(bytes).map((slot) => decode(bytes, slot));
}

/** 64-bit value of a wide immediate. */
export function wideValue({ imm, high }: Pick<Insn, 'imm' | 'high'>): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(imm >>> 0);
}
