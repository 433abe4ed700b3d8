import { expect, test } from 'vitest';
import { printf } from './printf.ts';

const words = (...values: bigint[]): (readonly [number, number])[] =>
  values.map((v) => [Number(BigInt.asUintN(32, v)), Number(BigInt.asUintN(32, v >> 32n))]);
const format = (text: string, ...values: bigint[]): string | null =>
  printf(text, words(...values), {
    textAt: ([low]) => `text at ${low}`,
    bytesAt: ([low], count) => Uint8Array.from({ length: count }, (_, i) => low + i),
  });

test.each([
  ['cwnd %u of %d', [10n, -1n], 'cwnd 10 of -1'],
  ['%lld %llx %lu', [-5n, 0xffff_ffff_ffffn, 7n], '-5 ffffffffffff 7'],
  ['%d', [0xffff_ffff_0000_0001n], '1'],
  ['[%5d] [%-5d] [%05d] [%X]', [-42n, 42n, -42n, 255n], '[  -42] [42   ] [-0042] [FF]'],
  ['100%% %s %c', [8n, 65n], '100% text at 8 A'],
  ['to %pI4 %pi4', [10n, 7n], 'to 10.11.12.13 007.008.009.010'],
  ['%pI6', [1n], '0102:0304:0506:0708:090a:0b0c:0d0e:0f10'],
  ['%pi6', [1n], '0102030405060708090a0b0c0d0e0f10'],
  ['%px', [0xffff_8880_0040_0000n], 'ffff888000400000'],
] as const)('%s', (text, values, shown) => {
  expect(format(text, ...values)).toBe(shown);
});

test.each(['%f', '%q', 'end %', 'caf\u00e9'])('%s is refused', (text) => {
  expect(format(text, 1n)).toBeNull();
});

test('more conversions than arguments are refused', () => {
  expect(format('%d %d', 1n)).toBeNull();
});
