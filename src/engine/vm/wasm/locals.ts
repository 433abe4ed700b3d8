/* Locals of a compiled function. What a BPF function is given comes first, as parameters. */
import type { FunctionType } from './encoder.ts';
import { I32, I64, type ValueType } from './opcodes.ts';

/** r1 to r5 and r10, then, behind the fuel, r0 and r6 to r9: local of each register */
const REGISTER_LOCALS = [7, 0, 1, 2, 3, 4, 8, 9, 10, 11, 5] as const;
export const localOf = (register: number): number => REGISTER_LOCALS[register];

export const LOCAL = {
  /** i32: instructions that may still run; a parameter */
  fuel: 6,
  /** i64 */
  value: 12,
  /** i64: bytes of the arena that are in use */
  arena: 13,
  /** i32 */
  pc: 14,
  dispatch: 15,
  word: 16,
  /** of the function that is called back, or NO_TURN */
  turn: 17,
} as const;

/** A BPF function as a WebAssembly one: r1 to r5, r10, fuel in; r0 and what is left of the fuel out, -1 when it gave up. */
export const BPF_FUNCTION: FunctionType = { params: [I64, I64, I64, I64, I64, I64, I32], results: [I64, I32] };
export const BPF_LOCALS: readonly ValueType[] = [I64, I64, I64, I64, I64, I64, I64, I32, I32, I32, I32];

/** Local as the text shows it: `$r6`, `$fuel`. */
export function localName(local: number): string {
  const register = (REGISTER_LOCALS as readonly number[]).indexOf(local);
  const name = register >= 0 ? `r${register}` : Object.entries(LOCAL).find(([, index]) => index === local)?.[0];
  return `$${name}`;
}
