/* Which instructions touch memory, how much of it, and through which register. */
import { REGISTERS } from '../../isa/opcodes.ts';
import type { Program } from '../prepared.ts';
import { LOADS, STORES } from './emit-tables.ts';

const ATOMIC32 = 0xc3;
const ATOMIC64 = 0xdb;
const MOV = 0xbf;

/** Bytes that an opcode loads, negative: stores; 0: it touches no memory. */
export const ACCESS = new Int8Array(256);
for (const [op, { bytes }] of Object.entries(LOADS)) ACCESS[Number(op)] = bytes;
for (const [op, { bytes }] of Object.entries(STORES)) ACCESS[Number(op)] = -bytes;
ACCESS[ATOMIC32] = -4;
ACCESS[ATOMIC64] = -8;

export const isAtomic = (op: number): boolean => op === ATOMIC32 || op === ATOMIC64;
/** The register that an access goes through. */
export const baseOf = (word: number): number => (ACCESS[word & 255] < 0 ? (word >> 8) & 15 : word >>> 12);

/** Registers that accesses go through, and the registers that those were copied from. */
export function followedRegisters({ code }: Program): number[] {
  let mask = 0;
  for (let i = 0; i < code.length; i += 2) if (ACCESS[code[i] & 255] !== 0) mask |= 1 << baseOf(code[i]);
  for (let before = 0; before !== mask; ) {
    before = mask;
    for (let i = 0; i < code.length; i += 2) {
      const s = code[i] >>> 12;
      if ((code[i] & 255) === MOV && s < REGISTERS && (mask & (1 << ((code[i] >> 8) & 15))) !== 0) mask |= 1 << s;
    }
  }
  const registers: number[] = [];
  for (let r = 0; r < REGISTERS; r++) if ((mask & (1 << r)) !== 0) registers.push(r);
  return registers;
}
