import { expect, test } from 'vitest';
import { declareStructOps } from '../../engine/late.ts';
import { shippedBtf } from '../../engine/kernel/testing/boot.ts';
import { COUNTER_TYPES } from '../../scenarios/programs.ts';
import { calledMembers, readArgument } from './members.ts';

const btf = declareStructOps(COUNTER_TYPES, shippedBtf()).value.btf ?? expect.fail('the declaration has errors');

test('arguments of members called by hand', () => {
  const members = calledMembers(btf, 'counter_ops');
  expect(members.map(({ name, isVoid }) => `${name}${isVoid ? ', void' : ''}`)).toEqual([
    'step',
    'scale',
    'reset, void',
  ]);
  expect(members[0].args).toEqual([
    { name: 'counter', declaration: 'struct counter *counter', isPointer: true, bytes: 8 },
    { name: 'by', declaration: 'int by', isPointer: false, bytes: 0 },
  ]);
  expect(calledMembers(btf, 'nothing')).toEqual([]);
});

test.each([
  ['7', 7],
  [' -1 ', -1],
  ['0xff', 255],
  ['-0x10', -16],
  ['4294967295', 0xffff_ffff],
])('the number %s', (text, value) => {
  expect(readArgument(calledMembers(btf, 'counter_ops')[1].args[0], text)).toEqual({ value });
});

test.each(['', '18446744073709551616', '1.5', 'seven', '0x'])('no number: "%s"', (text) => {
  expect(readArgument(calledMembers(btf, 'counter_ops')[1].args[0], text)).toEqual({
    problem: 'value: a number of at most 64 bits, as 7, -1 or 0xff',
  });
});

test('memory typed in hex', () => {
  const [pointer] = calledMembers(btf, 'counter_ops')[0].args;
  expect(readArgument(pointer, '05 00_00 00')).toEqual({ value: '05000000' });
  expect(readArgument(pointer, '')).toEqual({ value: '00' });
  expect(readArgument(pointer, '5')).toHaveProperty('problem');
});
