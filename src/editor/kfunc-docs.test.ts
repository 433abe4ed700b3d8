import { expect, test } from 'vitest';
import { HELPERS } from '../engine/isa/helpers.ts';
import { symbolsFromBtf } from '../engine/libbpf/symbols.ts';
import { shippedBtf } from '../engine/kernel/testing/boot.ts';
import { kfuncDoc } from './kfunc-docs.ts';

test.each(['v6.1', 'v6.12'])('every kernel function of %s has words', (kernel) => {
  for (const name of symbolsFromBtf(shippedBtf(kernel)).kfuncs()) expect(kfuncDoc(name), name).toMatch(/^.{30,}\.$/);
});

test('every helper has words, and its name once', () => {
  for (const { name, doc } of HELPERS) {
    expect(name).toMatch(/^bpf_(?!bpf_)\w+$/);
    expect(doc, name).toMatch(/\.$/);
  }
});
