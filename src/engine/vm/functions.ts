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
  /** The same compiled in: what `call` answers and changes, bit for bit. It cannot throw. */
  readonly emit?: EmittedFunction;
}

/** A function in WebAssembly: its parameters are the argument words, it leaves an i32 (void: any). */
export interface EmittedFunction {
  readonly locals: readonly ValueType[];
  readonly body: (code: CodeWriter) => void;
}

export class KernelFunctions {
  private readonly helpers = new Map<number, KernelFunction>();
  private readonly kfuncs = new Map<number, KernelFunction>();
  /** high word of the last u64 result */
  highWord = 0;

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
