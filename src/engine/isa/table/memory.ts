/* Loads, stores, atomics, wide immediates, packet loads. */
import { CLASS, MODE, OPCODE, SIZE } from '../opcodes.ts';
import type { InstructionSpec } from './spec.ts';

const WIDTHS = [
  { size: SIZE.B, suffix: 'b', bytes: 1, bits: 8 },
  { size: SIZE.H, suffix: 'h', bytes: 2, bits: 16 },
  { size: SIZE.W, suffix: 'w', bytes: 4, bits: 32 },
  { size: SIZE.DW, suffix: 'dw', bytes: 8, bits: 64 },
] as const;

const bytesText = (bytes: number): string => (bytes === 1 ? '1 byte' : `${bytes} bytes`);

const memoryRows: InstructionSpec[] = WIDTHS.flatMap(({ size, suffix, bytes, bits }) => {
  const group = bits === 64 ? 'base64' : 'base32';
  const rest = bits === 64 ? '' : ', zero-extended';
  const rows: InstructionSpec[] = [
    {
      name: `ldx${suffix}`,
      shape: 'load',
      opcode: CLASS.LDX | MODE.MEM | size,
      version: 1,
      group,
      pseudo: `{rd} = *(u${bits} *){mem}`,
      doc: `Loads ${bytesText(bytes)}${rest}. A load through a bad BTF pointer reads 0.`,
    },
    {
      name: `st${suffix}`,
      shape: 'store-imm',
      opcode: CLASS.ST | MODE.MEM | size,
      version: 1,
      group,
      pseudo: `*(u${bits} *){mem} = {imm}`,
      doc: `Stores an immediate as ${bytesText(bytes)}${bits === 64 ? ', sign-extended' : ''}.`,
    },
    {
      name: `stx${suffix}`,
      shape: 'store-reg',
      opcode: CLASS.STX | MODE.MEM | size,
      version: 1,
      group,
      pseudo: `*(u${bits} *){mem} = {rs}`,
      doc: `Stores the low ${bytesText(bytes)} of a register.`,
    },
    {
      name: `ldacq${suffix}`,
      shape: 'load',
      opcode: CLASS.STX | MODE.ATOMIC | size,
      imm: 0x100,
      version: 5,
      group: 'linux',
      pseudo: `{rd} = load_acquire((u${bits} *){mem})`,
      doc: `Loads ${bytesText(bytes)}${rest}; nothing that follows in the program is seen before it.`,
    },
    {
      name: `strel${suffix}`,
      shape: 'store-reg',
      opcode: CLASS.STX | MODE.ATOMIC | size,
      imm: 0x110,
      version: 5,
      group: 'linux',
      pseudo: `store_release((u${bits} *){mem}, {rs})`,
      doc: `Stores ${bytesText(bytes)}; everything before it in the program is seen first.`,
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
      doc: `Loads ${bytesText(bytes)}, sign-extended to 64 bits.`,
    });
  }
  return rows;
});

const ATOMICS = [
  ['add', 0x00, '+=', 'Adds'],
  ['or', 0x40, '|=', 'Ors'],
  ['and', 0x50, '&=', 'Ands'],
  ['xor', 0xa0, '^=', 'Xors'],
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
  const old = bits === 32 ? 'the old value, zero-extended' : 'the old value';
  return [
    ...ATOMICS.flatMap(([name, imm, symbol, verb]): InstructionSpec[] => [
      {
        ...common,
        name: `lock ${name}${suffix}`,
        imm,
        pseudo: `lock *(u${bits} *){mem} ${symbol} {${r}s}`,
        kernel: `lock *(u${bits} *){mem} ${symbol} {rs}`,
        doc: `${verb} the source into memory, in one step.`,
      },
      {
        ...common,
        name: `lock fetch ${name}${suffix}`,
        imm: imm | 1,
        pseudo: `{${r}s} = atomic_fetch_${name}((u${bits} *){mem}, {${r}s})`,
        kernel: `{rs} = ${kernel}_fetch_${name}((u${bits} *){mem}, {rs})`,
        doc: `${verb} the source into memory in one step; the source register becomes ${old}.`,
      },
    ]),
    {
      ...common,
      name: `lock xchg${suffix}`,
      imm: 0xe1,
      pseudo: `{${r}s} = xchg${bits === 32 ? '32_32' : '_64'}({at}, {${r}s})`,
      kernel: `{rs} = ${kernel}_xchg((u${bits} *){mem}, {rs})`,
      doc: `Exchanges memory and the source register, which becomes ${old}.`,
    },
    {
      ...common,
      name: `lock cmpxchg${suffix}`,
      imm: 0xf1,
      pseudo: `${r}0 = cmpxchg${bits === 32 ? '32_32' : '_64'}({at}, ${r}0, {${r}s})`,
      kernel: `r0 = ${kernel}_cmpxchg((u${bits} *){mem}, r0, {rs})`,
      doc: `Stores the source if memory equals r0. r0 becomes ${old}, also on success.`,
    },
  ];
});

const WIDE_DOCS = [
  'Loads a 64-bit immediate; takes two slots.',
  'Loads a map, named by its fd; the loader puts its address here.',
  'Loads the address of a map value: map by fd, offset in the second slot.',
  'Loads the address of a kernel variable, by its BTF id.',
  'Loads the address of a function of this program, for a callback.',
  'Loads a map, named by its index in fd_array.',
  'Loads the address of a map value: map by its index in fd_array, offset in the second slot.',
] as const;

const wideRows: InstructionSpec[] = WIDE_DOCS.map((doc, src) => ({
  name: 'lddw',
  shape: 'wide',
  opcode: OPCODE.LDDW,
  src,
  version: 1,
  group: 'base64',
  pseudo: src === 0 ? '{rd} = {wide} ll' : `ld_pseudo {rd}, ${src}, {wide}`,
  kernel: '{rd} = {wide}',
  doc,
}));

const PACKET_DOC =
  'of the packet in network byte order into r0 as a number; ends the program with 0 when they lie outside. r6 must hold the skb.';

const packetRows: InstructionSpec[] = WIDTHS.filter(({ bits }) => bits < 64).flatMap(
  ({ size, suffix, bytes, bits }) => [
    {
      name: `ldabs${suffix}`,
      shape: 'packet-abs',
      opcode: CLASS.LD | MODE.ABS | size,
      version: 1,
      group: 'packet',
      pseudo: `r0 = *(u${bits} *)skb[{imm}]`,
      doc: `Loads ${bytesText(bytes)} ${PACKET_DOC}`,
    },
    {
      name: `ldind${suffix}`,
      shape: 'packet-ind',
      opcode: CLASS.LD | MODE.IND | size,
      version: 1,
      group: 'packet',
      pseudo: `r0 = *(u${bits} *)skb[{rs}{plus}]`,
      kernel: `r0 = *(u${bits} *)skb[{rs} + {imm}]`,
      doc: `Loads ${bytesText(bytes)} at an offset from a register ${PACKET_DOC}`,
    },
  ],
);

export const memoryInstructions: readonly InstructionSpec[] = [
  ...memoryRows,
  ...atomicRows,
  ...wideRows,
  ...packetRows,
];
