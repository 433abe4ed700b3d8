/*
 * What a subsystem gives the struct_ops core, as Linux's struct bpf_struct_ops does. `kernel` knows TCP only through it.
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
  /** programs may write all of the structs that they are given (btf_struct_access); false: what the kernel's own table says */
  readonly writesStructs?: boolean;
  /** name of the struct, like `tcp_congestion_ops` */
  readonly name: string;
  /** members whose CFI stub is NULL: programs cannot implement them */
  readonly unsupported: readonly string[];
  readonly initMember: (m: InitMember) => Answer;
  readonly validate?: (kdata: number) => Answer;
  /** called through a member `init` of the value struct, where it has one, before `reg` */
  readonly init?: (kdata: number) => Answer;
  readonly reg: (kdata: number) => Answer;
  readonly unreg: (kdata: number) => void;
  readonly update?: (kdata: number, oldKdata: number) => Answer;
  /** what the kernel logged for the last refusal (pr_err, pr_notice), for dmesg and the page */
  readonly lastMessage?: () => string | null;
}

/**
 * Who holds a reference. `file` and `pin` keep the map object alive but do not count in the shown refcnt; a `prog` uses
 * the map, which no struct_ops map allows.
 */
export type HolderKind = 'file' | 'pin' | 'registration' | 'link' | 'netns-default' | 'socket' | 'prog' | 'map';

export interface Holder {
  readonly kind: HolderKind;
  /** file, link, socket or program number; 0 where there is only one */
  readonly id: number;
  /** engine time and event number at which it was taken, and the system call that took it (0: none, the stack did) */
  readonly time: number;
  readonly event: number;
  readonly call: number;
}

/** What subsystems see of the core: bpf_try_module_get and bpf_module_put for BPF_MODULE_OWNER. */
export interface StructOpsRefs {
  /** bpf_struct_ops_get: false once the count has reached 0. */
  get(kdata: number, kind: HolderKind, id: number): boolean;
  /** bpf_struct_ops_put. */
  put(kdata: number, kind: HolderKind, id: number): void;
}
