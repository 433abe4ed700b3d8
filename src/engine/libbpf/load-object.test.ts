/* The order of system calls, with a kernel that takes every call and one that does not. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { decode } from '../isa/insn.ts';
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { attachStructOps } from './attach.ts';
import { type LoadedElf, loadOpened } from './load-object.ts';
import type { OpenedObject } from './object.ts';
import { NO_SETTINGS } from './testing/settings.ts';
import { openObject } from './open.ts';
import type { Syscall } from './process.ts';

const kernel = shippedBtf('v6.12');
const bytes = new Uint8Array(readFileSync(new URL('../elf/fixtures/my_maps.bpf.o', import.meta.url)));

type Call = readonly [command: BpfCommand, attr: BpfAttr[BpfCommand]];

function run(refuses: (command: BpfCommand, attr: BpfAttr[BpfCommand]) => number = () => 0) {
  const calls: Call[] = [];
  const told: string[] = [];
  const closed: number[] = [];
  let fd = 3;
  const bpf: Syscall = (command, attr) => {
    calls.push([command, attr]);
    const opens = /LOAD$|CREATE$/.test(command);
    const errno = refuses(command, attr);
    return { ret: errno || (opens ? fd++ : 0), trace: [], message: null, out: {} };
  };
  const log = (level: string, text: string) => {
    if (level !== 'debug') told.push(text);
  };
  const object = openObject(bytes, 'x/my_maps.bpf.o');
  if (!object.ok) throw new Error(object.error.message);
  const close = (one: number) => closed.push(one);
  const loaded = loadOpened(object.value, { bpf, close, kernel, kconfig: NO_SETTINGS, log });
  return { loaded, calls, told, closed, bpf, log };
}

const names = (calls: readonly Call[]): string[] =>
  calls.map(([command, attr]) => {
    const name = 'map_name' in attr ? attr.map_name : 'prog_name' in attr ? attr.prog_name : '';
    return `${command.slice(4)} ${name}`.trim();
  });

test('BTF, all maps with their data, then all programs; registering is the caller’s', () => {
  const { loaded, calls, bpf, log } = run();
  expect(names(calls)).toEqual([
    'BTF_LOAD',
    'MAP_CREATE by_port',
    'MAP_CREATE hist',
    'MAP_CREATE my_maps.data',
    'MAP_UPDATE_ELEM',
    'MAP_CREATE my_maps.rodata',
    'MAP_UPDATE_ELEM',
    'MAP_FREEZE',
    'MAP_CREATE my_maps.bss',
    'MAP_UPDATE_ELEM',
    'MAP_CREATE my_maps',
    'PROG_LOAD mp_ssthresh',
    'PROG_BIND_MAP',
    'PROG_LOAD mp_avoid',
    'PROG_BIND_MAP',
    'PROG_LOAD mp_undo',
    'PROG_BIND_MAP',
  ]);
  const { maps, programs } = loaded as LoadedElf;
  const [hash, , data, rodata] = maps;
  expect(hash.map).toMatchObject({ type: 1, keySize: 4, valueSize: 8, maxEntries: 64, flags: 0 });
  expect(data.map).toMatchObject({ type: 2, keySize: 4, valueSize: 16, maxEntries: 1, flags: 0x400 });
  expect(rodata.map).toMatchObject({ valueSize: 4, flags: 0x480 });
  // ssthresh's first address is of a variable in .data, 8 bytes after its start
  expect(decode(programs[0].insns, 1)).toMatchObject({ opcode: 0x18, src: 2, imm: data.fd, high: 8 });
  const load = calls.find(([command]) => command === 'BPF_PROG_LOAD')?.[1];
  expect(load).toMatchObject({ expected_attach_type: 0, attach_btf_id: 33922, prog_btf_fd: 3, func_info_cnt: 1 });

  const ops = maps[maps.length - 1];
  expect(attachStructOps(bpf, ops, log)).toEqual({ fd: ops.fd, real: false });
  const value = ops.map.structOps?.kernel?.value ?? new Uint8Array(0);
  expect([...new Uint32Array(value.buffer, 64, 4)]).toEqual([programs[0].fd, 0, programs[1].fd, 0]);
});

test('the BTF that is loaded is a valid one', () => {
  const attr = run().calls[0][1];
  const btf = 'btf' in attr && attr.btf instanceof Uint8Array ? openBtf(attr.btf) : null;
  expect(btf?.ok).toBe(true);
});

test('loading ends at a map that the kernel lacks, and everything opened is closed', () => {
  const { loaded, told, closed } = run((command, attr) =>
    command === 'BPF_MAP_CREATE' && 'map_type' in attr && attr.map_type === 2 ? -22 : 0,
  );
  expect(loaded).toBe(-22);
  expect(told).toEqual([
    'Error in bpf_create_map_xattr(hist):Invalid argument(-22). Retrying without BTF.',
    "map 'hist': failed to create: Invalid argument(-22)",
    "failed to load object 'x/my_maps.bpf.o'",
  ]);
  expect(closed).toEqual([4, 3]);
});

test('a program that no map names cannot be loaded', () => {
  const object = openObject(bytes, 'my_maps.bpf.o');
  if (!object.ok) throw new Error(object.error.message);
  for (const { structOps } of object.value.maps) {
    structOps?.declared.clear();
    structOps?.programs.clear();
  }
  const told: string[] = [];
  const bpf: Syscall = () => ({ ret: 5, trace: [], message: null, out: {} });
  const log = (level: string, text: string) => {
    if (level === 'warn') told.push(text);
  };
  expect(loadOpened(object.value, { bpf, close: () => {}, kernel, kconfig: NO_SETTINGS, log })).toBe(-22);
  expect(told[0]).toBe(
    `prog 'mp_ssthresh': SEC("struct_ops") program isn't referenced anywhere, did you forget to use it?`,
  );
});

test('a member cleared before loading drops its program; a map that is not created drops all of them', () => {
  const count = (change: (object: OpenedObject) => void): number => {
    const object = openObject(bytes, 'my_maps.bpf.o');
    if (!object.ok) throw new Error(object.error.message);
    change(object.value);
    const bpf: Syscall = () => ({ ret: 5, trace: [], message: null, out: {} });
    const loaded = loadOpened(object.value, { bpf, close: () => {}, kernel, kconfig: NO_SETTINGS, log: () => {} });
    return typeof loaded === 'number' ? loaded : loaded.programs.length;
  };
  expect(count(() => {})).toBe(3);
  expect(count(({ maps }) => maps.at(-1)?.structOps?.programs.delete(0))).toBe(2);
  expect(
    count(({ maps }) => {
      for (const map of maps) map.autocreate = map.structOps === null;
    }),
  ).toBe(0);
});
