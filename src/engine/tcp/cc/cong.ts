/*
 * The list of congestion controls (net/ipv4/tcp_cong.c) and its struct_ops callbacks (net/ipv4/bpf_tcp_ca.c). An
 * entry is an ops struct in the kernel's memory; the list itself is cold state.
 */
import { ERRNO } from '../../base/errno.ts';
import type { HolderKind, InitMember, StructOpsRefs, StructOpsSubsystem } from '../../kernel/subsystem.ts';
import type { Memory } from '../../vm/memory.ts';
import type { Text, TextFunction } from '../../vm/text.ts';
import { BPF_MODULE_OWNER } from '../../kernel/uapi.ts';
import { caKey } from './jhash.ts';
import type { OpsMember, TcpOffsets } from '../socket/offsets.ts';

export const CA_NAME_MAX = 16;
/** flags of an ops struct: any user may select it; it wants ECN */
export const CA_FLAG = { NON_RESTRICTED: 1, NEEDS_ECN: 2 } as const;

interface CongestionControl {
  readonly kdata: number;
  readonly name: string;
  readonly key: number;
}

export interface CongestionCold {
  /** tcp_cong_list, in order */
  readonly list: readonly CongestionControl[];
  /** net.ipv4.tcp_congestion_control of the only namespace */
  readonly defaultCa: number;
}

/** Letters, digits, `_` and `.` as the kernel's Latin-1 ctype has them. */
function isNameByte(c: number): boolean {
  if (c === 0x2e || c === 0x5f || (c >= 0x30 && c <= 0x39)) return true;
  const lower = c | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return true;
  return c >= 0xc0 && c !== 0xd7 && c !== 0xf7;
}

/** Length of a valid NUL-terminated name, or -1. */
function nameLength(bytes: Uint8Array): number {
  const length = bytes.indexOf(0);
  return length > 0 && bytes.subarray(0, length).every(isNameByte) ? length : -1;
}

/** Rules that differ between kernels. */
export interface CongestionRules {
  /** until 6.3 a taken name is refused member by member, before the struct is complete */
  readonly refusesNameEarly: boolean;
  /** bits that `flags` may have (TCP_CONG_MASK) */
  readonly congestionFlags: number;
}

export class CongestionControls {
  cold: CongestionCold = { list: [], defaultCa: 0 };
  private message: string | null = null;

  constructor(
    private readonly memory: Memory,
    private readonly text: Text,
    private readonly offsets: TcpOffsets,
    private readonly refs: StructOpsRefs,
    private readonly rules: CongestionRules,
  ) {}

  /** Adds, at boot, an ops struct whose members are functions of the engine. The first one is the default. */
  addBuiltin(name: string, flags: number, members: Partial<Record<OpsMember, TextFunction>>): number {
    const { memory, offsets } = this;
    const kdata = memory.alloc('kernel', offsets.opsSize, 64);
    for (const [member, run] of Object.entries(members)) {
      const prefix = member.startsWith(`${name}_`) ? '' : `tcp_${name}_`;
      memory.setPointer(kdata + offsets.ops[member as OpsMember], this.text.builtin(prefix + member, run));
    }
    for (let i = 0; i < name.length; i++) memory.u8[kdata + offsets.ops.name + i] = name.charCodeAt(i);
    memory.u32[(kdata + offsets.ops.flags) >>> 2] = flags;
    this.append(kdata);
    if (this.cold.defaultCa === 0) this.cold = { ...this.cold, defaultCa: kdata };
    return kdata;
  }

  /** Address of the listed ops of that name; 0 when there is none (tcp_ca_find). */
  find(name: string): number {
    return this.cold.list.find((ca) => ca.name === name)?.kdata ?? 0;
  }

  /** Name of an ops struct, listed or not. */
  nameOf(kdata: number): string {
    const { memory, offsets } = this;
    const at = kdata + offsets.ops.name;
    const bytes = memory.u8.subarray(at, at + CA_NAME_MAX);
    return String.fromCharCode(...bytes.subarray(0, Math.max(0, bytes.indexOf(0))));
  }

  flagsOf(kdata: number): number {
    return this.memory.u32[(kdata + this.offsets.ops.flags) >>> 2];
  }

  setFlags(kdata: number, flags: number): void {
    this.memory.u32[(kdata + this.offsets.ops.flags) >>> 2] = flags;
  }

