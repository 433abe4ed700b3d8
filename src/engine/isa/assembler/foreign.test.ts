/** Pasted text that is not assembly gets one message, not one per line. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import { NO_SYMBOLS } from '../symbols.ts';
import { foreignText } from './foreign.ts';

test.each([
  ['C', '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nint x;\n', 'This is C'],
  ['C without headers', 'struct a {\n  int b;\n};\nstatic int f(void)\n{\n  return 1;\n}\n', 'This is C'],
  ['a program', 'SEC("struct_ops/init")\nvoid BPF_PROG(init, struct sock *sk)\n{\n}\n', 'This is C'],
  ['a skeleton', '#ifndef __X\nstruct x {\n\tstruct bpf_object_skeleton *skeleton;\n};\n', 'This is a skeleton header'],
  ['Rust', 'use aya_ebpf::macros::xdp;\n#[xdp]\npub fn f() {}\n', 'This is Rust'],
])('%s', (_name, text, said) => {
  const { diagnostics } = assemble(text, NO_SYMBOLS);
  expect(diagnostics.map(({ code }) => code)).toEqual(['E0512']);
  expect(diagnostics[0].message.startsWith(said)).toBe(true);
});

test('assembly with errors keeps them', () => {
  const text = '.section struct_ops/init\nf:\n  r0 = what\n  ; int x; comments of a listing\n  exit\n';
  expect(foreignText(text)).toBeNull();
  expect(assemble(text, NO_SYMBOLS).diagnostics.map(({ code }) => code)).not.toContain('E0512');
});

test('the kind of each sample is recognised from its text', () => {
  const samples = join(import.meta.dirname, '../../../../public/samples');
  const sources = readdirSync(samples).filter((name) => name.endsWith('.c'));
  expect(sources.length).toBeGreaterThan(3);
  for (const name of sources) expect(foreignText(readFileSync(join(samples, name), 'utf8'))).toContain('This is C');
});
