/*
 * What is proven of memory around a register's value, as three intervals of offsets from it: writable (inside the arena),
 * readable (inside the arena or the data before it), and near, of which some byte is proven, so that the pointer's high
 * word is right. Six words of an Int32Array: from and to of each; empty where they are equal.
 */
import { REGISTERS } from '../../isa/opcodes.ts';

/** Words of one fact, and where two of its intervals begin; the writable one is first. */
export const FACT = 6;
export const READABLE = 2;
export const NEAR = 4;
/** Words of a fact for each register. */
export const FACTS = REGISTERS * FACT;

/**
 * Widest window, in bytes; a wider span becomes several, so that one far access cannot make the check of the ordinary
 * ones fail.
 */
export const MAX_SPAN = 4096;

/** Widens the interval at `at` to include a proven place: everything between two proven places lies inside too. */
export function prove(proven: Int32Array, at: number, low: number, high: number): void {
  const isEmpty = proven[at] === proven[at + 1];
  if (!isEmpty && Math.max(proven[at + 1], high) - Math.min(proven[at], low) > MAX_SPAN) return;
  proven[at] = isEmpty ? low : Math.min(proven[at], low);
  proven[at + 1] = isEmpty ? high : Math.max(proven[at + 1], high);
}

/**
 * Narrows the facts at `at` to those that another edge also proves; returns whether they changed. `impatient`: an
 * interval that would shrink becomes empty instead, so that the iteration ends.
 */
export function meet(
  facts: Int32Array,
  at: number,
  other: Int32Array,
  followed: readonly number[],
  impatient: boolean,
): boolean {
  let changed = false;
  for (const register of followed) {
    for (let i = register * FACT; i < (register + 1) * FACT; i += 2) {
      const from = facts[at + i];
      const to = facts[at + i + 1];
      if (from === to) continue;
      // a byte is proven on either path: their union contains one on each path
      const isNear = i === register * FACT + NEAR && other[i] !== other[i + 1];
      const low = isNear ? Math.min(from, other[i]) : Math.max(from, other[i]);
      const high = isNear ? Math.max(to, other[i + 1]) : Math.min(to, other[i + 1]);
      if (low === from && high === to) continue;
      changed = true;
      const isEmpty = impatient || low >= high;
      facts[at + i] = isEmpty ? 0 : low;
      facts[at + i + 1] = isEmpty ? 0 : high;
    }
  }
  return changed;
}
