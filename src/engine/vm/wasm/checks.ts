/*
 * Bounds checks, each attached to the access that it precedes. An open check can still be widened to cover later
 * accesses.
 */
import { MAX_SPAN } from './intervals.ts';

/** A comparison before a slot's access: the bytes from `register - shift + low` to `register - shift + high`. */
export interface WindowCheck {
  readonly register: number;
  /** how far the register is from the pointer that the window is about */
  readonly shift: number;
  low: number;
  high: number;
  /** covers stores too; else loads only */
  write: boolean;
  /** a nearby byte is proven: the high word is known to be right, and only the low one is compared */
  readonly narrow: boolean;
}

/** A function's checks. */
export class Checks {
  private readonly made = new Map<number, WindowCheck>();

  constructor(private readonly slots: number) {}

  get any(): boolean {
    return this.made.size > 0;
  }

  /**
   * The check of a slot's access in a block (a slot may be in two blocks); undefined when an earlier check proves it.
   */
  at(block: number, slot: number): WindowCheck | undefined {
    return this.made.get(block * this.slots + slot);
  }

  add(block: number, slot: number, check: WindowCheck): void {
    this.made.set(block * this.slots + slot, check);
  }
}

/** An open check: made on every path to the present place. */
export interface OpenCheck {
  readonly block: number;
  readonly check: WindowCheck;
}

/** Widens a check to cover one more access. From another block, a check of loads is not turned into one of stores. */
export function widen({ block, check }: OpenCheck, from: number, low: number, high: number, write: boolean): boolean {
  if (Math.max(check.high, high) - Math.min(check.low, low) > MAX_SPAN) return false;
  if (write && !check.write && block !== from) return false;
  check.low = Math.min(check.low, low);
  check.high = Math.max(check.high, high);
  check.write ||= write;
  return true;
}
