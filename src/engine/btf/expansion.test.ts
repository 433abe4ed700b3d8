/** Types that grow exponentially (927 bytes of nested anonymous unions) are printed up to a limit, with a note. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dumpC } from './dump-c.ts';
import { structLayout } from './layout.ts';
import { printType } from './print.ts';
import { openBtf } from './read.ts';

const opened = openBtf(new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', 'dag.btf'))));
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;
const outer = btf.find('STRUCT', 'outer');

test('the whole header', () => {
  const text = dumpC(btf);
  expect(text.ok && text.value).toContain('cut here');
});

test('one type', () => {
  const lines = printType(btf, outer);
  expect(lines.length).toBeLessThan(21_000);
  expect(lines.at(-1)?.text).toContain('cut here');
});

test('its layout', () => {
  expect(structLayout(btf, outer)?.rows.length).toBeLessThan(21_000);
});
