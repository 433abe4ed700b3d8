/*
 * The kernel's text: addresses that can be called. A struct's slot holds such an address, of a built-in function or of
 * a trampoline; a call through the slot is the same for both.
 */
import { assert } from '../base/assert.ts';
import type { Memory } from './memory.ts';
import { Gate, NO_PLACE } from './wasm/gate.ts';
import * as SCRATCH from './wasm/scratch.ts';

/** Native arguments as 32-bit words (pointers by their low word); the result is a 32-bit word, 0 for void. */
export interface TextFunction {
  (a: number, b: number, c: number, d: number): number;
  /** for compiled code: how to call it without the JavaScript wrapper */
  readonly direct?: Direct;
  /**
   * called with the address of the arguments as programs get them, u64 each; returns all 64 bits of the result, 0 for
   * void
   */
  readonly wide?: (context: number) => bigint;
}

export interface Direct {
  /** its place in the gate, or NO_PLACE when the function must be called at present. Asked again after `forget`. */
  readonly place: () => number;
  /** Handles an exception of the code: returns the value that the caller gets, or rethrows. */
  readonly caught: (error: unknown) => number;
}

/** a power of two */
const NEAR = 256;
const nearOf = (address: number): number => (address ^ (address >>> 8)) & (NEAR - 1);
const NESTING = SCRATCH.nesting >> 2;

export class Text {
  readonly gate = new Gate();
  /** a cache: built-ins are entered at boot, trampolines again from cold state after each restore */
  private readonly functions = new Map<number, { name: string; run: TextFunction }>();
  /** a direct-mapped cache of the functions called last: the stack calls the same few repeatedly */
  private readonly nearAddress = new Int32Array(NEAR);
  private readonly nearPlace = new Int32Array(NEAR);
  private readonly near: TextFunction[] = [];

  private readonly words: Int32Array;

  constructor(private readonly memory: Memory) {
    this.words = memory.i32;
  }

  /** Gives a built-in function an address, as the linker would. Only at boot. */
  builtin(name: string, run: TextFunction): number {
    const address = this.memory.alloc('kernel', 16, 16);
    this.functions.set(address, { name, run });
    return address;
  }

  /** Makes an address in an image callable. */
  put(address: number, name: string, run: TextFunction): void {
    this.functions.set(address, { name, run });
    this.forget();
  }

  remove(address: number): void {
    this.functions.delete(address);
    this.forget();
  }

  /** Empties the cache after a change that `direct` depends on. */
  forget(): void {
    // no function has address 0, so it marks an empty place
    this.nearAddress.fill(0);
  }

  /** kallsyms: the name of an address, or null. */
  nameOf(address: number): string | null {
    return this.functions.get(address)?.name ?? null;
  }

  call(address: number, a = 0, b = 0, c = 0, d = 0): number {
    const near = nearOf(address);
    if (this.nearAddress[near] !== address) this.fetch(address, near);
    const place = this.nearPlace[near];
    const run = this.near[near];
    // a program called from a program needs the wrapping function
    if (place < 0 || this.words[NESTING] !== 0) return run(a, b, c, d);
    try {
      return this.gate.enter(place, a, b, c, d);
    } catch (error) {
      if (!run.direct) throw error;
      return run.direct.caught(error);
    }
  }

  /** Calls a program's member with any number of arguments, of 64 bits; null: the function takes 32-bit words only. */
  callWide(address: number, context: number): bigint | null {
    return this.functions.get(address)?.run.wide?.(context) ?? null;
  }

  private fetch(address: number, near: number): void {
    const fn = this.functions.get(address);
    assert(fn, `call to ${address.toString(16)}, where no function is`);
    const { run } = fn;
    this.nearPlace[near] = run.direct?.place() ?? NO_PLACE;
    this.near[near] = run;
    this.nearAddress[near] = address;
  }
}
