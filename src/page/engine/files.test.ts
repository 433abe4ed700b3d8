/** Files are recognised by their content; a text in UTF-16 with its mark is a text. */
import { expect, test } from 'vitest';
import { inUtf8, kindOf } from './files.ts';

const TEXT = '; größer\r\nr0 = 0\nexit\n';
const little = [...TEXT].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]);
const big = [...TEXT].flatMap((c) => [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255]);

test.each([
  ['little end first', [0xff, 0xfe, ...little]],
  ['big end first', [0xfe, 0xff, ...big]],
])('UTF-16, %s, is read', (_name, bytes) => {
  const read = inUtf8(Uint8Array.from(bytes));
  expect(new TextDecoder().decode(read)).toBe(TEXT);
  expect(kindOf(read)).toBe('text');
});

test.each([
  ['{"ops.play": 1, "lab": {}}', 'lab'],
  [' {\n "name": "struct a {" }', 'json'],
  ['[1,2,3]', 'json'],
  ['{}', 'json'],
  ['r0 = *(u64 *)(r1 + 0)\n', 'text'],
  ['; [1]\n', 'text'],
])('%j is a %s', (text, kind) => {
  expect(kindOf(new TextEncoder().encode(text))).toBe(kind);
});

test('other bytes stay as they are', () => {
  const bytes = new TextEncoder().encode(TEXT);
  expect(inUtf8(bytes)).toBe(bytes);
  expect(kindOf(Uint8Array.from(little))).toBe('unknown');
});
