import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

test('equals Node’s encoding, and decodes again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }),
  );
});

test.each(['A', 'AB', 'ABC', 'AB=A', 'A===', 'AB-_', 'ABCDE==='])('%s is no such text', (text) => {
  expect(fromBase64(text)).toBeNull();
});
