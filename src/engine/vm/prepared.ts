/* A program made ready for the interpreter, and the state of one run of it. */
import type { KernelFunction } from './functions.ts';

/** A run's state between entering and leaving the loop. */
export interface Run {
  readonly program: Program;
  readonly words: Int32Array;
  watch: InstructionWatch | null;
  /** slot at which it starts */
  pc: number;
  depth: number;
  /** depth of the frame that the program began in: 0, or of the function that tail-called it */
  base: number;
  /** tail calls of this call of a member so far */
  tails: number;
  /** instructions that may still run */
  fuel: number;
  /** frames of the calling functions, FRAME_WORDS each; null until there are any */
  frames: Int32Array | null;
}

/**
 * Address of a function of the program used as a value: a base where Linux keeps modules and compiled programs, plus
 * the function's slot.
 */
export const FUNCTION_ADDRESS = { high: 0xffffffff | 0, low: 0xc0000000 | 0 } as const;

/** A kernel function with the places of its argument words: register * 2, plus 1 for the high word. */
export interface Callee {
  readonly fn: KernelFunction;
  readonly words: readonly number[];
}

export interface Program {
  readonly insns: Uint8Array;
  /** two words a slot: micro-op | dst << 8 | src << 12, then offset, target or number of the callee */
  readonly code: Int32Array;
  /** r0 to r10 and the immediates, low words and high words, as each run starts with them */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly callees: readonly Callee[];
  /** slots of the functions that are used as values */
  readonly callbacks: readonly number[];
  /**
   * by slot: not 0 if the access was proven before the run, so that compiled code does not check it; null: none is
   * proven
   */
  readonly proven: Uint8Array | null;
  /** buffers of the last interpreted run, reused by the next; null before the first run and during a run */
  idle: Run | null;
  /** its place in the gate when compiled; NO_PLACE when interpreted; PLACE_UNKNOWN before the first run */
  place: number;
}

/** Called before each instruction with its slot and the depth of its frame. May throw to abandon the run. */
export type InstructionWatch = (pc: number, registers: Registers, depth: number) => void;

/** r0 to r10 (immediates follow): of each the low word, then the high one. The running registers, not a copy. */
export interface Registers {
  readonly words: Int32Array;
}

/** Low word of a register, 0 to 10, unsigned. */
export const lowWord = ({ words }: Registers, register: number): number => words[register * 2] >>> 0;

/** High word of a register, unsigned. */
export const highWord = ({ words }: Registers, register: number): number => words[register * 2 + 1] >>> 0;

/** A run at its start, with its own registers. */
export const runOf = (program: Program): Run => ({
  program,
  words: Int32Array.from({ length: program.low.length * 2 }, (_, i) => (i & 1 ? program.high : program.low)[i >> 1]),
  watch: null,
  pc: 0,
  depth: 0,
  base: 0,
  tails: 0,
  fuel: 0,
  frames: null,
});
