/* Which instructions ran how often in a part of a run: that part is run again, interpreted, and left as it was. */
import { ExecutionCounts } from '../vm/counts.ts';
import type { WatchedMachine } from './microscope.ts';
import type { Run } from './run.ts';

/**
 * Counts what programs execute in the events after number `from` up to number `to`, then goes back to where the run
 * stood. `slotsOf`: length of a program by its id. The caller bounds the span: it costs what running it interpreted does.
 */
export function countExecuted(
  run: Run<unknown>,
  machine: WatchedMachine,
  span: { readonly from: number; readonly to: number },
  slotsOf: (progId: number) => number,
): ExecutionCounts {
  const { event, time } = run;
  const counts = new ExecutionCounts();
  run.seekEvent(span.from);
  machine.watch = (progId) => counts.watch(progId, slotsOf(progId));
  try {
    while (run.event < span.to && run.step());
  } finally {
    machine.watch = null;
    run.seekEvent(event);
    run.advance(time);
  }
  return counts;
}
