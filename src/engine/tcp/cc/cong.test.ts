/* The list of congestion controls, references from sockets, and the sysctls: what recorded kernels answered. */
import { BPF_MODULE_OWNER } from '../../kernel/uapi.ts';
import { beforeEach, expect, test } from 'vitest';
import { ERRNO } from '../../base/errno.ts';
import type { StructOpsRefs } from '../../kernel/subsystem.ts';
import { EventQueue } from '../../net/event-queue.ts';
import { KernelFunctions } from '../../vm/functions.ts';
import { Memory } from '../../vm/memory.ts';
import { Text } from '../../vm/text.ts';
import { Tcp } from '../tcp.ts';
import { readBtf } from '../testing/world.ts';

const btf = readBtf();
let memory: Memory;
let events: EventQueue;
let text: Text;
let functions: KernelFunctions;
let tcp: Tcp;
let holders: string[];
let open: boolean;

const refs: StructOpsRefs = {
  get(kdata, kind, id) {
    if (open) holders.push(`${kdata} ${kind} ${id}`);
    return open;
  },
  put(kdata, kind, id) {
    const at = holders.indexOf(`${kdata} ${kind} ${id}`);
    expect(at).toBeGreaterThanOrEqual(0);
    holders.splice(at, 1);
  },
};

beforeEach(() => {
  holders = [];
  open = true;
  memory = new Memory();
  events = new EventQueue(memory);
  text = new Text(memory);
  functions = new KernelFunctions();
  const path = { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 };
  tcp = new Tcp({ memory, events, text, functions, btf, refs, path, seed: 1 });
});

function runTo(seconds: number): void {
  while (events.nextTime <= seconds * 1e9) events.step();
  events.advanceTo(seconds * 1e9);
}

/** An ops struct as the struct_ops core would hand it over, with the required members. */
function makeOps(name: string, members: readonly ('ssthresh' | 'undo_cwnd' | 'cong_avoid')[], flags = 1): number {
  const { ops, opsSize } = tcp.offsets;
  const kdata = memory.alloc('kernel', opsSize, 64);
  const udata = new Uint8Array(opsSize);
  for (let i = 0; i < name.length; i++) udata[ops.name + i] = name.charCodeAt(i);
  udata[ops.flags] = flags;
  for (const [member, size] of [
    ['name', 16],
    ['flags', 4],
  ] as const) {
    expect(tcp.subsystem.initMember({ member, kdata, offset: ops[member], size, udata })).toBe(1);
  }
  for (const member of members)
    memory.setPointer(
      kdata + ops[member],
      text.builtin(`bpf_${member}`, () => 7),
    );
  memory.u32[(kdata + ops.owner) >>> 2] = BPF_MODULE_OWNER.lo;
  memory.u32[(kdata + ops.owner + 4) >>> 2] = 0xdead_0000;
  return kdata;
}

const REQUIRED = ['ssthresh', 'undo_cwnd', 'cong_avoid'] as const;

test('init_member refuses bad names and flags', () => {
  const { ops, opsSize } = tcp.offsets;
  const kdata = memory.alloc('kernel', opsSize, 64);
  const answer = (member: 'name' | 'flags', fill: (udata: Uint8Array) => void): number => {
    const udata = new Uint8Array(opsSize);
    fill(udata);
    return tcp.subsystem.initMember({ member, kdata, offset: ops[member], size: 16, udata });
  };
  const named = (...bytes: number[]) => answer('name', (udata) => udata.set(bytes, ops.name));
  expect(named()).toBe(-ERRNO.EINVAL);
  expect(named(0x61, 0x2d)).toBe(-ERRNO.EINVAL);
  expect(named(0x80)).toBe(-ERRNO.EINVAL);
  expect(named(0x20)).toBe(-ERRNO.EINVAL);
  expect(named(0xff, 0x5f, 0x2e, 0x39)).toBe(1);
  expect(named(...Array.from({ length: 16 }, () => 0x61))).toBe(-ERRNO.EINVAL);
  expect(answer('flags', (udata) => udata.set([3], ops.flags))).toBe(1);
  expect(answer('flags', (udata) => udata.set([4], ops.flags))).toBe(-ERRNO.EINVAL);
  expect(answer('flags', (udata) => udata.set([0, 0, 0, 1], ops.flags))).toBe(-ERRNO.EINVAL);
});

test('registering needs the required members and a free name', () => {
  expect(tcp.subsystem.reg(makeOps('half', ['ssthresh', 'undo_cwnd']))).toBe(-ERRNO.EINVAL);
  expect(tcp.subsystem.lastMessage?.()).toBe('TCP: half does not implement required ops');
  const first = makeOps('bpf_x', REQUIRED);
  expect(tcp.subsystem.reg(first)).toBe(0);
  expect(tcp.subsystem.reg(makeOps('bpf_x', REQUIRED))).toBe(-ERRNO.EEXIST);
  expect(tcp.subsystem.reg(makeOps('reno', REQUIRED))).toBe(-ERRNO.EEXIST);
  expect(tcp.readSysctl('net.ipv4.tcp_available_congestion_control')).toBe('reno bpf_x');
  tcp.subsystem.unreg(first);
  expect(tcp.readSysctl('net.ipv4.tcp_available_congestion_control')).toBe('reno');
  expect(tcp.subsystem.reg(makeOps('bpf_x', REQUIRED))).toBe(0);
});

