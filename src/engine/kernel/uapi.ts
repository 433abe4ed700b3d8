import { upToNul } from '../base/bytes.ts';
/* Numbers of include/uapi/linux/bpf.h that the steps compare with. */
export const MAP_TYPE_STRUCT_OPS = 26;
export const PROG_TYPE_STRUCT_OPS = 27;
/** the highest program type that v6.12 knows (BPF_PROG_TYPE_NETFILTER) */
export const PROG_TYPE_MAX = 32;

export const MAP_FLAG = {
  NO_PREALLOC: 1 << 0,
  NO_COMMON_LRU: 1 << 1,
  NUMA_NODE: 1 << 2,
  RDONLY: 1 << 3,
  WRONLY: 1 << 4,
  ZERO_SEED: 1 << 6,
  RDONLY_PROG: 1 << 7,
  WRONLY_PROG: 1 << 8,
  CLONE: 1 << 9,
  MMAPABLE: 1 << 10,
  PRESERVE_ELEMS: 1 << 11,
  INNER_MAP: 1 << 12,
  LINK: 1 << 13,
  VTYPE_BTF_OBJ_FD: 1 << 15,
  TOKEN_FD: 1 << 16,
} as const;

export const PROG_FLAG = {
  STRICT_ALIGNMENT: 1 << 0,
  ANY_ALIGNMENT: 1 << 1,
  TEST_RND_HI32: 1 << 2,
  TEST_STATE_FREQ: 1 << 3,
  SLEEPABLE: 1 << 4,
  XDP_HAS_FRAGS: 1 << 5,
  TEST_REG_INVARIANTS: 1 << 7,
  TOKEN_FD: 1 << 16,
} as const;

/** attach type of struct_ops links, and the type of the link */
export const ATTACH_STRUCT_OPS = 44;
export const LINK_TYPE_STRUCT_OPS = 9;
/** flag of BPF_LINK_UPDATE: the link's present map must be the given old map */
export const LINK_REPLACE = 4;

/** flags of element commands */
export const ELEM_FLAG = { LOCK: 4 } as const;

/** enum bpf_struct_ops_state */
export const STATE = { INIT: 0, INUSE: 1, TOBEFREE: 2, READY: 3 } as const;
export const STATE_NAMES = ['INIT', 'INUSE', 'TOBEFREE', 'READY'] as const;

export const OBJ_NAME_LEN = 16;

/** Whether a byte may be in a name; the kernel's ctype table is Latin-1. */
const nameByte = (c: number): boolean =>
  (c >= 48 && c <= 57) ||
  (c >= 65 && c <= 90) ||
  (c >= 97 && c <= 122) ||
  c === 95 ||
  c === 46 ||
  (c >= 0xc0 && c !== 0xd7 && c !== 0xf7);

/** bpf_obj_name_cpy: the name up to its NUL, which must come within 16 bytes; null when it is not a name. */
export function objName(text: string): string | null {
  const name = upToNul(text);
  if (name.length >= OBJ_NAME_LEN) return null;
  for (let i = 0; i < name.length; i++) if (!nameByte(name.charCodeAt(i))) return null;
  return name;
}

/** High word of addresses that are never valid: POISON_POINTER_DELTA on x86-64. */
export const POISON_HI = 0xdead_0000;
/** BPF_MODULE_OWNER: value of `owner` in a struct that BPF programs implement; neither a module nor NULL. */
export const BPF_MODULE_OWNER = { lo: 0xeb9f << 2, hi: POISON_HI } as const;
