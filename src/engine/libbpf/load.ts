/*
 * Loads an assembled text as libbpf would (bpf_object__load), by system calls: BTF, then the map, then a program for
 * each function that implements a member. Registering is a separate call, with the value made here.
 */
import type { Btf } from '../btf/btf.ts';
import { createBtfWriter, INT_SIGNED, intType } from '../btf/write.ts';
import { linkProgram } from '../isa/link.ts';
import type { AssembledObject, StructOpsSpec } from '../isa/object.ts';
import type { BpfAttr } from '../kernel/attr.ts';
import { MAP_FLAG, MAP_TYPE_STRUCT_OPS, OBJ_NAME_LEN, PROG_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';
import { createOpener, type Syscall } from './process.ts';

interface LoadedProgram {
  readonly fd: number;
  readonly name: string;
  readonly member: string;
  /** with its subprograms, as given to the kernel */
  readonly insns: Uint8Array;
  /** 0-based source line of each slot */
  readonly lines: readonly number[];
}

export interface LoadedObject {
  readonly struct: string;
  readonly btfFd: number;
  readonly mapFd: number;
  readonly progs: readonly LoadedProgram[];
}

/** enum btf_func_linkage */
const FUNC_STATIC = 0;
const FUNC_GLOBAL = 1;
const FUNC_INFO_BYTES = 8;

/**
 * Loads an object; null when a call was refused or there is nothing to load. Then everything opened so far is closed,
 * last first.
 */
export function loadObject(
  bpf: Syscall,
  object: AssembledObject,
  btf: Btf,
  close: (fd: number) => void = () => {},
): LoadedObject | null {
  const { structOps } = object;
  if (!structOps) return null;
  const { open, giveUp } = createOpener(bpf, close);
  const own = objectBtf(object);
  const btfFd = open('BPF_BTF_LOAD', { btf: own.bytes, btf_size: own.bytes.length });
  if (btfFd < 0) return giveUp();
  const mapFd = open('BPF_MAP_CREATE', mapAttr(btf, structOps, btfFd));
  if (mapFd < 0) return giveUp();
  const progs: LoadedProgram[] = [];
  for (const { name, member } of object.functions) {
    const linked = member === null ? null : linkProgram(object, name);
    if (member === null || !linked) continue;
    const infos = linked.functions.map((fn) => ({ slot: fn.slot, type: own.functions.get(fn.name) ?? 0 }));
    const fd = open('BPF_PROG_LOAD', {
      prog_type: PROG_TYPE_STRUCT_OPS,
      insn_cnt: linked.insns.length / 8,
      insns: linked.insns,
      license: new TextEncoder().encode(`${object.license}\0`),
      prog_name: name.slice(0, OBJ_NAME_LEN - 1),
      attach_btf_id: btf.find('STRUCT', structOps.type),
      expected_attach_type: memberIndex(btf, structOps.type, member),
      prog_btf_fd: btfFd,
      func_info_rec_size: FUNC_INFO_BYTES,
      func_info: funcInfo(infos),
      func_info_cnt: infos.length,
    });
    if (fd < 0) return giveUp();
    progs.push({ fd, name, member, insns: linked.insns, lines: linked.lines });
  }
  return { struct: structOps.type, btfFd, mapFd, progs };
}

function mapAttr(btf: Btf, { type, name, link }: StructOpsSpec, btfFd: number): BpfAttr['BPF_MAP_CREATE'] {
  const valueType = btf.find('STRUCT', `bpf_struct_ops_${type}`);
  return {
    map_type: MAP_TYPE_STRUCT_OPS,
    key_size: 4,
    value_size: btf.sizeOf(valueType),
    max_entries: 1,
    map_flags: link ? MAP_FLAG.LINK : 0,
    map_name: name.slice(0, OBJ_NAME_LEN - 1),
    btf_fd: btfFd,
    btf_vmlinux_value_type_id: valueType,
  };
}

function memberIndex(btf: Btf, struct: string, member: string): number {
  return btf.type(btf.find('STRUCT', struct))?.members.findIndex(({ name }) => name === member) ?? -1;
}

/**
 * Builds the object's BTF: its functions, all with the prototype that BPF_PROG gives them, int f(unsigned long long
 * *ctx). Functions that implement no member are static, so that the verifier follows them with their callers'
 * arguments.
 */
function objectBtf(object: AssembledObject): { bytes: Uint8Array; functions: ReadonlyMap<string, number> } {
  const writer = createBtfWriter();
  const int = writer.add(intType('int', 4, INT_SIGNED));
  const u64 = writer.add(intType('unsigned long long', 8));
  const ctx = writer.add({ kind: 'PTR', type: u64 });
  const proto = writer.add({ kind: 'FUNC_PROTO', type: int, params: [{ name: 'ctx', type: ctx }] });
  const functions = new Map(
    object.functions.map(({ name, member }) => {
      const extra = member === null ? FUNC_STATIC : FUNC_GLOBAL;
      return [name, writer.add({ kind: 'FUNC', name, type: proto, extra })];
    }),
  );
  return { bytes: writer.finish(), functions };
}

/** struct bpf_func_info: slot and FUNC. */
function funcInfo(infos: readonly { readonly slot: number; readonly type: number }[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(infos.flatMap(({ slot, type }) => [slot, type])).buffer);
}

export interface RegisterRequest {
  /** kernel struct; tcp_congestion_ops when absent */
  readonly struct?: string;
  readonly ccName: string;
  readonly flags: number;
  readonly progs: readonly { readonly member: string; readonly fd: number }[];
}

/** Builds the value for BPF_MAP_UPDATE_ELEM: program fds in the slots, the name and the flags. */
export function registerValue(btf: Btf, request: RegisterRequest): Uint8Array {
  const { struct = 'tcp_congestion_ops', ccName, flags, progs } = request;
  const value = `bpf_struct_ops_${struct}`;
  const bytes = new Uint8Array(btf.sizeOf(btf.find('STRUCT', value)));
  const view = new DataView(bytes.buffer);
  const data = btf.field(value, 'data')?.byteOffset ?? 0;
  const at = (member: string): number => data + (btf.field(struct, member)?.byteOffset ?? 0);
  const nameBytes = btf.field(struct, 'name')?.size ?? 0;
  for (let i = 0; i < Math.min(ccName.length, nameBytes); i++) bytes[at('name') + i] = ccName.charCodeAt(i);
  view.setUint32(at('flags'), flags, true);
  for (const { member, fd } of progs) view.setUint32(at(member), fd, true);
  return bytes;
}
