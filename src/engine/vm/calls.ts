/* Calls as the interpreter makes them: kernel functions, and frames of the program's own. */
import { GO_ON, type KernelFunction, type KernelFunctions } from './functions.ts';
import { KERNEL_BASE_HI } from './memory.ts';
import { type Callee, FUNCTION_ADDRESS, type Program } from './program.ts';

export const MAX_FRAMES = 8;
export const FRAME_SHIFT = 9;
export const FRAME_BYTES = 1 << FRAME_SHIFT;
export const STACK_BYTES = MAX_FRAMES * FRAME_BYTES;
/** What a call keeps: return address, r6 to r9, the turn of a callback or -1, r1 to r5. */
export const FRAME_WORDS = 20;
const SAVED_AT = 1;
const TURN_AT = 9;
const ARGUMENTS_AT = 10;
/** No callback, but an ordinary call. */
export const NO_TURN = -1;

const KERNEL_HIGH = KERNEL_BASE_HI | 0;

/**
 * What the verifier calls unreadable reads 0 in both engines: r1 to r5 after a call, r0 and r6 to r9 at a function's
 * start. Written out, here and below: engines do not unroll loops.
 */
export function clearArguments(low: Int32Array, high: Int32Array): void {
  low[1] = low[2] = low[3] = low[4] = low[5] = 0;
  high[1] = high[2] = high[3] = high[4] = high[5] = 0;
}

export function callKernel({ fn, words }: Callee, functions: KernelFunctions, low: Int32Array, high: Int32Array): void {
  const result = callWords(fn.call, words, low, high);
  clearArguments(low, high);
  low[0] = fn.ret === 'void' ? 0 : result;
  high[0] = highOf(fn.ret, low[0], functions);
}

const wordAt = (word: number, low: Int32Array, high: Int32Array): number => (word & 1 ? high : low)[word >> 1];

/** Up to three words without an array: most kernel functions take no more. */
function callWords(call: KernelFunction['call'], words: readonly number[], low: Int32Array, high: Int32Array): number {
  switch (words.length) {
    case 0:
      return call();
    case 1:
      return call(wordAt(words[0], low, high));
    case 2:
      return call(wordAt(words[0], low, high), wordAt(words[1], low, high));
    case 3:
      return call(wordAt(words[0], low, high), wordAt(words[1], low, high), wordAt(words[2], low, high));
    default:
      return call(...words.map((word) => wordAt(word, low, high)));
  }
}

function highOf(ret: Callee['fn']['ret'], low: number, functions: KernelFunctions): number {
  if (ret === 'u64') return functions.highWord;
  return ret === 'ptr' && low !== 0 ? KERNEL_HIGH : 0;
}

/** Slot of the function that a helper which calls back is given; negative: it is none. */
export function callbackSlot({ callbacks }: Program, { fn }: Callee, low: Int32Array, high: Int32Array): number {
  const register = fn.callback ?? 0;
  const slot = low[register] - FUNCTION_ADDRESS.low;
  return high[register] === FUNCTION_ADDRESS.high && callbacks.includes(slot) ? slot : -1;
}

function setResult(result: number, low: Int32Array, high: Int32Array): void {
  clearArguments(low, high);
  low[0] = result;
  high[0] = result >> 31;
}

export function enterFrame(frames: Int32Array, at: number, ip: number, low: Int32Array, high: Int32Array): void {
  frames[at] = ip;
  frames[at + TURN_AT] = NO_TURN;
  frames[at + SAVED_AT] = low[6];
  frames[at + SAVED_AT + 1] = high[6];
  frames[at + SAVED_AT + 2] = low[7];
  frames[at + SAVED_AT + 3] = high[7];
  frames[at + SAVED_AT + 4] = low[8];
  frames[at + SAVED_AT + 5] = high[8];
  frames[at + SAVED_AT + 6] = low[9];
  frames[at + SAVED_AT + 7] = high[9];
  low[0] = low[6] = low[7] = low[8] = low[9] = 0;
  high[0] = high[6] = high[7] = high[8] = high[9] = 0;
  low[10] += FRAME_BYTES;
}

/** Where the caller goes on. */
export function leaveFrame(frames: Int32Array, at: number, low: Int32Array, high: Int32Array): number {
  clearArguments(low, high);
  low[6] = frames[at + SAVED_AT];
  high[6] = frames[at + SAVED_AT + 1];
  low[7] = frames[at + SAVED_AT + 2];
  high[7] = frames[at + SAVED_AT + 3];
  low[8] = frames[at + SAVED_AT + 4];
  high[8] = frames[at + SAVED_AT + 5];
  low[9] = frames[at + SAVED_AT + 6];
  high[9] = frames[at + SAVED_AT + 7];
  low[10] -= FRAME_BYTES;
  return frames[at];
}

/** The turn that a frame is, or NO_TURN. */
export const turnOf = (frames: Int32Array, at: number): number => frames[at + TURN_AT];

/**
 * One turn of a helper that calls back: asks it, and enters the function in the frame at `at`. Returns the function's
 * slot; negative: r0 is the helper's result.
 */
export function takeTurn(
  program: Program,
  callee: Callee,
  functions: KernelFunctions,
  frames: Int32Array,
  at: number,
  ip: number,
  turn: number,
  low: Int32Array,
  high: Int32Array,
): number {
  const { fn, words } = callee;
  const { callbackArgs } = functions;
  const slot = callbackSlot(program, callee, low, high);
  callbackArgs.fill(0);
  const answer = fn.call(turn, ...words.map((word) => wordAt(word, low, high)));
  if (answer !== GO_ON) {
    setResult(answer === 0 ? turn : answer, low, high);
    return -1;
  }
  enterFrame(frames, at, ip, low, high);
  frames[at + TURN_AT] = turn;
  for (let r = 1; r <= 5; r++) {
    // kept for the next turn
    frames[at + ARGUMENTS_AT + (r - 1) * 2] = low[r];
    frames[at + ARGUMENTS_AT + (r - 1) * 2 + 1] = high[r];
    low[r] = callbackArgs[(r - 1) * 2];
    high[r] = callbackArgs[(r - 1) * 2 + 1];
  }
  return slot;
}

/** After a turn, whose frame was left: the next one, unless the function answered something else than 0. */
export function takeNextTurn(
  program: Program,
  callee: Callee,
  functions: KernelFunctions,
  frames: Int32Array,
  at: number,
  low: Int32Array,
  high: Int32Array,
): number {
  const turn = turnOf(frames, at) + 1;
  if (low[0] !== 0 || high[0] !== 0) {
    setResult(turn, low, high);
    return -1;
  }
  for (let r = 1; r <= 5; r++) {
    low[r] = frames[at + ARGUMENTS_AT + (r - 1) * 2];
    high[r] = frames[at + ARGUMENTS_AT + (r - 1) * 2 + 1];
  }
  return takeTurn(program, callee, functions, frames, at, frames[at], turn, low, high);
}
