/* Loads, stores, atomics, wide immediates, packet loads. */
import { CLASS, MODE, OPCODE, SIZE, WIDE_KIND } from '../opcodes.ts';
import type { InstructionSpec } from './spec.ts';

const WIDTHS = [
  { size: SIZE.B, suffix: 'b', bits: 8 },
  { size: SIZE.H, suffix: 'h', bits: 16 },
  { size: SIZE.W, suffix: 'w', bits: 32 },
  { size: SIZE.DW, suffix: 'dw', bits: 64 },
] as const;

const memoryRows: InstructionSpec[] = WIDTHS.flatMap(({ size, suffix, bits }) => {
  const group = bits === 64 ? 'base64' : 'base32';
  const rows: InstructionSpec[] = [
    {
      name: `ldx${suffix}`,
      shape: 'load',
      opcode: CLASS.LDX | MODE.MEM | size,
      version: 1,
      group,
      pseudo: `{rd} = *(u${bits} *){mem}`,
    },
    {
      name: `st${suffix}`,
      shape: 'store-imm',
      opcode: CLASS.ST | MODE.MEM | size,
      version: 1,
      group,
      pseudo: `*(u${bits} *){mem} = {imm}`,
    },
    {
      name: `stx${suffix}`,
      shape: 'store-reg',
      opcode: CLASS.STX | MODE.MEM | size,
      version: 1,
      group,
      pseudo: `*(u${bits} *){mem} = {rs}`,
    },
    {
      name: `ldacq${suffix}`,
      shape: 'load',
      opcode: CLASS.STX | MODE.ATOMIC | size,
      imm: 0x100,
      version: 5,
      group: 'linux',
      pseudo: `{rd} = load_acquire((u${bits} *){mem})`,
    },
    {
      name: `strel${suffix}`,
      shape: 'store-reg',
      opcode: CLASS.STX | MODE.ATOMIC | size,
      imm: 0x110,
      version: 5,
      group: 'linux',
      pseudo: `store_release((u${bits} *){mem}, {rs})`,
    },
  ];
  if (bits < 64) {
    rows.push({
      name: `ldxs${suffix}`,
      shape: 'load',
      opcode: CLASS.LDX | MODE.MEMSX | size,
      version: 4,
      group: 'base32',
      pseudo: `{rd} = *(s${bits} *){mem}`,
    });
  }
  return rows;
});

const ATOMICS = [
  ['add', 0x00, '+='],
  ['or', 0x40, '|='],
  ['and', 0x50, '&='],
  ['xor', 0xa0, '^='],
] as const;

/** Atomic read-modify-write operation by its pseudo-C symbol. */
export const ATOMIC_NAMES: ReadonlyMap<string, string> = new Map(ATOMICS.map(([name, , symbol]) => [symbol, name]));

const ATOMIC_WIDTHS = [
  { bits: 64, size: SIZE.DW, suffix: '', r: 'r', kernel: 'atomic64' },
  { bits: 32, size: SIZE.W, suffix: '32', r: 'w', kernel: 'atomic' },
] as const;

const atomicRows: InstructionSpec[] = ATOMIC_WIDTHS.flatMap(({ bits, size, suffix, r, kernel }) => {
  const common = {
    shape: 'atomic',
    opcode: CLASS.STX | MODE.ATOMIC | size,
    version: 3,
    group: `atomic${bits}`,
  } as const;
  return [
    ...ATOMICS.flatMap(([name, imm, symbol]): InstructionSpec[] => [
      {
        ...common,
        name: `lock ${name}${suffix}`,
        imm,
        pseudo: `lock *(u${bits} *){mem} ${symbol} {${r}s}`,
        kernel: `lock *(u${bits} *){mem} ${symbol} {rs}`,
      },
      {
        ...common,
        name: `lock fetch ${name}${suffix}`,
        imm: imm | 1,
        pseudo: `{${r}s} = atomic_fetch_${name}((u${bits} *){mem}, {${r}s})`,
        kernel: `{rs} = ${kernel}_fetch_${name}((u${bits} *){mem}, {rs})`,
      },
    ]),
    {
      ...common,
      name: `lock xchg${suffix}`,
      imm: 0xe1,
      pseudo: `{${r}s} = xchg${bits === 32 ? '32_32' : '_64'}({at}, {${r}s})`,
      kernel: `{rs} = ${kernel}_xchg((u${bits} *){mem}, {rs})`,
    },
    {
      ...common,
      name: `lock cmpxchg${suffix}`,
      imm: 0xf1,
      pseudo: `${r}0 = cmpxchg${bits === 32 ? '32_32' : '_64'}({at}, ${r}0, {${r}s})`,
      kernel: `r0 = ${kernel}_cmpxchg((u${bits} *){mem}, r0, {rs})`,
    },
  ];
});

const wideRows: InstructionSpec[] = Object.values(WIDE_KIND).map((src) => ({
  name: 'lddw',
  shape: 'wide',
  opcode: OPCODE.LDDW,
  src,
  version: 1,
  group: 'base64',
  pseudo: src === 0 ? '{rd} = {wide} ll' : `ld_pseudo {rd}, ${src}, {wide}`,
  kernel: '{rd} = {wide}',
}));

const packetRows: InstructionSpec[] = WIDTHS.filter(({ bits }) => bits < 64).flatMap(({ size, suffix, bits }) => [
  {
    name: `ldabs${suffix}`,
    shape: 'packet-abs',
    opcode: CLASS.LD | MODE.ABS | size,
    version: 1,
    group: 'packet',
    pseudo: `r0 = *(u${bits} *)skb[{imm}]`,
  },
  {
    name: `ldind${suffix}`,
    shape: 'packet-ind',
    opcode: CLASS.LD | MODE.IND | size,
    version: 1,
    group: 'packet',
    pseudo: `r0 = *(u${bits} *)skb[{rs}{plus}]`,
    kernel: `r0 = *(u${bits} *)skb[{rs} + {imm}]`,
  },
]);

export const memoryInstructions: readonly InstructionSpec[] = [
  ...memoryRows,
  ...atomicRows,
  ...wideRows,
  ...packetRows,
];