test('update swaps a table of the same name only', () => {
  const old = makeOps('bpf_x', REQUIRED);
  tcp.subsystem.reg(old);
  expect(tcp.subsystem.update?.(makeOps('bpf_y', REQUIRED), old)).toBe(-ERRNO.EINVAL);
  const fresh = makeOps('bpf_x', REQUIRED);
  expect(tcp.subsystem.update?.(fresh, old)).toBe(0);
  expect(tcp.congestion.find('bpf_x')).toBe(fresh);
});

test('setsockopt: ENOENT, EPERM, EBUSY, and no change for the same', () => {
  const kdata = makeOps('bpf_x', REQUIRED, 0);
  tcp.subsystem.reg(kdata);
  tcp.socket(1, 'sender');
  expect(tcp.setCongestion(1, 'nobody', true)).toBe(-ERRNO.ENOENT);
  expect(tcp.setCongestion(1, '', true)).toBe(-ERRNO.EINVAL);
  expect(tcp.setCongestion(1, 'bpf_x', false)).toBe(-ERRNO.EPERM);
  open = false;
  expect(tcp.setCongestion(1, 'bpf_x', true)).toBe(-ERRNO.EBUSY);
  open = true;
  expect(tcp.setCongestion(1, 'bpf_x', true)).toBe(0);
  expect(tcp.setCongestion(1, 'bpf_x', false)).toBe(0);
  expect(holders).toEqual([`${kdata} socket 1`]);
  expect(tcp.getCongestion(1)).toBe('bpf_x');
});

test('the reference falls when the tcp_sock is destroyed, a round trip after close', () => {
  const kdata = makeOps('bpf_x', REQUIRED);
  tcp.subsystem.reg(kdata);
  tcp.socket(1, 'sender');
  tcp.setCongestion(1, 'bpf_x', true);
  tcp.connect(1, 10_000);
  runTo(1);
  tcp.subsystem.unreg(kdata);
  expect(tcp.close(1)).toBe(0);
  expect(holders).toHaveLength(1);
  expect(tcp.list()[0]).toMatchObject({ state: 'FIN_WAIT1', ccName: 'bpf_x' });
  runTo(1.1);
  expect(holders).toEqual([]);
  expect(tcp.list()[0]).toMatchObject({ state: 'TIME_WAIT', sk: 0 });
});

test('a default that is a struct_ops map holds a reference, and gives one to every socket, accepted ones too', () => {
  const kdata = makeOps('bpf_x', REQUIRED, 0);
  tcp.subsystem.reg(kdata);
  expect(tcp.writeSysctl('net.ipv4.tcp_congestion_control', 'nobody')).toBe(-ERRNO.ENOENT);
  expect(tcp.writeSysctl('net.ipv4.tcp_congestion_control', 'bpf_x')).toBe(0);
  expect(tcp.readSysctl('net.ipv4.tcp_allowed_congestion_control')).toBe('reno bpf_x');
  tcp.subsystem.unreg(kdata);
  tcp.socket(1, 'sender');
  tcp.connect(1);
  runTo(0.5);
  expect(holders.toSorted()).toEqual([`${kdata} netns-default 0`, `${kdata} socket -1`, `${kdata} socket 1`]);
  tcp.close(1);
  expect(tcp.writeSysctl('net.ipv4.tcp_congestion_control', 'reno')).toBe(0);
  runTo(70);
  expect(holders).toEqual([]);
});

test('sockets of a stopped program go on with reno', () => {
  const kdata = makeOps('bpf_x', REQUIRED);
  tcp.subsystem.reg(kdata);
  tcp.socket(1, 'sender');
  tcp.setCongestion(1, 'bpf_x', true);
  tcp.connect(1);
  runTo(0.5);
  tcp.moveToReno(kdata);
  expect(holders).toEqual([]);
  expect(tcp.getCongestion(1)).toBe('reno');
  runTo(5);
  expect(tcp.flows()[0].recoveries).toBeGreaterThan(0);
});

test('programs find the kfuncs under the ids of the kernel', () => {
  const id = btf.find('FUNC', 'tcp_reno_ssthresh');
  expect(id).toBe(103966);
  tcp.socket(1, 'sender');
  const [{ sk }] = tcp.list();
  expect(functions.kfunc(id)?.call(sk)).toBe(5);
  // not a socket: refused, not dereferenced
  expect(functions.kfunc(id)?.call(16)).toBe(0);
});
