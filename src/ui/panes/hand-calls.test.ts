import { expect, test } from 'vitest';
import { installLateTools } from '../../engine/late.ts';
import { Lab } from '../../engine/lab/lab.ts';
import { V6_12 } from '../../engine/kernel/profiles.ts';
import { shippedBtf } from '../../engine/kernel/testing/boot.ts';
import { symbolsFromBtf } from '../../engine/libbpf/symbols.ts';
import { anyStruct } from '../../scenarios/any-struct.ts';
import { answersOf } from './hand-calls.ts';

installLateTools();
const btf = shippedBtf();
const NAMES = ['step', 'scale', 'reset'];

test('lists calls by hand up to a given call, newest first', () => {
  const lab = new Lab({ profile: V6_12, btf, symbols: symbolsFromBtf(btf) }, anyStruct);
  lab.seek(anyStruct.until);
  const answers = (until: number) => answersOf(lab.history, 'A', NAMES, until);
  expect(answers(Infinity).map(({ text, refused }) => [text.split(';')[0], refused])).toEqual([
    ['reset is not implemented', true],
    ['scale(14) = 42', false],
    ['step(05000000, 3) = 8', false],
  ]);
  const [, scale] = answers(Infinity);
  expect(answers(scale.n)[0]).toEqual(scale);
  expect(answersOf(lab.history, 'B', NAMES, Infinity)).toEqual([]);
  expect(answersOf(lab.history, 'A', ['other'], Infinity)).toEqual([]);
});

test('an address that is not memory is refused with its errno', () => {
  const call = { do: 'call-member', process: 'tester', map: 'A', member: 'step', args: ['zz', 1] } as const;
  const lab = new Lab({ profile: V6_12, btf, symbols: symbolsFromBtf(btf) }, anyStruct);
  lab.seek(90_000_001);
  lab.command(call);
  expect(answersOf(lab.history, 'A', NAMES, Infinity)[0]).toMatchObject({
    text: expect.stringContaining('step(zz, 1) = -1 EINVAL: memory is given as hex digits, two a byte'),
    refused: true,
  });
});
