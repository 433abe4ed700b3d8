/* How often each instruction runs: counted while a machine is interpreted from its start. */
import type { WatchedMachine } from './microscope.ts';

/** Executions of each slot, by program id. */
export type Heat = Readonly<Record<number, readonly number[]>>;

/** Counts from now on; the machine runs interpreted for as long as it is watched. */
export function countInstructions(machine: WatchedMachine): () => Heat {
  const counts = new Map<number, number[]>();
  machine.watch = (progId) => {
    const slots = counts.get(progId) ?? [];
    counts.set(progId, slots);
    return (pc) => {
      slots[pc] = (slots[pc] ?? 0) + 1;
    };
  };
  return () => Object.fromEntries([...counts].map(([id, slots]) => [id, Array.from(slots, (n) => n ?? 0)]));
}
