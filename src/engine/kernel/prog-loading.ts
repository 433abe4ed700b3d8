/* A program on its way through PROG_LOAD. */
import type { StructAccess, Verdict } from '../verifier/index.ts';
import { type Call } from './calls.ts';
import { type MapReferences } from './maps/references.ts';
import type { StructOpsMember, StructOpsType } from './struct-ops/shape.ts';

export interface ProgLoad extends Call<'BPF_PROG_LOAD'> {
  insns: Uint8Array;
  license: string;
  name: string;
  /** BTF that attach_btf_id is about: object number, 0: vmlinux because attach_btf_id is set, -1: none */
  attachBtf: number;
  /** attach_prog_fd is a program */
  attachProg: boolean;
  btf: number;
  /** maps that the instructions name */
  refs: MapReferences;
  /** 1 for each slot that some path reaches; null: nobody looked */
  seen: Uint8Array | null;
  /** what the verifier found; null: nobody looked */
  verdict: Verdict | null;
  /** what its loads and stores touch, as far as its paths were followed */
  touches: readonly StructAccess[];
  type: StructOpsType | null;
  member: StructOpsMember | null;
}
