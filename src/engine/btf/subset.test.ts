import { describe, expect, it } from 'vitest';
import type { BtfKindName } from './btf.ts';
import { openBtf } from './read.ts';
import { makeKernelSubset, makeSubset } from './subset.ts';
import { fixture, shippedBtf, shippedBytes, vmlinuxBytes } from './testing/kernels.ts';

interface Info {
  readonly structs: Record<
    string,
    { readonly id: number; readonly size: number; readonly members: [string, number, number, number, number][] }
  >;
  readonly funcs: Record<string, number>;
}

describe.each(['6.1', '6.12'])('the shipped BTF of %s', (kernel) => {
  const btf = shippedBtf(`v${kernel}`);
  const info = JSON.parse(fixture(`btfinfo-${kernel}.json`)) as Info;

  it.each(Object.keys(info.structs))('lays struct %s out as the kernel does', (name) => {
    const expected = info.structs[name];
    const id = btf.find('STRUCT', name);
    const type = btf.type(id);
    expect([id, type?.size]).toEqual([expected.id, expected.size]);
    expect(type?.members.map((m) => [m.name, m.bitOffset, m.bitSize, m.type, btf.sizeOf(m.type)])).toEqual(
      expected.members,
    );
  });

  it('has the kfuncs under the ids of the kernel', () => {
    const found = Object.keys(info.funcs).map((name) => [name, btf.find('FUNC', name)]);
    expect(Object.fromEntries(found)).toEqual(info.funcs);
  });

  it('contains all types that it refers to', () => {
    for (let i = 0; i < btf.count; i++) {
      const type = btf.type(btf.idAt(i));
      const referred = [...(type?.members ?? []), ...(type?.params ?? [])].map((item) => item.type);
      for (const id of [type?.type ?? -1, ...referred]) expect(btf.type(id)).not.toBeNull();
    }
  });
});

it.each(['6.1', '6.12'])('is what the whole BTF of %s gives', (kernel) => {
  const vmlinux = vmlinuxBytes(kernel);
  if (vmlinux === null) return;
  const made = makeKernelSubset(vmlinux);
  if (!made.ok) throw new Error(made.error.message);
  expect(made.value.btf).toEqual(shippedBytes(`v${kernel}.btf`));
  expect(new Uint8Array(made.value.ids.buffer)).toEqual(shippedBytes(`v${kernel}.ids`));
});

it('keeps a struct behind a pointer as a forward declaration, unless it is a root', () => {
  const btf = shippedBtf('v6.12');
  const kindOf = (roots: readonly number[], kind: BtfKindName, name: string) => {
    const { btf: bytes, ids } = makeSubset(btf, roots);
    const subset = openBtf(bytes, ids);
    return subset.ok ? subset.value.find(kind, name) : -1;
  };
  const ops = btf.find('STRUCT', 'tcp_congestion_ops');
  const sock = btf.find('STRUCT', 'sock');
  expect(kindOf([ops], 'FWD', 'sock')).toBe(sock);
  expect(kindOf([ops], 'STRUCT', 'sock')).toBe(0);
  expect(kindOf([ops, sock], 'STRUCT', 'sock')).toBe(sock);
});
