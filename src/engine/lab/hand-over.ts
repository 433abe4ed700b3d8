/*
 * A run in a form that another machine can continue: a checkpoint, the commands, and the immutable data that
 * checkpoints leave out. It is plain data, so that the page can keep the newest one in case the worker dies.
 */
import type { Checkpoint } from './checkpoints.ts';
import type { Cold } from './machine.ts';
import type { LoggedCommand } from './run.ts';

export interface HandedOver {
  readonly checkpoint: Checkpoint<Cold>;
  /** forks so far */
  readonly branch: number;
  /** commands besides the scenario's steps, before and after the checkpoint */
  readonly commands: readonly LoggedCommand[];
  /** bytes that the state refers to by content key: programs, types */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** events up to the checkpoint that ran a BPF program, ascending */
  readonly bpfEvents: Uint32Array;
  /** the run has been computed up to here, ns */
  readonly until: number;
}

/** Copies a checkpoint, so that it survives the reuse of its buffer. */
export const ownCopy = (checkpoint: Checkpoint<Cold>): Checkpoint<Cold> => {
  const { bytes, used } = checkpoint.image;
  return { ...checkpoint, image: { bytes: bytes.slice(0, used), used } };
};
