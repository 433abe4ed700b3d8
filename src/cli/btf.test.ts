import { expect, test, vi } from 'vitest';
import { join } from 'node:path';
import { btfVerb } from './btf.ts';

const OBJECT = join(import.meta.dirname, '../engine/elf/fixtures/my_maps.bpf.o');

function lab(...args: string[]) {
  const told: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  const err = vi.spyOn(console, 'error').mockImplementation((text) => void told.push(String(text)));
  const status = btfVerb.run(args);
  out.mockRestore();
  err.mockRestore();
  return { status, text: told.join('') };
}

test('an object’s BTF prints raw, as C and as JSON', () => {
  expect(lab('dump', OBJECT)).toMatchObject({ status: 0, text: expect.stringContaining("[2] INT 'int' size=4") });
  expect(lab('dump', OBJECT, '--format', 'c').text).toContain('struct tcp_sock {');
  expect(JSON.parse(lab('dump', OBJECT, '--format', 'json').text)).toHaveProperty('types[1].name', 'int');
});

test('a layout has offsets, gaps and pahole’s sums', () => {
  const { status, text } = lab('layout', OBJECT, 'struct tcp_congestion_ops');
  expect(status).toBe(0);
  expect(text).toMatch(/\tstruct module \*owner; +\/\* {4}104 {5}8 \*\/\n/);
  expect(text).toContain('/* --- cacheline 1 boundary (64 bytes) --- */');
  expect(text).toContain('/* size: 192, cachelines: 3, members: 18 */');
});

test('unions without a name are opened, structs with one are not', () => {
  const { text } = lab('layout', OBJECT, 'sock_common');
  expect(text).toMatch(
    /\n\tunion \{\n\t\t__addrpair skc_addrpair; +\/\* {6}0 {5}8 \*\/\n\t\tstruct \{\n\t\t\t__be32 skc_daddr;/,
  );
  expect(text).toMatch(/\n\tstruct proto \*skc_prot; /);
  expect(text.split('{').length).toBe(text.split('}').length);
});

test('an unreadable file is reported with its place, and the status is 1', () => {
  expect(lab('layout', OBJECT, 'nothing')).toEqual({
    status: 1,
    text: `lab btf: ${OBJECT}: no struct or union "nothing"`,
  });
  const { status, text } = lab('dump', import.meta.filename);
  expect([status, text.replace(import.meta.filename, 'FILE')]).toEqual([
    1,
    expect.stringMatching(/^lab btf: FILE: .* \(offset \d+\)$/),
  ]);
});