  /** bpf_try_module_get: built-in ops are always there. */
  get(kdata: number, kind: HolderKind, id: number): boolean {
    return !this.isBpf(kdata) || this.refs.get(kdata, kind, id);
  }

  /** bpf_module_put */
  put(kdata: number, kind: HolderKind, id: number): void {
    if (this.isBpf(kdata)) this.refs.put(kdata, kind, id);
  }

  /** The callbacks of bpf_tcp_congestion_ops. */
  readonly subsystem: StructOpsSubsystem = {
    name: 'tcp_congestion_ops',
    unsupported: ['get_info'],
    initMember: (m) => this.initMember(m),
    validate: (kdata) => this.validate(kdata),
    reg: (kdata) => this.register(kdata),
    unreg: (kdata) => this.remove(kdata),
    update: (kdata, old) => this.replace(kdata, old),
    lastMessage: () => this.message,
  };

  private isBpf(kdata: number): boolean {
    const w = (kdata + this.offsets.ops.owner) >>> 2;
    return this.memory.u32[w] === BPF_MODULE_OWNER.lo && this.memory.u32[w + 1] === BPF_MODULE_OWNER.hi;
  }

  /** bpf_tcp_ca_init_member */
  private initMember({ member, kdata, offset, udata }: InitMember): number {
    const { u8 } = this.memory;
    if (member === 'flags') {
      const bytes = udata.subarray(offset, offset + 4);
      if ((bytes[0] & ~this.rules.congestionFlags) !== 0 || bytes[1] !== 0 || bytes[2] !== 0 || bytes[3] !== 0)
        return -ERRNO.EINVAL;
      u8.set(bytes, kdata + offset);
      return 1;
    }
    if (member !== 'name') return 0;
    const bytes = udata.subarray(offset, offset + CA_NAME_MAX);
    const length = nameLength(bytes);
    if (length < 0) return -ERRNO.EINVAL;
    const name = bytes.subarray(0, length);
    if (this.rules.refusesNameEarly && this.find(String.fromCharCode(...name)) !== 0) return -ERRNO.EEXIST;
    u8.set(name, kdata + offset);
    return 1;
  }

  /** tcp_validate_congestion_control */
  private validate(kdata: number): number {
    this.message = null;
    const has = (member: OpsMember): boolean => this.memory.u32[(kdata + this.offsets.ops[member]) >>> 2] !== 0;
    if (has('ssthresh') && has('undo_cwnd') && (has('cong_avoid') || has('cong_control'))) return 0;
    this.message = `TCP: ${this.nameOf(kdata)} does not implement required ops`;
    return -ERRNO.EINVAL;
  }

  /** tcp_register_congestion_control */
  private register(kdata: number): number {
    const invalid = this.validate(kdata);
    if (invalid !== 0) return invalid;
    const name = this.nameOf(kdata);
    const key = caKey(name);
    if (key === 0 || this.cold.list.some((ca) => ca.key === key)) {
      this.message = `TCP: ${name} already registered or non-unique key`;
      return -ERRNO.EEXIST;
    }
    this.append(kdata);
    return 0;
  }

  /** tcp_update_congestion_control */
  private replace(kdata: number, old: number): number {
    const name = this.nameOf(kdata);
    const existing = this.cold.list.find((ca) => ca.key === caKey(this.nameOf(old)));
    if (caKey(name) === 0 || !existing || existing.name !== name) {
      this.message = `TCP: ${name} not registered or non-unique key`;
      return -ERRNO.EINVAL;
    }
    if (existing.kdata !== old) {
      this.message = 'TCP: invalid old congestion control algorithm to replace';
      return -ERRNO.EINVAL;
    }
    this.append(kdata);
    this.remove(old);
    return 0;
  }

  private append(kdata: number): void {
    const name = this.nameOf(kdata);
    const key = caKey(name);
    this.memory.u32[(kdata + this.offsets.ops.key) >>> 2] = key;
    this.cold = { ...this.cold, list: [...this.cold.list, { kdata, name, key }] };
  }

  /** tcp_unregister_congestion_control: sockets that use it run on. */
  private remove(kdata: number): void {
    this.cold = { ...this.cold, list: this.cold.list.filter((ca) => ca.kdata !== kdata) };
  }
}
