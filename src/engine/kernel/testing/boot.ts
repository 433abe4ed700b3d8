/** A kernel on the shipped v6.12 BTF with a small congestion-control list, for tests. */
import { registerProgCode } from '../info.ts';
import { OBJECT_RULES } from '../../verifier/insn/late-rules.ts';
import { registerObjectRules } from '../../verifier/insn/object-rules.ts';
import { progCode } from '../prog-code.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRNO } from '../../base/errno.ts';
import { openBtf } from '../../btf/read.ts';
import { createBtfWriter, INT_SIGNED, intType } from '../../btf/write.ts';
import { EventQueue } from '../../net/event-queue.ts';
import { Memory } from '../../vm/memory.ts';
import { Text } from '../../vm/text.ts';
import { Kernel, type KernelParts } from '../kernel.ts';
import { V6_12 } from '../profiles.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';

const PUBLIC = join(import.meta.dirname, '../../../../public/btf');

export function shippedBtf(name = 'v6.12') {
  const ids = readFileSync(join(PUBLIC, `${name}.ids`));
  const btf = openBtf(
    new Uint8Array(readFileSync(join(PUBLIC, `${name}.btf`))),
    new Uint32Array(ids.buffer.slice(ids.byteOffset, ids.byteOffset + ids.length)),
  );
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

/** A subsystem that only keeps a list of names: enough of tcp_congestion_ops for its map. */
function nameList(memory: Memory, offsetOf: (member: string) => number) {
  const list: { readonly kdata: number; readonly name: string }[] = [];
  const nameAt = (kdata: number): string => {
    const bytes = memory.u8.subarray(kdata + offsetOf('name'), kdata + offsetOf('name') + 16);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  };
  const has = (kdata: number, member: string): boolean => memory.u32[(kdata + offsetOf(member)) >>> 2] !== 0;
  const subsystem: StructOpsSubsystem = {
    name: 'tcp_congestion_ops',
    unsupported: ['get_info'],
    initMember({ member, kdata, offset, size, udata }) {
      if (member !== 'name' && member !== 'flags') return 0;
      const bytes = udata.subarray(offset, offset + size);
      if (member === 'name' ? bytes[0] === 0 || !bytes.includes(0) : bytes[0] > 3) return -ERRNO.EINVAL;
      memory.u8.set(bytes, kdata + offset);
      return 1;
    },
    validate: (kdata) =>
      has(kdata, 'ssthresh') && has(kdata, 'undo_cwnd') && (has(kdata, 'cong_avoid') || has(kdata, 'cong_control'))
        ? 0
        : -ERRNO.EINVAL,
    reg(kdata) {
      if (list.some(({ name }) => name === nameAt(kdata))) return -ERRNO.EEXIST;
      list.push({ kdata, name: nameAt(kdata) });
      return 0;
    },
    update(kdata, old) {
      const at = list.findIndex((ca) => ca.kdata === old);
      if (at < 0 || list[at].name !== nameAt(kdata)) return -ERRNO.EINVAL;
      list.splice(at, 1);
      list.push({ kdata, name: nameAt(kdata) });
      return 0;
    },
    unreg(kdata) {
      list.splice(
        list.findIndex((ca) => ca.kdata === kdata),
        1,
      );
    },
  };
  return { list, subsystem };
}

export function boot(parts: Partial<KernelParts> = {}) {
  registerProgCode(progCode);
  registerObjectRules(OBJECT_RULES);
  const memory = new Memory();
  const events = new EventQueue(memory);
  const text = new Text(memory);
  const btf = parts.btf ?? shippedBtf();
  const kernel = new Kernel({
    memory,
    text,
    timers: events,
    btf,
    profile: V6_12,
    prepare: () => null,
    makeTrampolines: (members) =>
      members.map(
        ({ model }) =>
          () =>
            model.retSize === 0 ? 0 : 7,
      ),
    ...parts,
  });
  const offsetOf = (member: string): number => btf.field('tcp_congestion_ops', member)?.byteOffset ?? -1;
  const names = nameList(memory, offsetOf);
  kernel.registerSubsystem(names.subsystem);
  return { kernel, memory, events, text, btf, names, offsetOf };
}

export type Booted = ReturnType<typeof boot>;

/** mov r0, 2; exit */
const TWO = Uint8Array.of(0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

/** What a loader does before it registers: a BTF, a map, a program for each required member. */
export function loader({ kernel, btf, offsetOf }: Booted, pid: number) {
  const writer = createBtfWriter();
  writer.add(intType('int', 4, INT_SIGNED));
  const minimalBtf = writer.finish();
  const type = btf.type(btf.find('STRUCT', 'tcp_congestion_ops'));
  const members = type?.members.map(({ name }) => name) ?? [];
  const btfFd = kernel.bpf(pid, 'BPF_BTF_LOAD', { btf: minimalBtf, btf_size: minimalBtf.length }).ret;
  const prog = (member: string): number =>
    kernel.bpf(pid, 'BPF_PROG_LOAD', {
      prog_type: 27,
      insn_cnt: 2,
      insns: TWO,
      license: new TextEncoder().encode('GPL\0'),
      prog_name: member.slice(0, 15),
      attach_btf_id: type?.id,
      expected_attach_type: members.indexOf(member),
    }).ret;
  /** Loads the members that a congestion control must have; their fds. */
  const progs = () => ({
    ssthresh: prog('ssthresh'),
    undo_cwnd: prog('undo_cwnd'),
    cong_avoid: prog('cong_avoid'),
  });
  const map = (flags = 0): number =>
    kernel.bpf(pid, 'BPF_MAP_CREATE', {
      map_type: 26,
      key_size: 4,
      value_size: 256,
      max_entries: 1,
      map_flags: flags,
      map_name: 'test',
      btf_fd: btfFd,
      btf_vmlinux_value_type_id: btf.find('STRUCT', 'bpf_struct_ops_tcp_congestion_ops'),
    }).ret;
  const value = (name: string, fds: Readonly<Record<string, number>>): Uint8Array => {
    const bytes = new Uint8Array(256);
    for (let i = 0; i < name.length; i++) bytes[64 + offsetOf('name') + i] = name.charCodeAt(i);
    for (const [member, fd] of Object.entries(fds)) {
      new DataView(bytes.buffer).setInt32(64 + offsetOf(member), fd, true);
    }
    return bytes;
  };
  const update = (fd: number, bytes: Uint8Array) =>
    kernel.bpf(pid, 'BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: new Uint8Array(4), value: bytes });
  const remove = (fd: number) => kernel.bpf(pid, 'BPF_MAP_DELETE_ELEM', { map_fd: fd, key: new Uint8Array(4) });
  return { btfFd, prog, progs, map, value, update, remove };
}
