import { expect, it } from 'vitest';
import type { ProgramText } from '../../engine/index.ts';
import { subsetOf } from '../testing/kernel-types.ts';
import { accessesOf, accessWords, embeddedFirst, touching } from './accesses.ts';

const btf = subsetOf('v6.12');
const family = embeddedFirst(btf, btf.find('STRUCT', 'tcp_sock'));

it('knows the chain of structs that begin a tcp_sock', () => {
  expect(family).toEqual(['tcp_sock', 'inet_connection_sock', 'inet_sock', 'sock', 'sock_common']);
  expect(embeddedFirst(btf, -1)).toEqual([]);
});

const place = { reads: true, writes: false, bytes: 4 };
const program: ProgramText = [
  { slot: 0, text: 'a', line: 3, wasm: [], entry: true, touches: [] },
  {
    slot: 1,
    text: 'b',
    line: 4,
    wasm: [],
    entry: false,
    touches: [
      { ...place, slot: 1, struct: 'tcp_sock', offset: 8 },
      { ...place, slot: 1, struct: 'sock', offset: 12 },
      { ...place, slot: 1, struct: 'sk_buff', offset: 8, writes: true },
    ],
  },
];

it('lists accesses to bytes of a field, through any struct of the family', () => {
  const all = accessesOf(program);
  const found = (offset: number, size: number): string[] =>
    touching(all, family, { offset, size }).map(({ struct, line }) => `${struct} ${line}`);
  expect(found(8, 4)).toEqual(['tcp_sock 4']);
  expect(found(11, 2)).toEqual(['tcp_sock 4', 'sock 4']);
  expect(found(16, 4)).toEqual([]);
  expect(all.map(accessWords)).toEqual(['reads', 'reads', 'reads and writes']);
});
