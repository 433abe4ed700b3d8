/*
 * A small machine for replaying recorded system calls: a kernel with TCP, its clock, and one process that builds values
 * and loads programs as the recorder did.
 */
import { registerProgCode } from '../../kernel/info.ts';
import { OBJECT_RULES } from '../../verifier/insn/late-rules.ts';
import { registerObjectRules } from '../../verifier/insn/object-rules.ts';
import { progCode } from '../../kernel/prog-code.ts';
import type { Btf } from '../../btf/btf.ts';
import { createBtfWriter, INT_SIGNED, intType } from '../../btf/write.ts';
import { decodeAll, encode, insn } from '../../isa/insn.ts';
import { OPCODE } from '../../isa/opcodes.ts';
import type { AttrExtent, BpfAttr, BpfCommand } from '../../kernel/attr.ts';
import type { SyscallResult } from '../../kernel/calls.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { Profile } from '../../kernel/profiles.ts';
import { MAP_TYPE_STRUCT_OPS, PROG_TYPE_STRUCT_OPS, STATE_NAMES } from '../../kernel/uapi.ts';
import { EventQueue } from '../../net/event-queue.ts';
import { registerHelpers } from '../../tcp/cc/helpers.ts';
import { Tcp } from '../../tcp/tcp.ts';
import { KernelFunctions } from '../../vm/functions.ts';
import { Memory } from '../../vm/memory.ts';
import { prepareProgram } from '../../vm/program.ts';
import { Text } from '../../vm/text.ts';

const MOV64_IMM = 0xb7;
const MS = 1_000_000;

/** mov r0, imm; exit */
export const constantProgram = (imm: number): Uint8Array => encode([insn(MOV64_IMM, { imm }), insn(OPCODE.EXIT)]);

export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

type MemberValues = Readonly<Record<string, number | bigint | Uint8Array>>;

export interface ValueSpec {
  readonly members?: MemberValues;
  /** null: none */
  readonly name?: string | null;
  readonly state?: number;
  readonly refcnt?: number;
  /** bytes at offsets of the value struct */
  readonly raw?: Readonly<Record<number, readonly number[]>>;
}

export class Session {
  readonly kernel: Kernel;
  readonly tcp: Tcp;
  readonly events: EventQueue;
  readonly structId: number;
  readonly valueId: number;
  readonly valueSize: number;
  readonly dataOffset: number;
  readonly members: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
  /** the process that calls */
  pid: number;
  private ownBtf = 0;
  private sockets = 0;

  constructor(
    readonly btf: Btf,
    readonly profile: Profile,
    whole: () => Btf | null = () => null,
  ) {
    registerProgCode(progCode);
    registerObjectRules(OBJECT_RULES);
    const memory = new Memory();
    const functions = new KernelFunctions();
    const text = new Text(memory);
    this.events = new EventQueue(memory);
    this.kernel = new Kernel({
      memory,
      text,
      timers: this.events,
      btf,
      whole,
      profile,
      sockets: { address: (socket) => this.tcp.addressOf(socket), is: (sk) => this.tcp.socketOf(sk) !== 0 },
      has: (kind, id) => functions[kind](id) !== undefined,
      prepare(insns) {
        const program = prepareProgram(insns, functions);
        return program.ok ? null : program.error.message;
      },
      // all accepted programs of the recordings only return a constant
      makeTrampolines: (members) =>
        members.map(({ model, code }) => {
          const [{ imm }] = decodeAll(code.insns);
          return () => (model.retSize > 0 ? imm : 0);
        }),
    });
    this.tcp = new Tcp({
      memory,
      events: this.events,
      text,
      functions,
      btf,
      refs: this.kernel.refs,
      observer: { onGone: (sk) => this.kernel.socketGone(sk) },
      path: { rateBps: 1_000_000_000, delayNs: MS, queuePackets: 100 },
      seed: 1,
      rules: profile,
    });
    registerHelpers(functions, { now: () => this.events.now, random: () => this.tcp.net.random() });
    this.kernel.registerHelpers(functions);
    // the recorded machines had cubic as their namespace's default
    this.tcp.congestion.addBuiltin('cubic', 1, { ssthresh: () => 2, undo_cwnd: () => 2, cong_avoid: () => 0 });
    this.tcp.writeSysctl('net.ipv4.tcp_congestion_control', 'cubic');
    const type = this.kernel.registerSubsystem(this.tcp.subsystem);
    this.structId = type.typeId;
    this.valueId = type.valueId;
    this.valueSize = type.valueSize;
    this.dataOffset = type.dataOffset;
    this.members = type.members;
    this.pid = this.kernel.spawn('recorder');
  }

  bpf<C extends BpfCommand>(command: C, attr: BpfAttr[C], extent?: AttrExtent): SyscallResult {
    return this.kernel.bpf(this.pid, command, attr, extent);
  }

  /** Lets time pass, as the recorder's sleep did. */
  settle(ms: number): void {
    const until = this.events.now + ms * MS;
    while (this.events.nextTime <= until) this.events.step();
    this.events.advanceTo(until);
  }

