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

/** Bytes of a tcp_sock and its surroundings in the slab: a pointer within is a pointer into that socket. */
const SOCK_SPAN = 4096;

/** Room for the arguments of any member. */
const CONTEXT_BYTES = 96;

/** What a kernel address points at: the arguments, a socket, or so many bytes into one. */
function pointee(address: number, cold: ColdSnapshot | null, cpu: CpuSnapshot | null): string | null {
  const intoContext = cpu ? address - cpu.context : -1;
  if (intoContext >= 0 && intoContext < CONTEXT_BYTES) return `ctx +${intoContext}`;
  let best: { name: string; into: number } | null = null;
  for (const { id, sk, peer } of cold?.sockets ?? []) {
    for (const [base, name] of [
      [sk, `sk ${id}`],
      [peer, `peer of sk ${id}`],
    ] as const) {
      const into = address - base;
      if (base !== 0 && into >= 0 && into < SOCK_SPAN && (!best || into < best.into)) best = { name, into };
    }
  }
  return best && (best.into === 0 ? best.name : `${best.name} +${best.into}`);
}

export function registerText(cpu: CpuSnapshot, n: number, cold: ColdSnapshot | null): RegisterText {
  const value = cpu.registers[n];
  return n === 10 ? { text: 'fp', note: '', full: fullHex(value) } : wordText(value, cold, cpu);
}

/** 64 bits, as low and high word. */
export function wordText(
  value: readonly [number, number],
  cold: ColdSnapshot | null,
  cpu: CpuSnapshot | null = null,
): RegisterText {
  const full = fullHex(value);
  if (value[1] >>> 0 === KERNEL_HIGH) {
    const name = pointee(value[0] >>> 0, cold, cpu);
    return name ? { text: name, note: '', full } : { text: `…${hex(value[0])}`, note: 'ptr', full };
  }
  const number = signed(value);
  const small = number > -10n && number < 10n;
  return small ? { text: String(number), note: '', full } : { text: full, note: String(number), full };
}
