/* The assembler's output: functions, the struct that they implement, and the place of each name. */
import type { TextRange } from '../base/result.ts';

export interface StructOpsSpec {
  /** kernel struct: `tcp_congestion_ops` */
  readonly type: string;
  readonly name: string;
  readonly flags: number;
  /** the map is made for links (BPF_F_LINK), as libbpf does for the section `.struct_ops.link` */
  readonly link: boolean;
}

/** A slot whose imm depends on where another function of the file ends up. */
export interface FunctionUse {
  readonly slot: number;
  readonly kind: 'call' | 'address';
  readonly target: string;
}

export interface AssembledFunction {
  readonly name: string;
  /** member of the struct that it implements; null for a subprogram */
  readonly member: string | null;
  readonly section: string;
  readonly insns: Uint8Array;
  /** 0-based source line of each 8-byte slot */
  readonly lines: readonly number[];
  readonly uses: readonly FunctionUse[];
}

export type Reference = { readonly range: TextRange } & (
  | { readonly kind: 'mnemonic'; readonly name: string }
  | { readonly kind: 'register'; readonly register: number; readonly half: boolean }
  | {
      readonly kind: 'field';
      readonly struct: string;
      readonly path: string;
      readonly offset: number;
      readonly size: number;
      readonly bit: number;
      readonly bitSize: number;
    }
  | { readonly kind: 'enumerator'; readonly enumName: string; readonly name: string; readonly value: bigint }
  | { readonly kind: 'label' | 'function'; readonly name: string; readonly definition: boolean }
  | { readonly kind: 'kfunc' | 'helper'; readonly name: string; readonly id: number }
  | { readonly kind: 'member'; readonly struct: string; readonly name: string }
);

/** A function that another object provides (`.extern NAME`). */
export interface Extern {
  readonly name: string;
  /** 0-based */
  readonly line: number;
}

export interface AssembledObject {
  readonly license: string;
  readonly structOps: StructOpsSpec | null;
  readonly functions: readonly AssembledFunction[];
  readonly externs: readonly Extern[];
  /** in the order of the text */
  readonly references: readonly Reference[];
}