  close(...fds: readonly number[]): void {
    for (const fd of fds) if (fd >= 0) this.kernel.close(this.pid, fd);
  }

  /** Fd of a BTF with an int and a u64, loaded on first use. */
  btfFd(): number {
    if (this.ownBtf !== 0) return this.ownBtf;
    const writer = createBtfWriter();
    writer.add(intType('int', 4, INT_SIGNED));
    writer.add(intType('unsigned long long', 8));
    const btf = writer.finish();
    this.ownBtf = this.bpf('BPF_BTF_LOAD', { btf, btf_size: btf.length }).ret;
    return this.ownBtf;
  }

  map(given: BpfAttr['BPF_MAP_CREATE'] = {}, extent?: AttrExtent): SyscallResult {
    const usual = {
      map_type: MAP_TYPE_STRUCT_OPS,
      key_size: 4,
      value_size: this.valueSize,
      max_entries: 1,
      map_name: 'orc_so',
      btf_fd: this.btfFd(),
      btf_vmlinux_value_type_id: this.valueId,
    };
    return this.bpf('BPF_MAP_CREATE', { ...usual, ...given }, extent);
  }

  /** A program that returns 2, for a member by its index. */
  prog(index: number, given: BpfAttr['BPF_PROG_LOAD'] = {}, extent?: AttrExtent): SyscallResult {
    const insns = constantProgram(2);
    const usual = {
      prog_type: PROG_TYPE_STRUCT_OPS,
      insns,
      insn_cnt: insns.length / 8,
      license: latin1('GPL\0'),
      prog_name: 'orc',
      attach_btf_id: this.structId,
      expected_attach_type: index,
    };
    return this.bpf('BPF_PROG_LOAD', { ...usual, ...given }, extent);
  }

  memberIndex(name: string): number {
    return this.members.findIndex((member) => member.name === name);
  }

  value({ members = {}, name = 'orc_ca', state = 0, refcnt = 0, raw = {} }: ValueSpec): Uint8Array {
    const bytes = new Uint8Array(this.valueSize);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, refcnt, true);
    view.setUint32(4, state, true);
    const placeOf = (member: string) => {
      const { offset, size } = this.members[this.memberIndex(member)];
      return { at: this.dataOffset + offset, size };
    };
    if (name !== null) bytes.set(latin1(name), placeOf('name').at);
    for (const [member, given] of Object.entries(members)) {
      const { at, size } = placeOf(member);
      if (given instanceof Uint8Array) bytes.set(given, at);
      else if (size === 4) view.setUint32(at, Number(given), true);
      else view.setBigUint64(at, BigInt.asUintN(64, BigInt(given)), true);
    }
    for (const [at, given] of Object.entries(raw)) bytes.set(given, Number(at));
    return bytes;
  }

  update(fd: number, value: Uint8Array | null, key = 0, flags = 0): SyscallResult {
    return this.bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: word(key), value, flags });
  }

  lookup(fd: number, key = 0, flags = 0): SyscallResult {
    return this.bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: fd, key: word(key), flags });
  }

  remove(fd: number, key = 0): SyscallResult {
    return this.bpf('BPF_MAP_DELETE_ELEM', { map_fd: fd, key: word(key) });
  }

  /** Decodes a value into the recordings' form: numbers, the name as text, the list as hex. */
  decode(bytes: Uint8Array | undefined): unknown {
    if (!bytes) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const data = this.members.map(({ name, offset, size }) => {
      const at = this.dataOffset + offset;
      if (name === 'name') return [name, String.fromCharCode(...bytes.subarray(at, at + size)).split('\0', 1)[0]];
      if (size === 4) return [name, view.getUint32(at, true)];
      return [name, size === 8 ? Number(view.getBigUint64(at, true)) : hex(bytes.subarray(at, at + size))];
    });
    const refcnt = view.getUint32(0, true);
    return { refcnt, state: STATE_NAMES[view.getUint32(4, true)], data: Object.fromEntries(data) as unknown };
  }

  mapId(fd: number): number {
    const info = this.bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info_len: 88, info: new Uint8Array(88) });
    return this.wordAt(info, 4);
  }

  wordAt({ out }: SyscallResult, at: number): number {
    return out.bytes ? new DataView(out.bytes.buffer, out.bytes.byteOffset).getUint32(at, true) : 0;
  }

  /** A socket that chose a congestion control, connected or not. */
  socket(cc?: string, connect = true): number {
    const id = ++this.sockets;
    this.tcp.socket(id, 'recorder');
    if (cc !== undefined) this.tcp.setCongestion(id, cc, true);
    if (connect) this.tcp.connect(id, 1000);
    this.settle(50);
    return id;
  }

  setCongestion(socket: number, cc: string): number {
    return this.tcp.setCongestion(socket, cc, this.kernel.capable(this.pid, 'CAP_NET_ADMIN'));
  }

  closeSocket(socket: number): void {
    this.tcp.close(socket);
    this.settle(2000);
  }

  available(): string {
    return this.tcp.readSysctl('net.ipv4.tcp_available_congestion_control') ?? '';
  }
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
