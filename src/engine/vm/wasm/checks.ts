/* Checks of windows, by the access that they stand before; a check is widened as long as it is open. */
import { MAX_SPAN } from './intervals.ts';

/** A comparison before a slot's access: the bytes from `register - shift + low` to `register - shift + high`. */
export interface WindowCheck {
  readonly register: number;
  /** how far the register is from the pointer that the window is about */
  readonly shift: number;
  low: number;
  high: number;
  /** for stores; else loads only */
  write: boolean;
  /** something near is proven: the register's high word is right, and only the low one in question */
  readonly narrow: boolean;
}

/** A function's checks. */
export class Checks {
  private readonly made = new Map<number, WindowCheck>();

  constructor(private readonly slots: number) {}

  get any(): boolean {
    return this.made.size > 0;
  }

  /** What a slot's access is checked by, in a block (a slot may stand in two); undefined: what proves it stands before. */
  at(block: number, slot: number): WindowCheck | undefined {
    return this.made.get(block * this.slots + slot);
  }

  add(block: number, slot: number, check: WindowCheck): void {
    this.made.set(block * this.slots + slot, check);
  }
}

/** A check that has been made on every way to where it is open. */
export interface OpenCheck {
  readonly block: number;
  readonly check: WindowCheck;
}

/** Lets a check stand for one more access. From another block, it does not turn a check of loads into one of stores. */
export function widen({ block, check }: OpenCheck, from: number, low: number, high: number, write: boolean): boolean {
  if (Math.max(check.high, high) - Math.min(check.low, low) > MAX_SPAN) return false;
  if (write && !check.write && block !== from) return false;
  check.low = Math.min(check.low, low);
  check.high = Math.max(check.high, high);
  check.write ||= write;
  return true;
}
