import { describe, expect, it } from 'vitest';
import type { LayoutChange } from './compare.ts';
import { compareLayouts } from './compare.ts';
import { structLayout } from './layout.ts';
import { printType } from './print.ts';
import { fixture, mustOpen, shippedBtf, vmlinuxBytes } from './testing/kernels.ts';
import { formatValue } from './values.ts';

const btf = shippedBtf('v6.12');
const struct = (name: string) => btf.find('STRUCT', name);

describe('structLayout', () => {
  it('names every member by a path that field() takes', () => {
    const rows = structLayout(btf, struct('tcp_sock'))?.rows ?? [];
    expect(rows.length).toBeGreaterThan(400);
    for (const row of rows.filter((r) => r.kind === 'field' && r.name !== '')) {
      const field = btf.field('tcp_sock', row.path);
      const bit = (field?.byteOffset ?? -1) * 8 + (field?.bit ?? 0);
      expect([row.path, bit, field?.size]).toEqual([row.path, row.offset * 8 + row.bit, row.size]);
    }
  });

  it('shows the numbers that pahole shows', () => {
    expect(structLayout(btf, struct('sock_common'), { depth: 0 })?.summary).toEqual({
      size: 136,
      cacheLines: 3,
      lastCacheLine: 8,
      members: 25,
      sumMembers: 135,
      holes: 0,
      sumHoles: 0,
      sumBitfields: 7,
      bitHoles: 1,
      sumBitHoles: 1,
      padding: 0,
      bitPadding: 0,
    });
  });

  it.each(['shipped', 'vmlinux'] as const)('agrees with pahole on the %s structs', (set) => {
    const recorded = JSON.parse(fixture('pahole-6.12.json')) as Record<typeof set, Record<string, number[]>>;
    const vmlinux = set === 'vmlinux' ? vmlinuxBytes('6.12') : null;
    if (set === 'vmlinux' && vmlinux === null) return;
    const kernel = vmlinux ? mustOpen(vmlinux) : btf;
    const names = Object.keys(recorded[set]);
    const numbers = names.map((name) => {
      const s = structLayout(kernel, kernel.find('STRUCT', name), { depth: 0 })?.summary;
      if (!s) return [name];
      const gaps = [s.holes, s.sumHoles, s.bitHoles, s.sumBitHoles, s.padding, s.bitPadding];
      return [name, s.size, s.cacheLines, s.lastCacheLine, s.members, ...gaps];
    });
    expect(numbers).toEqual(names.map((name) => [name, ...recorded[set][name]]));
  });

  it('lists holes at their offsets', () => {
    const rows = structLayout(btf, struct('sock_common'), { depth: 0 })?.rows ?? [];
    expect(rows.find((row) => row.kind === 'hole')).toMatchObject({
      offset: 19,
      size: 0,
      bit: 7,
      bitSize: 1,
      depth: 0,
    });
    const value = structLayout(btf, struct('bpf_struct_ops_tcp_congestion_ops'), { depth: 0 })?.rows ?? [];
    expect(value.map((row) => [row.kind, row.name, row.offset, row.size, row.cacheLine])).toEqual([
      ['field', 'common', 0, 8, 0],
      ['hole', '', 8, 56, 0],
      ['field', 'data', 64, 192, 1],
    ]);
  });

  it('expands members to the given depth', () => {
    const depths = [0, 1, 2].map((depth) => structLayout(btf, struct('sock'), { depth })?.rows.length ?? 0);
    expect(depths).toEqual(depths.toSorted((a, b) => a - b));
    expect(depths[2]).toBeGreaterThan(depths[0]);
    expect(structLayout(btf, btf.find('ENUM', 'tcp_ca_event'))).toBeNull();
  });
});

