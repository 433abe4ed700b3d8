import { mustStructOps } from './state.ts';
import { expect, test } from 'vitest';
import { ERRNO } from '../base/errno.ts';
import { GRACE_NS } from './grace.ts';
import { V5_6 } from './profiles.ts';
import { boot, loader, shippedBtf } from './testing/boot.ts';
import { distillFuncProto } from './struct-ops/func-model.ts';
import { trampolineCode } from './struct-ops/x86.ts';
import { deriveV56 } from './v5-6.ts';

function btf56() {
  const derived = deriveV56(shippedBtf('v6.1'));
  if (!derived.ok) throw new Error(derived.error.message);
  return derived.value;
}

const lab56 = () => boot({ btf: btf56(), profile: V5_6 });

test('the struct has its old order: list first, 152 bytes, in a value of 256', () => {
  const btf = btf56();
  const ops = btf.type(btf.find('STRUCT', 'tcp_congestion_ops'));
  const places = Object.fromEntries(ops?.members.map(({ name, bitOffset }) => [name, bitOffset / 8]) ?? []);
  expect(ops?.size).toBe(152);
  expect(places).toMatchObject({ list: 0, key: 16, flags: 20, init: 24, release: 32, ssthresh: 40, cong_avoid: 48 });
  expect(places).toMatchObject({ undo_cwnd: 80, cong_control: 112, get_info: 120, name: 128, owner: 144 });
  expect(btf.sizeOf(btf.find('STRUCT', 'bpf_struct_ops_tcp_congestion_ops'))).toBe(256);
  expect(btf.find('STRUCT', 'bpf_dummy_ops')).toBe(0);
  expect(btf.find('FUNC', 'tcp_slow_start')).toBe(0);
  expect(btf.declare(btf.find('STRUCT', 'tcp_sock'))).toBe('struct tcp_sock');
});

test('the count is in the value, an unreferenced struct cannot be taken, and nothing waits for a grace period', () => {
  const lab = lab56();
  const { kernel, memory, events } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const fd = user.map();
  expect(user.update(fd, user.value('old', fds)).ret).toBe(0);
  const object = kernel.objectOf(pid, fd, 'map');
  const { kvalue, kdata } = mustStructOps(kernel.state.maps[object]);
  const counted = () => memory.u32[kvalue >>> 2];
  expect(counted()).toBe(1);
  kernel.refs.get(kdata, 'socket', 1);
  expect(counted()).toBe(2);
  expect(user.remove(fd).ret).toBe(0);
  kernel.refs.put(kdata, 'socket', 1);
  expect(counted()).toBe(0);
  expect(kernel.refs.get(kdata, 'socket', 2)).toBe(false);
  kernel.close(pid, fd);
  events.step();
  expect(events.now).toBe(GRACE_NS.work);
  expect(kernel.state.maps[object]).toBeUndefined();
});

test('no links, no licence rule, CAP_SYS_ADMIN for everything', () => {
  const lab = lab56();
  const { kernel } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  expect(user.map(0x2000)).toBe(-ERRNO.EINVAL);
  expect(kernel.bpf(pid, 'BPF_LINK_CREATE', { prog_fd: user.map(), attach_type: 44 }).ret).toBe(-ERRNO.EINVAL);
  const steps = kernel.bpf(pid, 'BPF_PROG_LOAD', {}).trace.map(({ step }) => step);
  expect(steps).not.toContain('cap-perfmon');
  kernel.setCredentials(pid, 0, ['CAP_BPF']);
  expect(kernel.bpf(pid, 'BPF_MAP_GET_NEXT_ID', {}).trace).toEqual([
    { step: 'unprivileged', member: null, outcome: 'fail' },
  ]);
});

test('a program’s return value is lost, and a small argument is stored in its own width', () => {
  const lab = lab56();
  const { kernel, text, btf } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const fd = user.map();
  user.update(fd, user.value('lost', fds));
  const [ssthresh] = mustStructOps(kernel.state.maps[kernel.objectOf(pid, fd, 'map')]).progs;
  expect(text.call(ssthresh.address)).toBe(0);
  const proto = (member: string): number => {
    const ops = btf.type(btf.find('STRUCT', 'tcp_congestion_ops'));
    return btf.type(ops?.members.find(({ name }) => name === member)?.type ?? 0)?.type ?? 0;
  };
  const targets = { enter: 0, exit: 0, func: 0, prog: 0 };
  const code = (member: string) => {
    const model = distillFuncProto(btf, proto(member));
    return trampolineCode(model ?? { args: [], retSize: 0 }, V5_6.trampoline, 0, targets, 0);
  };
  expect(code('set_state').map((line) => line.text)).toEqual([
    'push rbp',
    'mov rbp,rsp',
    'sub rsp,0x10',
    'push rbx',
    'mov QWORD PTR [rbp-0x10],rdi',
    'mov BYTE PTR [rbp-0x8],sil',
    'call __bpf_prog_enter',
    'mov rbx,rax',
    'lea rdi,[rbp-0x10]',
    'call prog->bpf_func',
    'movabs rdi,0x000000000',
    'mov rsi,rbx',
    'call __bpf_prog_exit',
    'pop rbx',
    'leave',
    'ret',
  ]);
  const bytes = code('cong_avoid').map((line) => [...line.bytes]);
  expect(bytes.slice(4, 7)).toEqual([
    [0x48, 0x89, 0x7d, 0xe8],
    [0x89, 0x75, 0xf0],
    [0x89, 0x55, 0xf8],
  ]);
});
