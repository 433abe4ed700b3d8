import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Btf, BtfKindName } from './btf.ts';
import { openBtf } from './read.ts';
import { makeKernelSubset, makeSubset } from './subset.ts';

interface Info {
  readonly structs: Record<
    string,
    { readonly id: number; readonly size: number; readonly members: [string, number, number, number, number][] }
  >;
  readonly funcs: Record<string, number>;
}

const here = (path: string) => new URL(path, import.meta.url);
const bytesOf = (path: string) => new Uint8Array(readFileSync(here(path)));

function shipped(version: string): Btf {
  const ids = bytesOf(`../../../public/btf/${version}.ids`);
  const btf = openBtf(bytesOf(`../../../public/btf/${version}.btf`), new Uint32Array(ids.buffer));
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

describe.each(['6.1', '6.12'])('the shipped BTF of %s', (kernel) => {
  const btf = shipped(`v${kernel}`);
  const info = JSON.parse(readFileSync(here(`fixtures/btfinfo-${kernel}.json`), 'utf8')) as Info;

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

  it('refers to nothing that it lacks', () => {
    for (let i = 0; i < btf.count; i++) {
      const type = btf.type(btf.idAt(i));
      const referred = [...(type?.members ?? []), ...(type?.params ?? [])].map((item) => item.type);
      for (const id of [type?.type ?? -1, ...referred]) expect(btf.type(id)).not.toBeNull();
    }
  });
});

it('is what the whole BTF of the kernel gives', (context) => {
  const path = here('../../../../shared/btf/vmlinux-6.12.btf');
  if (!existsSync(path)) context.skip('needs ../shared/btf');
  const made = makeKernelSubset(new Uint8Array(readFileSync(path)));
  if (!made.ok) throw new Error(made.error.message);
  expect(made.value.btf).toEqual(bytesOf('../../../public/btf/v6.12.btf'));
  expect(new Uint8Array(made.value.ids.buffer)).toEqual(bytesOf('../../../public/btf/v6.12.ids'));
});

it('keeps a struct behind a pointer as a forward declaration, unless it is a root', () => {
  const btf = shipped('v6.12');
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