it('compares a struct of two kernels', () => {
  const old = shippedBtf('v6.1');
  const [before, after] = [old, btf].map((kernel) =>
    structLayout(kernel, kernel.find('STRUCT', 'tcp_sock'), { depth: 0 }),
  );
  if (!before || !after) throw new Error('both kernels have a tcp_sock');
  const rows = compareLayouts(before, after);
  const changeOf = (path: string) => rows.find((row) => row.path === path)?.change;
  expect([changeOf('inet_conn'), changeOf('snd_cwnd')]).toEqual(['resized', 'moved']);
  const pathsOf = (list: typeof rows, change: LayoutChange) =>
    list.filter((r) => r.change === change).map((r) => r.path);
  expect(pathsOf(rows, 'added')).toContain('tcp_usec_ts');
  const back = compareLayouts(after, before);
  expect(pathsOf(back, 'removed').toSorted()).toEqual(pathsOf(rows, 'added').toSorted());
  expect(new Set(rows.map((row) => row.path)).size).toBe(rows.length);
  expect(compareLayouts(after, after).every((row) => row.change === 'same')).toBe(true);
});

describe('printType', () => {
  const print = (id: number) => printType(btf, id).map((line) => '\t'.repeat(line.indent) + line.text);

  it('prints a struct with its offsets', () => {
    expect(print(struct('bpf_struct_ops_tcp_congestion_ops'))).toEqual([
      'struct bpf_struct_ops_tcp_congestion_ops {',
      '\tstruct bpf_struct_ops_common_value common;',
      '\tstruct tcp_congestion_ops data;',
      '};',
    ]);
    expect(printType(btf, struct('bpf_struct_ops_tcp_congestion_ops')).map((l) => [l.offset, l.size])).toEqual([
      [0, 256],
      [0, 8],
      [64, 192],
      [-1, 0],
    ]);
  });

  it('prints anonymous members in place', () => {
    expect(print(struct('sock_common')).slice(0, 9)).toEqual([
      'struct sock_common {',
      '\tunion {',
      '\t\t__addrpair skc_addrpair;',
      '\t\tstruct {',
      '\t\t\t__be32 skc_daddr;',
      '\t\t\t__be32 skc_rcv_saddr;',
      '\t\t};',
      '\t};',
      '\tunion {',
    ]);
    expect(print(struct('sock_common'))).toContain('\tunsigned char skc_reuse: 4;');
  });

  it('prints enums and typedefs', () => {
    expect(print(btf.find('ENUM', 'tcp_ca_event')).slice(0, 2)).toEqual([
      'enum tcp_ca_event {',
      '\tCA_EVENT_TX_START = 0,',
    ]);
    expect(print(btf.find('TYPEDEF', 'u32'))).toEqual(['typedef __u32 u32;']);
    expect(print(btf.find('FUNC', 'tcp_slow_start'))).toEqual(['u32 tcp_slow_start(struct tcp_sock *tp, u32 acked);']);
  });
});

describe('formatValue', () => {
  it('reads integers, enums, text, pointers and bitfields', () => {
    const bytes = new Uint8Array(256);
    bytes.set([2, 0, 0, 0, 1], 0);
    bytes.set(new TextEncoder().encode('bpf_reno'), 64 + 88);
    bytes.set([0x10, 0x20, 0, 0, 0x80, 0x88, 0xff, 0xff], 64);
    const text = formatValue(btf, struct('bpf_struct_ops_tcp_congestion_ops'), bytes, 0);
    expect(text).toContain('        "state": "BPF_STRUCT_OPS_STATE_INUSE"\n    },\n    "data": {\n');
    expect(text).toContain('"counter": 2\n');
    expect(text).toContain('"name": "bpf_reno"');
    expect(text).toContain('"ssthresh": "0xffff888000002010"');
    expect(text).toContain('"owner": "(nil)"');
  });

  it('shows fields outside the given bytes as unknown', () => {
    expect(formatValue(btf, btf.find('INT', 'int'), new Uint8Array(2), 0)).toBe('?');
    expect(formatValue(btf, btf.find('INT', 'int'), Uint8Array.of(255, 255, 255, 255), 0)).toBe('-1');
  });
});
