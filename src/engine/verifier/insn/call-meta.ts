/* What is learned about a call while its arguments are checked (struct bpf_call_arg_meta). */
import type { VerifierMap } from '../environment.ts';

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
}
