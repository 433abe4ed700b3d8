import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Btf } from './btf.ts';
import { dumpC, dumpTypes } from './dump-c.ts';
import { dumpJson, dumpRaw } from './dump-raw.ts';
import { EVERY_KIND, INT } from './testing/every-kind.ts';
import { fixture, mustOpen, shippedBytes, vmlinuxBytes, written } from './testing/kernels.ts';

function headerOf(btf: Btf): string {
  const text = dumpC(btf);
  return text.ok ? text.value : text.error.message;
}

describe('the shipped BTF, as bpftool 7.1.0 prints it', () => {
  const btf = mustOpen(shippedBytes('v6.12.btf'));
  it('raw', () => expect(dumpRaw(btf)).toBe(fixture('v6.12.raw.txt')));
  it('C', () => expect(headerOf(btf)).toBe(fixture('v6.12.c.txt')));
});

/** SHA-256 of what bpftool 7.1.0 (Debian 7.1.0+6.1.192-2) prints for the whole BTF. */
const RECORDED = [
  {
    kernel: '6.1',
    raw: 'b7dc995d986c2648a6c271988bc3eb7e5aaaa45b28d23aecc6b817f8426bd36f',
    c: '7b908c318d91ae7655353bdcce5ceec1229e75722eb4180c15cbaf3dce124d15',
  },
  {
    kernel: '6.12',
    raw: '6b01d42371b9d05a01cfa44ee892f5dfe842004dbd073d8ae5c9ee5a002392c3',
    c: 'ac71f9042e504feeead13caee7227d1328ff9c368f63a36d00643bb0d241ef91',
  },
];

it.each(RECORDED)('the whole BTF of $kernel, as bpftool prints it', ({ kernel, raw, c }) => {
  const vmlinux = vmlinuxBytes(kernel);
  if (vmlinux === null) return;
  const btf = mustOpen(vmlinux);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  expect([sha256(dumpRaw(btf)), sha256(headerOf(btf))]).toEqual([raw, c]);
});

describe('dumps of every kind', () => {
  const btf = mustOpen(written(...EVERY_KIND));

  it('raw', () => {
    const lines = dumpRaw(btf).split('\n');
    expect(lines).toContain("[14] VAR 'v' type_id=1, linkage=global");
    expect(lines).toContain("\t'b' type_id=1 bits_offset=35 bitfield_size=7");
    expect(lines).toContain("\ttype_id=14 offset=0 size=4 (VAR 'v')");
    expect(lines).toContain("\t'BIG' val=18446744073709551615ULL");
    expect(lines).toContain("[17] DECL_TAG 'tag' type_id=4 component_idx=-1");
  });

  it('JSON', () => {
    const { types } = JSON.parse(dumpJson(btf)) as { types: { id: number; kind: string }[] };
    expect(types.map((type) => type.kind)).toEqual(EVERY_KIND.map((type) => type.kind));
    expect(types[3]).toMatchObject({ name: 's', size: 8, members: [{ name: 'a' }, { bitfield_size: 7 }] });
  });

  it('C', () => {
    const text = headerOf(btf);
    expect(text).toContain('struct s {\n\tint a;\n\tchar: 3;\n\tint b: 7;\n};');
    expect(text).toContain('typedef struct s t;');
    expect(text).toContain('enum e {\n\tMINUS = -1,\n};');
  });
});

it('renames types that clash in C', () => {
  const btf = mustOpen(
    written(INT, { kind: 'STRUCT', name: 's' }, { kind: 'STRUCT', name: 's' }, { kind: 'TYPEDEF', name: 's', type: 3 }),
  );
  expect(dumpTypes(btf, [2, 3, 4])).toEqual({
    ok: true,
    value: 'struct s {};\n\nstruct s___2 {};\n\ntypedef struct s___2 s;\n\n',
  });
});

it('reports a type that embeds itself', () => {
  const self = mustOpen(
    written({ kind: 'STRUCT', name: 's', size: 4, members: [{ name: 'in', type: 1, bitOffset: 0, bitSize: 0 }] }),
  );
  expect(headerOf(self)).toBe('unsatisfiable type cycle, id:[1]');
});
