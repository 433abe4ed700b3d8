/* Text of a register: a number in hex and decimal, or what it points to if known. */
import { entryOf } from '../engine/index.ts';
import type { CpuSnapshot } from '../engine/index.ts';
import { pointee, type RegisterWorld } from './pointee.ts';

export interface RegisterText {
  readonly text: string;
  /** fainter text after it */
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

export function registerText(cpu: CpuSnapshot, n: number, world: Omit<RegisterWorld, 'cpu'>): RegisterText {
  const value = entryOf(cpu.registers, n);
  return n === 10 ? { text: 'fp', note: '', full: fullHex(value) } : wordText(value, { ...world, cpu });
}

/** 64 bits, as low and high word. */
export function wordText(value: readonly [number, number], world: RegisterWorld): RegisterText {
  const full = fullHex(value);
  if (value[1] >>> 0 === KERNEL_HIGH) {
    const found = pointee(value[0] >>> 0, world);
    if (found) return { text: found.name, note: found.type, full };
    return { text: `…${hex(value[0])}`, note: 'ptr', full };
  }
  const number = signed(value);
  const small = number > -10n && number < 10n;
  return small ? { text: String(number), note: '', full } : { text: full, note: String(number), full };
}
