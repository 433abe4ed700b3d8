/* How a register reads: a number in hex and decimal, or what it points at where that is known. */
import type { ColdSnapshot, CpuSnapshot } from '../../engine/index.ts';

export interface RegisterText {
  readonly text: string;
  /** quieter, behind it */
  readonly note: string;
  /** all 64 bits */
  readonly full: string;
}

/** High word of a kernel address: KERNEL_BASE of src/engine/vm/memory.ts. */
const KERNEL_HIGH = 0xffff8880;

const hex = (word: number): string => (word >>> 0).toString(16);

export const fullHex = ([low, high]: readonly [number, number]): string =>
  `0x${high === 0 ? hex(low) : hex(high) + hex(low).padStart(8, '0')}`;

export function signed([low, high]: readonly [number, number]): bigint {
  return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

function pointee(address: number, cold: ColdSnapshot | null): string | null {
  for (const { id, sk, peer } of cold?.sockets ?? []) {
    if (sk !== 0 && address === sk) return `sk ${id}`;
    if (peer !== 0 && address === peer) return `peer of sk ${id}`;
  }
  return null;
}

export function registerText(cpu: CpuSnapshot, n: number, cold: ColdSnapshot | null): RegisterText {
  const value = cpu.registers[n];
  const full = fullHex(value);
  if (n === 10) return { text: 'fp', note: '', full };
  if (value[1] >>> 0 === KERNEL_HIGH) {
    const name = pointee(value[0] >>> 0, cold);
    return name ? { text: name, note: '', full } : { text: `…${hex(value[0])}`, note: 'ptr', full };
  }
  const number = signed(value);
  const small = number > -10n && number < 10n;
  return small ? { text: String(number), note: '', full } : { text: full, note: String(number), full };
}
