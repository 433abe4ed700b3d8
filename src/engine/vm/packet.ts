/* Legacy packet loads (RFC 9669 section 5.7): big-endian; a load outside the packet ends the program. */
import { clearArguments } from './calls.ts';
import type { KernelFunctions } from './functions.ts';
import type { Memory } from './memory.ts';

/**
 * Loads `bytes` at an offset into r0; returns false when they lie outside the packet: then r0 is 0 and the program
 * ends.
 */
export function loadPacket(
  { u8 }: Memory,
  { packet }: KernelFunctions,
  bytes: number,
  offset: number,
  regs: Int32Array,
): boolean {
  clearArguments(regs);
  regs[0] = 0;
  regs[1] = 0;
  if (!packet || offset < 0 || offset > packet.bytes - bytes) return false;
  for (let i = 0; i < bytes; i++) regs[0] = (regs[0] << 8) | u8[packet.at + offset + i];
  return true;
}
