/* The kernel's description of a struct_ops type: offsets and members, all from BTF (struct bpf_struct_ops_desc). */
import { Slab } from '../../vm/memory.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';
import { type FuncModel } from './func-model.ts';

export interface StructOpsMember {
  readonly name: string;
  readonly index: number;
  /** bytes, in the struct */
  readonly offset: number;
  readonly size: number;
  /** `module`: a `struct module *`, which the core fills itself */
  readonly kind: 'func' | 'module' | 'data';
  /** in the kernel's BTF */
  readonly type: number;
  /** of a func that programs can implement */
  readonly model: FuncModel | null;
}

/** Bytes [from, to) that no member covers. */
export interface Hole {
  readonly from: number;
  readonly to: number;
}

export interface StructOpsType {
  readonly name: string;
  readonly typeId: number;
  readonly valueId: number;
  readonly valueSize: number;
  /** bytes from the start of the value struct */
  readonly refcntOffset: number;
  readonly stateOffset: number;
  readonly dataOffset: number;
  readonly dataSize: number;
  readonly members: readonly StructOpsMember[];
  readonly valueHoles: readonly Hole[];
  readonly dataHoles: readonly Hole[];
  readonly subsystem: StructOpsSubsystem;
  /** further bytes of the value struct that belong to the kernel, like state and refcnt: user space must give zeros */
  readonly own: readonly Hole[];
  /** the value struct's `init`: byte offset of its slot, and the function there; null: it has none */
  readonly init: { readonly offset: number; readonly address: number } | null;
  /** memory of kvalues and uvalues */
  readonly values: Slab;
}
