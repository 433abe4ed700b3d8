import { expect, test } from 'vitest';
import { assemble } from '../engine/isa/assembler.ts';
import { symbolsFromBtf } from '../engine/libbpf/symbols.ts';
import { shippedBtf } from '../engine/kernel/testing/boot.ts';
import type { Reference } from '../engine/index.ts';
import { nameProblem, usesAt } from './names.ts';

const TEXT = `.struct_ops tcp_congestion_ops
.name "x"
.section struct_ops/ssthresh
one:
  r0 = 2
  if r0 > 1 goto done
  call helper
done:
  exit
.section struct_ops/undo_cwnd
two:
  r0 = 2
  if r0 > 1 goto done
  call helper
done:
  exit
.section .text
helper:
  r0 = 1
  exit
`;
const { value: object } = assemble(TEXT, symbolsFromBtf(shippedBtf()));
const at = (line: number): Reference | null =>
  object.references.find((one) => one.range.line === line && (one.kind === 'label' || one.kind === 'function')) ?? null;
const lines = (line: number): number[] => usesAt(object, at(line))?.ranges.map(({ line }) => line) ?? [];

test('a label belongs to its function', () => {
  expect(lines(5)).toEqual([5, 7]);
  expect(lines(14)).toEqual([12, 14]);
  expect(usesAt(object, at(5))?.definition?.line).toBe(7);
});

test('a function belongs to the file', () => {
  expect(lines(6)).toEqual([6, 13, 17]);
  expect(usesAt(object, at(13))?.definition?.line).toBe(17);
});

test('a directive that names a function is one of its uses', () => {
  const text = `.extern clamp
.globl f
.section .text
f:
  call clamp
  exit
`;
  const { value } = assemble(text, symbolsFromBtf(shippedBtf()));
  const usesOf = (line: number) =>
    usesAt(value, value.references.find(({ range, kind }) => range.line === line && kind !== 'mnemonic') ?? null);
  expect(usesOf(4)?.ranges.map(({ line }) => line)).toEqual([0, 4]);
  expect(usesOf(3)?.ranges.map(({ line }) => line)).toEqual([1, 3]);
});

test('invalid names', () => {
  expect(nameProblem(object, 'done', 'again')).toBeNull();
  expect(nameProblem(object, 'done', '1st')).toMatch(/begins/);
  expect(nameProblem(object, 'done', 'r6')).toMatch(/register/);
  expect(nameProblem(object, 'done', 'helper')).toMatch(/already/);
  expect(usesAt(object, null)).toBeNull();
});
