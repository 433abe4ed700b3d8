/*
 * Functions of the kernel that programs may call. `kernel` and `tcp` register theirs at boot; the machine knows them
 * only as this data.
 */

import type { CodeWriter } from './wasm/encoder.ts';
import type { ValueType } from './wasm/opcodes.ts';

/** `ptr` and `u32` travel as their low word; a `u64` as two words, low first. */
export type Word = 'ptr' | 'u32' | 'u64';

export interface KernelFunction {
  readonly name: string;
  readonly kind: 'helper' | 'kfunc';
  /** helper number (include/uapi/linux/bpf.h), or the kernel's BTF id of the FUNC */
  readonly id: number;
  readonly args: readonly Word[];
  /** `u64` results: `call` returns the low word and sets `highWord` of the registry */
  readonly ret: Word | 'void';
  /** Arguments as words, unsigned or signed alike; the result is taken as an unsigned 32-bit word. */
  readonly call: (...words: number[]) => number;
  /**
   * For a helper that calls a function of the program repeatedly (bpf_loop, the for_each helpers): the argument (1 to
   * 5) that holds the function. The engines run the loop, so that its frames, fuel and faults are the program's own.
   * `call` decides each turn: it gets the turn's number before the argument words, and either puts r1 to r5 of the next
   * call into `callbackArgs` and returns GO_ON, or returns 0 to end with the number of turns as the result, or a
   * negative errno as the result. A turn in which the program's function returns a value other than 0 is the last one,
   * and counts.
   */
  readonly callback?: number;
  /**
   * Set for bpf_tail_call: when `call` returns GO_ON, the program in the registry's `tailTarget` continues in place of
   * the function, with the same r1; otherwise the function itself continues.
   */
  readonly goesOn?: true;
  /**
   * The function as WebAssembly that is compiled into programs: equal to `call` bit for bit in results and effects. It
   * cannot throw.
   */
  readonly emit?: EmittedFunction;
}

/** A function in WebAssembly: its parameters are the argument words; it leaves an i32 (any value for void). */
export interface EmittedFunction {
  readonly locals: readonly ValueType[];
  readonly body: (code: CodeWriter) => void;
}

/** Answer of `call`: run the callback once more, or (tail calls) continue in the other program. */
export const GO_ON = 1;

/** The packet that legacy packet loads read: its address and length in bytes. */
export interface Packet {
  readonly at: number;
  readonly bytes: number;
}

export class KernelFunctions {
  /** packet of the running program; null when programs have no packet, and may not load from one */
  packet: Packet | null = null;
  /** instructions of the program that the last tail call leads to */
  tailTarget: Uint8Array | null = null;
  private readonly helpers = new Map<number, KernelFunction>();
  private readonly kfuncs = new Map<number, KernelFunction>();
  /** high word of the last u64 result */
  highWord = 0;
  /** r1 to r5 of the next call of a program's function: low word, high word; all 0 before each turn */
  readonly callbackArgs = new Int32Array(10);

  register(fn: KernelFunction): void {
    (fn.kind === 'helper' ? this.helpers : this.kfuncs).set(fn.id, fn);
  }

  helper(id: number): KernelFunction | undefined {
    return this.helpers.get(id);
  }

  kfunc(id: number): KernelFunction | undefined {
    return this.kfuncs.get(id);
  }

  all(): KernelFunction[] {
    return [...this.helpers.values(), ...this.kfuncs.values()];
  }
}
