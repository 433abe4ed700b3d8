/**
 * A megabyte of any text is assembled or refused in linear time. A backtracking pattern, or a list that is searched for
 * each line, would take minutes and fail the test.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { openBtf } from '../btf/read.ts';
import { symbolsFromBtf } from './symbols.ts';
import { assemble } from '../isa/assembler.ts';

const opened = openBtf(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.btf')));
if (!opened.ok) throw new Error(opened.error.message);
const symbols = symbolsFromBtf(opened.value);
/** a fraction in `npm test`: quadratic work would still take minutes */
const M = runs(300_000, 1_000_000);

test.each([
  ['comment', `; ${'a '.repeat(M / 2)}`],
  ['hash', `# ${'#'.repeat(M)}`],
  ['block', `/* ${'* '.repeat(M / 2)}`],
  ['slashes', '/'.repeat(M)],
  ['spaces', ' '.repeat(M)],
  ['spacelines', ' \n'.repeat(M / 2)],
  ['labels', Array.from({ length: M / 8 }, (_, i) => `l${i}:`).join('\n')],
  ['labels1', Array.from({ length: M / 8 }, (_, i) => `l${i}:`).join(' ')],
  ['unknown', Array.from({ length: M / 20 }, (_, i) => `call unknown_${i}`).join('\n')],
  ['unknownjump', Array.from({ length: M / 20 }, (_, i) => `goto lbl_${i}`).join('\n')],
  ['goto', Array.from({ length: M / 12 }, () => 'r0 = 0').join('\n')],
  ['quote', `.ascii "${'a'.repeat(M)}"`],
  ['brackets', '['.repeat(M)],
  ['paren', '('.repeat(M)],
  ['plus', `r0 = ${'1+'.repeat(M / 2)}1`],
  ['minus', `r0 = ${'-'.repeat(M)}1`],
  ['commas', ','.repeat(M)],
  ['word', 'a'.repeat(M)],
  ['digits', '1'.repeat(M)],
  ['mix', `r0 = *(u32 *)(${'r1 + '.repeat(M / 5)}`],
  ['quotes', `"\\`.repeat(M / 2)],
  ['semis', ';'.repeat(M)],
  ['dirs', '.x\n'.repeat(M / 3)],
  ['fields', Array.from({ length: M / 40 }, (_, i) => `r0 = *(u32 *)(r1 + tcp_sock.no_${i})`).join('\n')],
  ['globs', '.globl a\n'.repeat(M / 9)],
  ['objdump', '0: b7 00 00 00 01 00 00 00 r0 = 1\n'.repeat(M / 34)],
  ['verlog', '0: (b7) r0 = 1 ; R0_w=1\n'.repeat(M / 25)],
  ['funcs', Array.from({ length: M / 30 }, (_, i) => `.func f${i}\nr0 = 0\nexit`).join('\n')],
])('%s', (_, text) => {
  expect(assemble(text, symbols).diagnostics.length).toBeLessThanOrEqual(2000);
});
