import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shippedBytes } from '../btf/testing/kernels.ts';
import { openTypesOf } from './btf-file.ts';

const object = new Uint8Array(readFileSync(new URL('fixtures/my_subprog.bpf.o', import.meta.url)));
const raw = shippedBytes('v6.12.btf');
const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
};
const messageOf = (bytes: Uint8Array): string => {
  const opened = openTypesOf(bytes);
  return opened.ok ? '' : opened.message;
};

describe('the types of a file', () => {
  it('come from a bare BTF or from an object', () => {
    for (const bytes of [raw, object]) {
      const opened = openTypesOf(bytes);
      expect(opened.ok && opened.btf.count).toBeGreaterThan(0);
    }
  });

  it('that are damaged say in which section, and where', () => {
    expect(messageOf(changed(raw, 2, 9))).toBe('Unsupported version (header, offset 2)');
    expect(messageOf(raw.subarray(0, 12))).toMatch(/\(header, offset \d+\)$/);
    // kind 31 of the first type: its info word follows its name
    expect(messageOf(changed(raw, 24 + 7, 0x1f))).toMatch(/\(type section, offset 2[48]\)$/);
    expect(messageOf(changed(raw, raw.length - 1, 0x41))).toMatch(/\(string section, offset \d+\)$/);
    expect(messageOf(object.subarray(0, 200))).toMatch(/offset \d+\)$/);
  });
});
