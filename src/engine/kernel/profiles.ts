/*
 * Kernel versions as data: what differs is a fact here, or a `since`/`until` on a step. Nothing asks "which version is
 * this" anywhere else.
 */
const PROFILE_ORDER = ['v5.6', 'v6.1', 'v6.12'] as const;
type ProfileName = (typeof PROFILE_ORDER)[number];

/** What the trampoline emitter and the image allocator have to know of a version (arch/x86/net/bpf_jit_comp.c). */
export interface TrampolineFacts {
  /** starts with endbr64 */
  readonly endbr: boolean;
  /** rbx has a slot of its own in the frame, else it is pushed */
  readonly rbxSlot: boolean;
  /** int3 after ret, against speculation past it */
  readonly int3: boolean;
  /** bytes that the size estimate adds to the code (BPF_INSN_SAFETY); the next trampoline begins after them */
  readonly safety: number;
  /** most argument registers; more gives ENOTSUPP */
  readonly maxArgs: number;
  /** pages of one map's image; a trampoline that needs another gives E2BIG */
  readonly maxPages: number;
  /** trampolines have names in kallsyms: `bpf__T_member` */
  readonly ksyms: boolean;
}

export interface Profile {
  readonly name: ProfileName;
  /** bytes of union bpf_attr; a non-zero byte beyond gives E2BIG */
  readonly attrBytes: number;
  /** map_flags that a struct_ops map may have */
  readonly mapFlags: number;
  /** prog_flags that PROG_LOAD knows */
  readonly progFlags: number;
  /** a taken congestion control name is refused by init_member, before the struct is complete (until 6.3) */
  readonly refusesNameEarly: boolean;
  /** flags of log_level */
  readonly logMask: number;
  /** struct bpf_map_info says which BTF the value type is of */
  readonly mapInfoHasVmlinuxId: boolean;
  /** BPF_LINK_CREATE knows BPF_STRUCT_OPS */
  readonly links: boolean;
  readonly trampoline: TrampolineFacts;
}

export const V6_12: Profile = {
  name: 'v6.12',
  attrBytes: 152,
  mapFlags: 0x2000 | 0x8000 | 0x1_0000,
  progFlags: 0xff | 0x1_0000,
  refusesNameEarly: false,
  logMask: 15,
  mapInfoHasVmlinuxId: true,
  links: true,
  trampoline: { endbr: true, rbxSlot: true, int3: true, safety: 64, maxArgs: 12, maxPages: 8, ksyms: true },
};

export const V6_1: Profile = {
  name: 'v6.1',
  attrBytes: 144,
  mapFlags: 0,
  progFlags: 0x3f,
  refusesNameEarly: true,
  logMask: 7,
  mapInfoHasVmlinuxId: false,
  links: false,
  trampoline: { endbr: false, rbxSlot: false, int3: true, safety: 0, maxArgs: 6, maxPages: 1, ksyms: false },
};

/** The profiles that have a BTF of their own. */
export const PROFILES: Readonly<Record<string, Profile>> = { 'v6.1': V6_1, 'v6.12': V6_12 };

const rank = (name: string): number => PROFILE_ORDER.indexOf(name as ProfileName);

/** Whether a profile has something that exists from `since` to `until`, both included. */
export function inProfile(
  { since, until }: { readonly since?: string; readonly until?: string },
  profile: Profile,
): boolean {
  const here = rank(profile.name);
  return (since === undefined || rank(since) <= here) && (until === undefined || here <= rank(until));
}
