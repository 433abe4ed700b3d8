/* Calls as the interpreter makes them: kernel functions, and frames of the program's own. */
import type { KernelFunction, KernelFunctions } from './functions.ts';
import { KERNEL_BASE_HI } from './memory.ts';
import type { Callee } from './program.ts';

export const MAX_FRAMES = 8;
export const FRAME_BYTES = 512;
export const STACK_BYTES = MAX_FRAMES * FRAME_BYTES;
/** What a call keeps: return address, then r6 to r9. */
export const FRAME_WORDS = 9;

const KERNEL_HIGH = KERNEL_BASE_HI | 0;

/** What the verifier calls unreadable reads 0 in both engines: r1 to r5 after a call, r0 and r6 to r9 at a function's start. */
function clearArguments(low: Int32Array, high: Int32Array): void {
  for (let r = 1; r <= 5; r++) {
    low[r] = 0;
    high[r] = 0;
  }
}

export function callKernel({ fn, words }: Callee, functions: KernelFunctions, low: Int32Array, high: Int32Array): void {
  const result = callWords(fn.call, words, low, high);
  clearArguments(low, high);
  low[0] = fn.ret === 'void' ? 0 : result;
  high[0] = highOf(fn.ret, low[0], functions);
}

/** Up to three words without an array: most kernel functions take no more. */
function callWords(call: KernelFunction['call'], words: readonly number[], low: Int32Array, high: Int32Array): number {
  const at = (i: number): number => (words[i] & 1 ? high : low)[words[i] >> 1];
  switch (words.length) {
    case 0:
      return call();
    case 1:
      return call(at(0));
    case 2:
      return call(at(0), at(1));
    case 3:
      return call(at(0), at(1), at(2));
    default:
      return call(...words.map((_, i) => at(i)));
  }
}

function highOf(ret: Callee['fn']['ret'], low: number, functions: KernelFunctions): number {
  if (ret === 'u64') return functions.highWord;
  return ret === 'ptr' && low !== 0 ? KERNEL_HIGH : 0;
}

export function enterFrame(frames: Int32Array, at: number, ip: number, low: Int32Array, high: Int32Array): void {
  frames[at] = ip;
  for (let r = 6; r <= 9; r++) {
    frames[at + r * 2 - 11] = low[r];
    frames[at + r * 2 - 10] = high[r];
    low[r] = 0;
    high[r] = 0;
  }
  low[0] = 0;
  high[0] = 0;
  low[10] += FRAME_BYTES;
}

/** Where the caller goes on. */
export function leaveFrame(frames: Int32Array, at: number, low: Int32Array, high: Int32Array): number {
  clearArguments(low, high);
  for (let r = 6; r <= 9; r++) {
    low[r] = frames[at + r * 2 - 11];
    high[r] = frames[at + r * 2 - 10];
  }
  low[10] -= FRAME_BYTES;
  return frames[at];
}
