/*
 * The kernel's text: addresses that can be called. A struct's slot holds such an address, whether a built-in function
 * or a trampoline answers it; calling through the slot is the same for both.
 */
import { assert } from '../base/assert.ts';
import type { Memory } from './memory.ts';
import { Gate, NO_PLACE } from './wasm/gate.ts';
import * as SCRATCH from './wasm/scratch.ts';

/** Native arguments as 32-bit words (pointers by their low word); the result is a 32-bit word, 0 for void. */
export interface TextFunction {
  (a: number, b: number, c: number, d: number): number;
  /** of compiled code: how to reach it without the JavaScript that stands around it */
  readonly direct?: Direct;
  /** called with the address of its arguments as they are for programs, u64 each; the whole result, 0 for void */
  readonly wide?: (context: number) => bigint;
}

export interface Direct {
  /** its place in the gate, or NO_PLACE: not now, call the function. Asked again after `forget`. */
  readonly place: () => number;
  /** Told what the code threw; returns what the caller gets, or throws on. */
  readonly caught: (error: unknown) => number;
}

/** a power of two */
const NEAR = 256;
const nearOf = (address: number): number => (address ^ (address >>> 8)) & (NEAR - 1);
const NESTING = SCRATCH.nesting >> 2;

export class Text {
  readonly gate = new Gate();
  /** a cache: built-ins are put there at boot, trampolines again after a restore, from cold state */
  private readonly functions = new Map<number, { name: string; run: TextFunction }>();
  /** what was called last of each NEAR addresses: the stack calls the same few again and again */
  private readonly nearAddress = new Int32Array(NEAR);
  private readonly nearPlace = new Int32Array(NEAR);
  private readonly near: TextFunction[] = [];

  private readonly words: Int32Array;

  constructor(private readonly memory: Memory) {
    this.words = memory.i32;
  }

  /** Gives a built-in function an address, as the linker would. Boot only. */
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

  /** Something changed that `direct` depends on. */
  forget(): void {
    // address 0 is where nothing is, and marks an empty place
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
    // a program within a program is the exception that the function around it is there for
    if (place < 0 || this.words[NESTING] !== 0) return run(a, b, c, d);
    try {
      return this.gate.enter(place, a, b, c, d);
    } catch (error) {
      if (!run.direct) throw error;
      return run.direct.caught(error);
    }
  }

  /** Calls a program's member with any number of arguments, of 64 bits; null: the function takes words alone. */
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
