/* A program on its way through PROG_LOAD. */
import type { StructAccess, Verdict } from '../verifier/index.ts';
import { type Call } from './calls.ts';
import { type MapReferences } from './maps/references.ts';
import type { StructOpsMember, StructOpsType } from './struct-ops/shape.ts';

export interface ProgLoad extends Call<'BPF_PROG_LOAD'> {
  insns: Uint8Array;
  license: string;
  name: string;
  /** object number of the BTF that attach_btf_id refers to; 0: vmlinux, because attach_btf_id is set; -1: none */
  attachBtf: number;
  /** attach_prog_fd is a program */
  attachProg: boolean;
  btf: number;
  /** maps that the instructions refer to */
  refs: MapReferences;
  /** 1 for each slot that some path reaches; null before it was computed */
  seen: Uint8Array | null;
  /** the verifier's findings; null when it did not run */
  verdict: Verdict | null;
  /** struct fields that its loads and stores access, as far as its paths were followed */
  touches: readonly StructAccess[];
  type: StructOpsType | null;
  member: StructOpsMember | null;
}
