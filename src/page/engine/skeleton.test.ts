import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble, openBtf, symbolsFromBtf } from '../../engine/index.ts';
import { implementable, nameProblem, skeleton } from './skeleton.ts';

const opened = openBtf(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.btf')));
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;

test('every struct that can be implemented gets a text that assembles, tcp_congestion_ops first', () => {
  const structs = implementable(btf);
  expect(structs[0]).toBe('tcp_congestion_ops');
  expect(structs).toContain('bpf_dummy_ops');
  for (const struct of structs) {
    const { value, diagnostics } = assemble(skeleton(btf, struct, 'mine'), symbolsFromBtf(btf));
    expect(
      diagnostics.filter(({ severity }) => severity === 'error'),
      struct,
    ).toEqual([]);
    expect(value.structOps).toMatchObject({ type: struct, name: 'mine' });
  }
});

test('the skeleton of a congestion control has the required members', () => {
  const { value } = assemble(skeleton(btf, 'tcp_congestion_ops', 'mine'), symbolsFromBtf(btf));
  expect(new Set(value.functions.map(({ member }) => member))).toEqual(
    new Set(['cong_avoid', 'ssthresh', 'undo_cwnd']),
  );
});

test("comments of the skeleton fit into the editor's column, so that its last words are seen", () => {
  const lines = skeleton(btf, 'tcp_congestion_ops', 'mine').split('\n');
  expect(lines.filter((line) => line.startsWith(';') && line.length > 45)).toEqual([]);
  expect(lines.join(' ').replaceAll(' ; ', ' ')).toContain('above, it stays: make it yours.');
});

test.each([
  ['', 'needed'],
  ['a b', 'Letters'],
  ['1st', 'Letters'],
  ['sixteen_letters_', 'At most'],
  ['fifteen_letters', null],
])('name "%s"', (name, problem) => {
  if (problem === null) expect(nameProblem(name)).toBeNull();
  else expect(nameProblem(name)).toContain(problem);
});
