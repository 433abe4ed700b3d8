/*
 * A run as another machine can take it up: a checkpoint, what was done, and what the checkpoint leaves out because it
 * never changes. Plain data, so that it crosses to the page, which keeps the newest one for the day the worker dies.
 */
import type { Checkpoint } from './checkpoints.ts';
import type { Cold } from './machine.ts';
import type { LoggedCommand } from './run.ts';

export interface HandedOver {
  readonly checkpoint: Checkpoint<Cold>;
  /** forks so far */
  readonly branch: number;
  /** what was done besides the scenario's steps, before the checkpoint and after it */
  readonly commands: readonly LoggedCommand[];
  /** bytes that the state names by their content: programs, types */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** events up to the checkpoint that ran a BPF program, ascending */
  readonly bpfEvents: Uint32Array;
  /** the run has been computed up to here, ns */
  readonly until: number;
}

/** A copy that does not change when the checkpoint's buffer is used again. */
export const ownCopy = (checkpoint: Checkpoint<Cold>): Checkpoint<Cold> => {
  const { bytes, used } = checkpoint.image;
  return { ...checkpoint, image: { bytes: bytes.slice(0, used), used } };
};
