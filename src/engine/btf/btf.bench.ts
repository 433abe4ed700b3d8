/* A whole kernel's BTF (5 MB): opening it, decoding all of it, and a keystroke in its search. */
import { bench, describe } from 'vitest';
import { dumpRaw } from './dump-raw.ts';
import { openSearch } from './search.ts';
import { mustOpen, vmlinuxBytes } from './testing/kernels.ts';

const vmlinux = vmlinuxBytes('6.12');

describe.skipIf(vmlinux === null)('vmlinux 6.12', () => {
  const bytes = vmlinux ?? new Uint8Array();
  const search = vmlinux && openSearch(mustOpen(bytes));
  const options = { time: 500 };

  bench('open', () => void mustOpen(bytes), options);
  bench('first find by name', () => void mustOpen(bytes).find('STRUCT', 'tcp_sock'), options);
  bench(
    'decode every type',
    () => {
      const btf = mustOpen(bytes);
      for (let i = 0; i < btf.count; i++) btf.type(btf.idAt(i));
    },
    options,
  );
  bench('dump raw', () => void dumpRaw(mustOpen(bytes)), options);
  for (const query of ['t', 'tcp', 'sock', 'nobody'])
    bench(`search ${query}`, () => void search?.(query, 100), options);
});
