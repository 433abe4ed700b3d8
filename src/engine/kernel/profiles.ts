/*
 * Kernel versions as data: what differs is a fact here, or a `since`/`until` on a step. No other code tests the
 * version.
 */
import type { Capability } from './capabilities.ts';
import type { JitFacts, XlatedFacts } from './jit/facts.ts';

const PROFILE_ORDER = ['v5.6', 'v6.1', 'v6.12', 'v6.18'] as const;
type ProfileName = (typeof PROFILE_ORDER)[number];

/** Facts about a version for the trampoline emitter and the image allocator (arch/x86/net/bpf_jit_comp.c). */
export interface TrampolineFacts {
  /**
   * 5.6: no argument count, no run context, no test of the result of enter; an argument is stored with its own width;
   * the program's result is lost
   */
  readonly plain: boolean;
  /** starts with endbr64 */
  readonly endbr: boolean;
  /** rbx has its own slot in the frame; else it is pushed */
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
  /** LINUX_VERSION_CODE: version, patch level, sublevel */
  readonly release: readonly [number, number, number];
  /** capability needed to create a map and to load a program or a BTF (CAP_BPF came with 5.8) */
  readonly bpfCap: Capability;
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
  /** bytes of struct bpf_map_info and bpf_prog_info */
  readonly infoBytes: { readonly map: number; readonly prog: number };
  /** holders of a registered struct are counted in its value, which holds the map once */
  readonly countInValue: boolean;
  /** a freed map waits for grace periods of RCU and RCU-tasks */
  readonly freeWaits: boolean;
  /** BPF_LINK_CREATE knows BPF_STRUCT_OPS */
  readonly links: boolean;
  /** bytes of struct net and struct proto, and where in them programs find ns.inum and name */
  readonly kernelObjects: { readonly net: readonly [number, number]; readonly proto: readonly [number, number] };
  /** highest number of a helper */
  readonly lastHelper: number;
  /** hash whose first 8 bytes are a program's tag */
  readonly tagHash: 'sha1' | 'sha256';
  /** bits that `flags` of a congestion control may have (TCP_CONG_MASK) */
  readonly congestionFlags: number;
  /** SYN retransmissions after equal waits of one second, before the waits double (tcp_syn_linear_timeouts, 6.5: 4) */
  readonly synLinearTimeouts: number;
  /** struct_ops types that this kernel registers and this machine does not run: maps and programs can be made for them */
  readonly otherTypes: readonly string[];
  readonly trampoline: TrampolineFacts;
  /** how programs become machine code, and the structs that inlined look-ups reach into */
  readonly jit: JitFacts & XlatedFacts;
}

export const V6_12: Profile = {
  name: 'v6.12',
  release: [6, 12, 117],
  bpfCap: 'CAP_BPF',
  attrBytes: 152,
  mapFlags: 0x2000 | 0x8000 | 0x1_0000,
  progFlags: 0xff | 0x1_0000,
  refusesNameEarly: false,
  logMask: 15,
  mapInfoHasVmlinuxId: true,
  infoBytes: { map: 88, prog: 232 },
  countInValue: false,
  freeWaits: true,
  links: true,
  kernelObjects: { net: [4736, 136], proto: [464, 408] },
  lastHelper: 211,
  tagHash: 'sha1',
  congestionFlags: 0x3,
  synLinearTimeouts: 4,
  otherTypes: [],
  trampoline: {
    plain: false,
    endbr: true,
    rbxSlot: true,
    int3: true,
    safety: 64,
    maxArgs: 12,
    maxPages: 8,
    ksyms: true,
  },
  jit: { endbr: true, counterBytes: 3, probe: 'range', arrayValues: 264, hashKey: 48 },
};

/** Debian's 6.18.15; facts not listed here are as in 6.12. */
export const V6_18: Profile = {
  ...V6_12,
  name: 'v6.18',
  release: [6, 18, 15],
  attrBytes: 168,
  infoBytes: { map: 104, prog: 232 },
  kernelObjects: { net: [4864, 176], proto: [448, 392] },
  tagHash: 'sha256',
  jit: { ...V6_12.jit, arrayValues: 304 },
  // two more bits for accurate ECN: it is needed, and packets are sent with ECT(1)
  congestionFlags: 0xf,
  otherTypes: ['sched_ext_ops', 'Qdisc_ops', 'hid_bpf_ops'],
};

export const V6_1: Profile = {
  name: 'v6.1',
  release: [6, 1, 192],
  bpfCap: 'CAP_BPF',
  attrBytes: 144,
  mapFlags: 0,
  progFlags: 0x3f,
  refusesNameEarly: true,
  logMask: 7,
  mapInfoHasVmlinuxId: false,
  infoBytes: { map: 88, prog: 232 },
  countInValue: false,
  freeWaits: true,
  links: false,
  kernelObjects: { net: [4480, 144], proto: [464, 408] },
  lastHelper: 209,
  tagHash: 'sha1',
  congestionFlags: 0x3,
  synLinearTimeouts: 0,
  otherTypes: [],
  trampoline: {
    plain: false,
    endbr: false,
    rbxSlot: false,
    int3: true,
    safety: 0,
    maxArgs: 6,
    maxPages: 1,
    ksyms: false,
  },
  jit: { endbr: false, counterBytes: 2, probe: 'limit', arrayValues: 272, hashKey: 48 },
};

/** struct_ops as first merged. The BTF is derived (v5-6.ts), since no such kernel was recorded. */
export const V5_6: Profile = {
  name: 'v5.6',
  release: [5, 6, 0],
  bpfCap: 'CAP_SYS_ADMIN',
  attrBytes: 120,
  mapFlags: 0,
  progFlags: 0xf,
  refusesNameEarly: true,
  logMask: 7,
  mapInfoHasVmlinuxId: false,
  infoBytes: { map: 80, prog: 208 },
  countInValue: true,
  freeWaits: false,
  links: false,
  kernelObjects: { net: [4480, 144], proto: [464, 408] },
  lastHelper: 118,
  tagHash: 'sha1',
  congestionFlags: 0x3,
  synLinearTimeouts: 0,
  otherTypes: [],
  trampoline: {
    plain: true,
    endbr: false,
    rbxSlot: false,
    int3: false,
    safety: 0,
    maxArgs: 6,
    maxPages: 1,
    ksyms: false,
  },
  jit: { endbr: false, counterBytes: 2, probe: 'limit', arrayValues: 272, hashKey: 48 },
};

/** The profiles of recorded kernels. */
export const PROFILES: Readonly<Record<string, Profile>> = { 'v6.1': V6_1, 'v6.12': V6_12, 'v6.18': V6_18 };

const rank = (name: string): number => PROFILE_ORDER.indexOf(name as ProfileName);

/** Whether a profile has something that exists from `since` to `until`, both included. */
export function inProfile(
  { since, until }: { readonly since?: string; readonly until?: string },
  profile: Profile,
): boolean {
  const here = rank(profile.name);
  return (since === undefined || rank(since) <= here) && (until === undefined || here <= rank(until));
}
