/** Rules that come with the late part, and what the verifier says before it is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ERRNO } from '../base/errno.ts';
import { openBtf } from '../btf/read.ts';
import { createBtfWriter } from '../btf/write.ts';
import { assembleBare } from '../isa/assembler.ts';
import { factsOf } from './facts.ts';
import { OBJECT_RULES } from './insn/late-rules.ts';
import { registerObjectRules } from './insn/object-rules.ts';
import { mapFields } from './map-fields.ts';
import { structFields } from './struct-fields.ts';
import { verify } from './verify.ts';

const opened = openBtf(
  gunzipSync(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.whole.btf.gz'))),
);
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;

const MAP = { name: 'a', type: 2, keySize: 4, valueSize: 64, maxEntries: 1, flags: 0, hasBtf: true };

function answer(text: string, kernel = 'v6.12', fields: ReturnType<typeof mapFields> = []): [number, string] {
  const { value, diagnostics } = assembleBare(text);
  expect(diagnostics).toEqual([]);
  const { errno, message } = verify(
    { insns: value.insns, type: 'sched_cls', attachBtfId: 0, expectedAttachType: 0, license: 'GPL', flags: 0 },
    { facts: factsOf(kernel), btf, mapByFd: () => ({ ...MAP, fields }), logLevel: 0, logSize: 1 << 20 },
  );
  return [errno, message];
}

const kfunc = (name: string): string => `call kfunc ${btf.find('FUNC', name)}`;
const READ = 'r1 = r10\nr1 += -8\nr2 = 8\nr3 = r10\nr3 += -32\nr4 = 0\nr5 = 0\ncall 201\nr0 = 0\nexit';

test('without the late part what no machine runs is not here, with it the kernel has its say', () => {
  expect(answer(READ)).toEqual([ERRNO.EINVAL, 'helper bpf_dynptr_read#201 is not in this machine']);
  registerObjectRules(OBJECT_RULES);
  expect(answer(READ)).toEqual([ERRNO.EINVAL, 'Expected an initialized dynptr as arg #2']);
  expect(answer(READ, 'v6.1')).toEqual([ERRNO.EINVAL, 'Expected an initialized dynptr as arg #3']);
});

test('a pointer that a map keeps is loaded whole, at its place, and no more to be trusted than that', () => {
  const field = { kind: 'kptr', offset: 8, size: 8, target: 'task_struct' };
  const load = (access: string): [number, string] =>
    answer(
      `r2 = r10\nr2 += -8\n*(u64 *)(r10 - 8) = 0\nld_pseudo r1, 1, 3\ncall 1\nif r0 == 0 goto +3\n${access}\nr0 = 0\nexit`,
      'v6.12',
      [field],
    );
  expect(load('r1 = *(u64 *)(r0 + 8)\nr2 = 0')[0]).toBe(0);
  expect(load('r1 = *(u32 *)(r0 + 8)\nr2 = 0')).toEqual([ERRNO.EACCES, 'kptr access size must be BPF_DW']);
  expect(load('r1 = *(u64 *)(r0 + 4)\nr2 = 0')).toEqual([ERRNO.EACCES, 'kptr access misaligned expected=8 off=4']);
  expect(load('r1 = *(u64 *)(r0 + 8)\nr2 = *(u64 *)(r1 + 0)')).toEqual([
    ERRNO.EACCES,
    "R1 invalid mem access 'untrusted_ptr_or_null_'",
  ]);
});

test('fields of each element of an array, and what a list holds', () => {
  const w = createBtfWriter();
  const member = (name: string, type: number, bitOffset: number) => ({ name, type, bitOffset, bitSize: 0 });
  const long = w.add({ kind: 'INT', name: 'long', size: 8 });
  const index = w.add({ kind: 'INT', name: 'int', size: 4 });
  const node = w.add({ kind: 'STRUCT', name: 'bpf_list_node', size: 24, members: [member('a', long, 0)] });
  const head = w.add({ kind: 'STRUCT', name: 'bpf_list_head', size: 16, members: [member('a', long, 0)] });
  const lock = w.add({ kind: 'STRUCT', name: 'bpf_spin_lock', size: 4, members: [member('a', index, 0)] });
  w.add({ kind: 'STRUCT', name: 'item', size: 32, members: [member('key', long, 0), member('node', node, 64)] });
  const heads = w.add({ kind: 'ARRAY', type: head, indexType: index, length: 2 });
  const locks = w.add({ kind: 'ARRAY', type: lock, indexType: index, length: 2 });
  const value = w.add({
    kind: 'STRUCT',
    name: 'value',
    size: 48,
    members: [member('lock', lock, 0), member('heads', heads, 64), member('locks', locks, 320)],
  });
  w.add({ kind: 'DECL_TAG', name: 'contains:item:node', type: value, extra: 1 });
  const made = openBtf(w.finish());
  if (!made.ok) throw new Error(made.error.message);
  const list = { kind: 'bpf_list_head', size: 16, target: 'item', node: 8 };
  expect(mapFields(made.value, value)).toEqual([
    { kind: 'bpf_spin_lock', offset: 0, size: 4 },
    { ...list, offset: 8 },
    { ...list, offset: 24 },
  ]);
  expect(structFields(made.value, made.value.find('STRUCT', 'item'))).toEqual([
    { kind: 'bpf_list_node', offset: 8, size: 24 },
  ]);
});

test('a lock is held, or not, when a tree is asked', () => {
  const root = { kind: 'bpf_rb_root', offset: 16, size: 16, target: 'task_struct', node: 0 };
  const fields = [{ kind: 'bpf_spin_lock', offset: 0, size: 4 }, root];
  expect(answer(`ld_pseudo r1, 2, 0x1000000003\n${kfunc('bpf_rbtree_first')}\nr0 = 0\nexit`, 'v6.12', fields)).toEqual([
    ERRNO.EINVAL,
    'bpf_spin_lock at off=0 must be held for bpf_rb_root',
  ]);
});
