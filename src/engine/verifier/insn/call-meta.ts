/* What is learned about a call while its arguments are checked (struct bpf_call_arg_meta). */
import type { MapField, VerifierMap } from '../environment.ts';
import type { Val } from '../types.ts';

/** What the arguments of a call revealed (struct bpf_call_arg_meta). */
export interface CallMeta {
  readonly id: number;
  map: VerifierMap | null;
  output: { regno: number; size: number };
  refObjId: number;
  releases: number;
  size: number;
  subprog: number;
  nullRelease: boolean;
  /** the argument that is one */
  dynptr: Val | null;
  /** the place that a pointer is exchanged with */
  kptr: MapField | null;
  /** what the argument has a copy of for each processor */
  percpu: Val | null;
}
