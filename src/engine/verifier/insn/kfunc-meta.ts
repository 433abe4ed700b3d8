/* What is found out about a call of a kernel function while its arguments are checked (struct bpf_kfunc_call_arg_meta). */
import type { Btf, BtfType } from '../../btf/btf.ts';
import type { MapField, VerifierMap } from '../environment.ts';
import type { KfuncFlags } from '../protos/kfuncs.ts';
import type { Val } from '../types.ts';

export interface KfuncMeta {
  readonly name: string;
  readonly id: number;
  readonly proto: BtfType;
  readonly flags: KfuncFlags;
  /** reference of an argument */
  refObjId: number;
  /** register of the argument that is given back; 0: none */
  releases: number;
  /** argument that has to be known */
  constant: bigint | null;
  /** the dynptr that is used, not made */
  dynptr: Val | null;
  /** struct of an object that the program has allocated, and whether the pointer to it holds its reference */
  object: { readonly btf: Btf; readonly btfId: number } | null;
  owning: boolean;
  /** the list or tree */
  root: MapField | null;
  /** the iterator's elements stay while the section of RCU lasts */
  inSection: boolean;
  subprog: number;
  map: VerifierMap | null;
}
