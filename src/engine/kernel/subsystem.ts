/*
 * The interface that a subsystem implements for the struct_ops core, like Linux's struct bpf_struct_ops. `kernel` knows
 * TCP only through it.
 */

/** 0, or a negative errno, or (init_member only) a positive number: "handled here". */
type Answer = number;

export interface InitMember {
  readonly member: string;
  /** linear address of the kernel's copy of the struct (kvalue.data) */
  readonly kdata: number;
  /** byte offset and size of the member in the struct */
  readonly offset: number;
  readonly size: number;
  /** the struct's bytes as user space gave them */
  readonly udata: Uint8Array;
}

export interface StructOpsSubsystem {
  /**
   * programs may write every field of the structs that they are given (btf_struct_access); otherwise only those in the
   * kernel's own table
   */
  readonly writesStructs?: boolean;
  /** name of the struct, like `tcp_congestion_ops` */
  readonly name: string;
  /** members whose CFI stub is NULL: programs cannot implement them */
  readonly unsupported: readonly string[];
  readonly initMember: (m: InitMember) => Answer;
  readonly validate?: (kdata: number) => Answer;
  /** called before `reg` if the value struct has a member `init` */
  readonly init?: (kdata: number) => Answer;
  readonly reg: (kdata: number) => Answer;
  readonly unreg: (kdata: number) => void;
  readonly update?: (kdata: number, oldKdata: number) => Answer;
  /** what the kernel logged for the last refusal (pr_err, pr_notice), for dmesg and the page */
  readonly lastMessage?: () => string | null;
}

/**
 * Kinds of holders of a reference. `file` and `pin` keep the map object alive but do not count in the shown refcnt; a
 * `prog` uses
 * the map, which no struct_ops map allows.
 */
export type HolderKind = 'file' | 'pin' | 'registration' | 'link' | 'netns-default' | 'socket' | 'prog' | 'map';

export interface Holder {
  readonly kind: HolderKind;
  /** file, link, socket or program number; 0 where there is only one */
  readonly id: number;
  /**
   * engine time in ns and event number at which it was taken, and the number of the system call that took it (0: the
   * stack took it)
   */
  readonly time: number;
  readonly event: number;
  readonly call: number;
}

/** References for subsystems: bpf_try_module_get and bpf_module_put for BPF_MODULE_OWNER. */
export interface StructOpsRefs {
  /** bpf_struct_ops_get: false once the count has reached 0. */
  get(kdata: number, kind: HolderKind, id: number): boolean;
  /** bpf_struct_ops_put. */
  put(kdata: number, kind: HolderKind, id: number): void;
}
