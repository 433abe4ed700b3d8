/* Counts how often each instruction runs, while a machine is interpreted from its start. */
import { ExecutionCounts } from '../vm/counts.ts';
import { progOf } from './look.ts';
import type { WatchedMachine } from './microscope.ts';
import type { UserSpace } from './user-space.ts';

/** Executions of each slot, by program id. */
export type Heat = Readonly<Record<number, readonly number[]>>;

/** Starts counting; the machine runs interpreted from then on. */
export function countInstructions(machine: WatchedMachine & { readonly user: UserSpace }): () => Heat {
  const counts = new ExecutionCounts();
  const ids = new Set<number>();
  machine.watch = (id) => {
    ids.add(id);
    return counts.watch(id, progOf(machine.user, id)?.prog.lines.length ?? 0);
  };
  return () => Object.fromEntries([...ids].map((id) => [id, [...(counts.of(id) ?? [])]]));
}
