/*
 * The kernel's text: addresses that can be called. A struct's slot holds such an address, whether a built-in function
 * or a trampoline answers it; calling through the slot is the same for both.
 */
import { assert } from '../base/assert.ts';
import type { Memory } from './memory.ts';

/** Native arguments as 32-bit words (pointers by their low word); the result is a 32-bit word, 0 for void. */
export type TextFunction = (a: number, b: number, c: number, d: number) => number;

/** a power of two */
const NEAR = 256;
const placeOf = (address: number): number => (address ^ (address >>> 8)) & (NEAR - 1);

export class Text {
  /** a cache: built-ins are put there at boot, trampolines again after a restore, from cold state */
  private readonly functions = new Map<number, { name: string; run: TextFunction }>();
  /** what was called last of each NEAR addresses: the stack calls the same few again and again */
  private readonly nearAddress = new Int32Array(NEAR);
  private readonly near: TextFunction[] = [];

  constructor(private readonly memory: Memory) {}

  /** Gives a built-in function an address, as the linker would. Boot only. */
  builtin(name: string, run: TextFunction): number {
    const address = this.memory.alloc('kernel', 16, 16);
    this.functions.set(address, { name, run });
    return address;
  }

  /** Makes an address in an image callable. */
  put(address: number, name: string, run: TextFunction): void {
    this.functions.set(address, { name, run });
    this.nearAddress.fill(0);
  }

  remove(address: number): void {
    this.functions.delete(address);
    this.nearAddress.fill(0);
  }

  /** kallsyms: the name of an address, or null. */
  nameOf(address: number): string | null {
    return this.functions.get(address)?.name ?? null;
  }

  call(address: number, a = 0, b = 0, c = 0, d = 0): number {
    const place = placeOf(address);
    return (this.nearAddress[place] === address ? this.near[place] : this.fetch(address))(a, b, c, d);
  }

  private fetch(address: number): TextFunction {
    const fn = this.functions.get(address);
    assert(fn, `call to ${address.toString(16)}, where no function is`);
    const place = placeOf(address);
    // address 0 is where nothing is, and marks an empty place
    this.nearAddress[place] = address;
    this.near[place] = fn.run;
    return fn.run;
  }
}
