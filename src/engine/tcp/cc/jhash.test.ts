import { expect, test } from 'vitest';
import { caKey } from './jhash.ts';

test('the key of a name is what a running kernel stored beside it', () => {
  // both recorded kernels, 6.1.192 and 6.12.117
  expect(caKey('bpf_tramp')).toBe(0x9c918319);
});

test('different names have different keys, and no key is 0', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `cc_${i}`);
  const keys = new Set(names.map(caKey));
  expect(keys.size).toBe(names.length);
  expect(keys.has(0)).toBe(false);
});
