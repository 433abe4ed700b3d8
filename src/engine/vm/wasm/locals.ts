/*
 * Locals of a compiled function, numbered from r1 on. What a BPF function is given comes first, as parameters; an entry's
 * words lie before all of them (`wordOf`), and its registers are locals like the others.
 */
import { type FunctionType, fn, words } from './encoder.ts';
import { I32, I64, V128, type ValueType } from './opcodes.ts';

/** Local of each register. Parameters come first, rarely needed ones last, because engines pass five in registers. */
const REGISTER_LOCALS = [7, 0, 1, 2, 5, 6, 8, 9, 10, 11, 3] as const;
export const localOf = (register: number): number => REGISTER_LOCALS[register];

export const LOCAL = {
  /** i32: instructions that may still run; a parameter */
  fuel: 4,
  /** i64 */
  value: 12,
  /** i64: bytes of the arena that are in use */
  arena: 13,
  /** i32: number of the place at which it gives up */
  place: 14,
  dispatch: 15,
  word: 16,
  /** of the function that is called back, or NO_TURN */
  turn: 17,
  /** v128: the order of bytes that reverses them */
  reverse: 18,
  /** of an entry: programs that run around this one, and the address of its context */
  level: 19,
  context: 20,
} as const;

/** Words that an entry is given: native arguments, or a context and r2. */
export const ENTRY_WORDS = 4;
export const wordOf = (argument: number): number => argument - ENTRY_WORDS;

/** Type of a BPF function in WebAssembly: it returns r0 and the remaining fuel, which is -1 when it gave up. */
export const BPF_FUNCTION: FunctionType = fn([I64, I64, I64, I64, I32, I64, I64], [I64, I32]);
export const BPF_LOCALS: readonly ValueType[] = [I64, I64, I64, I64, I64, I64, I64, I32, I32, I32, I32, V128];
/** An entry: words in, the low word of the result out. */
export const ENTRY_FUNCTION: FunctionType = fn(words(ENTRY_WORDS), [I32]);
export const ENTRY_LOCALS: readonly ValueType[] = [...BPF_FUNCTION.params, ...BPF_LOCALS, I32, I32];
