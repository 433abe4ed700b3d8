import type { NewType } from '../write.ts';
import { INT_SIGNED, intType } from '../write.ts';

export const INT = intType('int', 4, INT_SIGNED);

/** One of each kind, as a valid BTF. */
export const EVERY_KIND: NewType[] = [
  INT,
  { kind: 'PTR', type: 1 },
  { kind: 'ARRAY', type: 1, indexType: 1, length: 3 },
  {
    kind: 'STRUCT',
    name: 's',
    kindFlag: true,
    size: 8,
    members: [
      { name: 'a', type: 1, bitOffset: 0, bitSize: 0 },
      { name: 'b', type: 1, bitOffset: 35, bitSize: 7 },
    ],
  },
  { kind: 'UNION', name: 'u', size: 4, members: [{ name: 'a', type: 1, bitOffset: 0, bitSize: 0 }] },
  { kind: 'ENUM', name: 'e', kindFlag: true, size: 4, enumerators: [{ name: 'MINUS', value: -1n }] },
  { kind: 'FWD', name: 'f', kindFlag: true },
  { kind: 'TYPEDEF', name: 't', type: 4 },
  { kind: 'VOLATILE', type: 8 },
  { kind: 'CONST', type: 9 },
  { kind: 'RESTRICT', type: 2 },
  { kind: 'FUNC', name: 'fn', type: 13, extra: 1 },
  {
    kind: 'FUNC_PROTO',
    type: 1,
    params: [
      { name: 'x', type: 2 },
      { name: '', type: 0 },
    ],
  },
  { kind: 'VAR', name: 'v', type: 1, extra: 1 },
  { kind: 'DATASEC', name: '.data', size: 4, variables: [{ type: 14, offset: 0, size: 4 }] },
  { kind: 'FLOAT', name: 'double', size: 8 },
  { kind: 'DECL_TAG', name: 'tag', type: 4, extra: -1 },
  { kind: 'TYPE_TAG', name: 'user', type: 1 },
  {
    kind: 'ENUM64',
    name: 'e64',
    size: 8,
    enumerators: [
      { name: 'BIG', value: 0xffffffffffffffffn },
      { name: 'ONE', value: 1n },
    ],
  },
];
