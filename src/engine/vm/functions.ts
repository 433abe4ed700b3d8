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
   * The argument (1 to 5) that is a function of the program, of a helper that calls it again and again (bpf_loop, the
   * for_each ones). The engines make the loop, so that its frames, its fuel and its faults are the program's own; `call`
   * is one turn of it: given the number of the turn before the argument words, it puts r1 to r5 of the next call into
   * `callbackArgs` and answers GO_ON; or 0: the result is the number of turns, or a negative errno, which is the result.
   * A turn in which the program's function answers something else than 0 is the last one, and counts.
   */
  readonly callback?: number;
  /**
   * bpf_tail_call: `call` answers GO_ON once `tailTarget` of the registry is the program that goes on in place of the
   * function, with r1; else the function goes on itself.
   */
  readonly goesOn?: true;
  /** The same compiled in: what `call` answers and changes, bit for bit. It cannot throw. */
  readonly emit?: EmittedFunction;
}

/** A function in WebAssembly: its parameters are the argument words, it leaves an i32 (void: any). */
export interface EmittedFunction {
  readonly locals: readonly ValueType[];
  readonly body: (code: CodeWriter) => void;
}

/** One more call of the program's function, please; or: the other program goes on. */
export const GO_ON = 1;

/** What legacy packet loads read: an address, and how many bytes lie there. */
export interface Packet {
  readonly at: number;
  readonly bytes: number;
}

export class KernelFunctions {
  /** of the program that runs; null: programs have none, and may not load from one */
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
