import { expect, test } from 'vitest';
import { insn, encode } from '../isa/insn.ts';
import type { AssembledFunction, AssembledObject } from '../isa/object.ts';
import { boot } from '../kernel/testing/boot.ts';
import { loadObject, registerValue } from './load.ts';
import type { Syscall } from './process.ts';

const two = encode([insn(0xb7, { imm: 2 }), insn(0x95)]);
const fn = (member: string): AssembledFunction => ({
  name: `my_${member}`,
  member,
  section: 'struct_ops',
  insns: two,
  lines: [0, 1],
  uses: [],
});
const object: AssembledObject = {
  license: 'GPL',
  structOps: { type: 'tcp_congestion_ops', name: 'my_cc', flags: 1, link: false },
  functions: ['ssthresh', 'cong_avoid', 'undo_cwnd'].map(fn),
  references: [],
  externs: [],
};

test('an object becomes a BTF, a map and its programs, and registers', () => {
  const { kernel, btf, names } = boot();
  const pid = kernel.spawn('loader');
  const calls: string[] = [];
  const bpf: Syscall = (command, attr) => {
    calls.push(command);
    return kernel.bpf(pid, command, attr);
  };
  const loaded = loadObject(bpf, object, btf);
  expect(calls).toEqual(['BPF_BTF_LOAD', 'BPF_MAP_CREATE', 'BPF_PROG_LOAD', 'BPF_PROG_LOAD', 'BPF_PROG_LOAD']);
  expect(loaded).toMatchObject({ btfFd: 3, mapFd: 4, progs: [{ fd: 5 }, { fd: 6 }, { fd: 7 }] });
  const value = registerValue(btf, { ccName: 'my_cc', flags: 1, progs: loaded?.progs ?? [] });
  expect(bpf('BPF_MAP_UPDATE_ELEM', { map_fd: 4, key: new Uint8Array(4), value }).ret).toBe(0);
  expect(names.list.map(({ name }) => name)).toEqual(['my_cc']);
});

test('a refused call closes what was opened, in reverse order', () => {
  const { kernel, btf } = boot();
  const pid = kernel.spawn('loader');
  const closed: number[] = [];
  const proprietary = { ...object, license: 'Proprietary' };
  const loaded = loadObject(
    (command, attr) => kernel.bpf(pid, command, attr),
    proprietary,
    btf,
    (fd) => closed.push(fd),
  );
  expect(loaded).toBeNull();
  expect(closed).toEqual([4, 3]);
});
