/** Very long or deeply nested C is parsed or refused in linear time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDeclarations } from './c-parse.ts';
import { openBtf } from './read.ts';

const opened = openBtf(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.btf')));
if (!opened.ok) throw new Error(opened.error.message);
const base = opened.value;
const numbered = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

test.each([
  [
    'parameters in parameters',
    `struct a { int (*f)(${'int (*g)('.repeat(5000)}int${')'.repeat(5000)}); };`,
    'nested too deep',
  ],
  ['structs in structs', `struct a {${'struct {'.repeat(5000)} int x; ${'};'.repeat(5000)} };`, 'nested too deep'],
  ['brackets', `struct a { int ${'('.repeat(50_000)}p${')'.repeat(50_000)}; };`, 'needs a name'],
  ['braces', '{'.repeat(1_000_000), 'a type is expected'],
  ['words', 'a '.repeat(500_000), 'there is no type'],
  ['a comment without end', `/* ${'* '.repeat(500_000)}`, 'a type is expected'],
  ['members', `struct a {${numbered(60_000, (i) => `int m${i};`)}};`, ''],
  ['structs', numbered(30_000, (i) => `struct s${i} { int a; };`), ''],
  ['typedefs', numbered(30_000, (i) => `typedef int t${i};`), ''],
  ['enumerators', `enum e {${numbered(60_000, (i) => `E${i},`)}};`, ''],
])('%s', (_, text, message) => {
  expect(parseDeclarations(text, base).diagnostics[0]?.message ?? '').toContain(message);
});
