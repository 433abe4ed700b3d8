/* Calls in the interpreter: kernel functions, and the program's own functions with their frames. */
import { GO_ON, type KernelFunction, type KernelFunctions } from './functions.ts';
import { KERNEL_BASE_HI } from './memory.ts';
import { type Callee, FUNCTION_ADDRESS, type Program } from './prepared.ts';

export const MAX_FRAMES = 8;
export const FRAME_SHIFT = 9;
export const FRAME_BYTES = 1 << FRAME_SHIFT;
export const STACK_BYTES = MAX_FRAMES * FRAME_BYTES;
/** Words of a saved frame: return address, r6 to r9, the turn of a callback or -1, r1 to r5. */
export const FRAME_WORDS = 20;
const SAVED_AT = 1;
const TURN_AT = 9;
const ARGUMENTS_AT = 10;
/** In the place of the turn: an ordinary call, not a callback. */
export const NO_TURN = -1;

const KERNEL_HIGH = KERNEL_BASE_HI | 0;

/**
 * Registers that the verifier calls unreadable read 0 in both engines: r1 to r5 after a call, r0 and r6 to r9 at a
 * function's start. The assignments are written out, here and below, because JavaScript engines do not unroll loops.
 */
export function clearArguments(regs: Int32Array): void {
  regs[2] = regs[4] = regs[6] = regs[8] = regs[10] = 0;
  regs[3] = regs[5] = regs[7] = regs[9] = regs[11] = 0;
}

export function callKernel({ fn, words }: Callee, functions: KernelFunctions, regs: Int32Array): void {
  const result = callWords(fn.call, words, regs);
  clearArguments(regs);
  regs[0] = fn.ret === 'void' ? 0 : result;
  regs[1] = highOf(fn.ret, regs[0], functions);
}

/** Up to three argument words are passed without an array: most kernel functions take no more. */
function callWords(call: KernelFunction['call'], words: readonly number[], regs: Int32Array): number {
  switch (words.length) {
    case 0:
      return call();
    case 1:
      return call(regs[words[0]]);
    case 2:
      return call(regs[words[0]], regs[words[1]]);
    case 3:
      return call(regs[words[0]], regs[words[1]], regs[words[2]]);
    default:
      return call(...words.map((word) => regs[word]));
  }
}

function highOf(ret: Callee['fn']['ret'], low: number, functions: KernelFunctions): number {
  if (ret === 'u64') return functions.highWord;
  return ret === 'ptr' && low !== 0 ? KERNEL_HIGH : 0;
}

/** Slot of the function that is passed to a helper as a callback; negative when the value is not a function. */
export function callbackSlot({ callbacks }: Program, { fn }: Callee, regs: Int32Array): number {
  const register = fn.callback ?? 0;
  const slot = regs[register * 2] - FUNCTION_ADDRESS.low;
  return regs[register * 2 + 1] === FUNCTION_ADDRESS.high && callbacks.includes(slot) ? slot : -1;
}

function setResult(result: number, regs: Int32Array): void {
  clearArguments(regs);
  regs[0] = result;
  regs[1] = result >> 31;
}

export function enterFrame(frames: Int32Array, at: number, ip: number, regs: Int32Array): void {
  frames[at] = ip;
  frames[at + TURN_AT] = NO_TURN;
  frames[at + SAVED_AT] = regs[12];
  frames[at + SAVED_AT + 1] = regs[13];
  frames[at + SAVED_AT + 2] = regs[14];
  frames[at + SAVED_AT + 3] = regs[15];
  frames[at + SAVED_AT + 4] = regs[16];
  frames[at + SAVED_AT + 5] = regs[17];
  frames[at + SAVED_AT + 6] = regs[18];
  frames[at + SAVED_AT + 7] = regs[19];
  regs[0] = regs[12] = regs[14] = regs[16] = regs[18] = 0;
  regs[1] = regs[13] = regs[15] = regs[17] = regs[19] = 0;
  regs[20] += FRAME_BYTES;
}

/** Slot at which the caller goes on. */
function leaveFrame(frames: Int32Array, at: number, regs: Int32Array): number {
  clearArguments(regs);
  regs[12] = frames[at + SAVED_AT];
  regs[13] = frames[at + SAVED_AT + 1];
  regs[14] = frames[at + SAVED_AT + 2];
  regs[15] = frames[at + SAVED_AT + 3];
  regs[16] = frames[at + SAVED_AT + 4];
  regs[17] = frames[at + SAVED_AT + 5];
  regs[18] = frames[at + SAVED_AT + 6];
  regs[19] = frames[at + SAVED_AT + 7];
  regs[20] -= FRAME_BYTES;
  return frames[at];
}

/** The callback turn that a frame belongs to, or NO_TURN. */
const turnOf = (frames: Int32Array, at: number): number => frames[at + TURN_AT];

/**
 * Starts one turn of a helper with a callback: asks the helper, and enters the function in the frame at `at`. Returns
 * the function's slot; negative when the helper is done and r0 holds its result.
 */
export function takeTurn(
  program: Program,
  callee: Callee,
  functions: KernelFunctions,
  frames: Int32Array,
  at: number,
  ip: number,
  turn: number,
  regs: Int32Array,
): number {
  const { fn, words } = callee;
  const { callbackArgs } = functions;
  const slot = callbackSlot(program, callee, regs);
  callbackArgs.fill(0);
  const answer = fn.call(turn, ...words.map((word) => regs[word]));
  if (answer !== GO_ON) {
    setResult(answer === 0 ? turn : answer, regs);
    return -1;
  }
  enterFrame(frames, at, ip, regs);
  frames[at + TURN_AT] = turn;
  for (let r = 1; r <= 5; r++) {
    // kept for the next turn
    frames[at + ARGUMENTS_AT + (r - 1) * 2] = regs[r * 2];
    frames[at + ARGUMENTS_AT + (r - 1) * 2 + 1] = regs[r * 2 + 1];
    regs[r * 2] = callbackArgs[(r - 1) * 2];
    regs[r * 2 + 1] = callbackArgs[(r - 1) * 2 + 1];
  }
  return slot;
}

/** After a turn whose frame was left: starts the next one if the function returned 0. */
function takeNextTurn(
  program: Program,
  callee: Callee,
  functions: KernelFunctions,
  frames: Int32Array,
  at: number,
  regs: Int32Array,
): number {
  const turn = turnOf(frames, at) + 1;
  if (regs[0] !== 0 || regs[1] !== 0) {
    setResult(turn, regs);
    return -1;
  }
  for (let r = 1; r <= 5; r++) {
    regs[r * 2] = frames[at + ARGUMENTS_AT + (r - 1) * 2];
    regs[r * 2 + 1] = frames[at + ARGUMENTS_AT + (r - 1) * 2 + 1];
  }
  return takeTurn(program, callee, functions, frames, at, frames[at], turn, regs);
}

/**
 * Ends a function: returns the slot at which the caller goes on, or the complement (~) of the slot at which the next
 * turn of a callback begins.
 */
export function exitFrame(
  program: Program,
  functions: KernelFunctions,
  frames: Int32Array,
  at: number,
  regs: Int32Array,
): number {
  const ip = leaveFrame(frames, at, regs);
  if (turnOf(frames, at) === NO_TURN) return ip;
  const slot = takeNextTurn(program, program.callees[program.code[ip - 1]], functions, frames, at, regs);
  return slot < 0 ? ip : ~(slot * 2);
}
