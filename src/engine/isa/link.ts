/* Joins a function and the subprograms that it calls, one after the other, as libbpf appends them. */
import type { AssembledFunction, AssembledObject } from './object.ts';
import { SLOT_BYTES } from './opcodes.ts';

export interface LinkedProgram {
  readonly insns: Uint8Array;
  /** 0-based source line of each slot */
  readonly lines: readonly number[];
  /** where each function begins; the first is the program itself */
  readonly functions: readonly { readonly name: string; readonly slot: number }[];
}

/** Null when the object has no such function. */
export function linkProgram(object: AssembledObject, functionName: string): LinkedProgram | null {
  const byName = new Map([...object.functions].reverse().map((fn) => [fn.name, fn]));
  const main = byName.get(functionName);
  if (!main) return null;
  const starts = new Map<AssembledFunction, number>();
  let slots = 0;
  // the list grows while it is walked: each function is followed by those that it uses first
  const order = [main];
  const known = new Set(order);
  for (const fn of order) {
    starts.set(fn, slots);
    slots += fn.lines.length;
    for (const { target } of fn.uses) {
      const callee = byName.get(target);
      if (!callee || known.has(callee)) continue;
      known.add(callee);
      order.push(callee);
    }
  }
  const insns = new Uint8Array(slots * SLOT_BYTES);
  const view = new DataView(insns.buffer);
  for (const fn of order) {
    const start = starts.get(fn) ?? 0;
    insns.set(fn.insns, start * SLOT_BYTES);
    for (const { slot, target } of fn.uses) {
      const callee = byName.get(target);
      const to = callee && starts.get(callee);
      // calls and addresses of functions (BPF_PSEUDO_FUNC) both count from the following slot
      if (to !== undefined) view.setInt32((start + slot) * SLOT_BYTES + 4, to - (start + slot) - 1, true);
    }
  }
  return {
    insns,
    lines: order.flatMap((fn) => fn.lines),
    functions: order.map((fn) => ({ name: fn.name, slot: starts.get(fn) ?? 0 })),
  };
}
