/* Arithmetic, copies, byte order. */
import { CLASS, OPCODE, SOURCE } from '../opcodes.ts';
import type { InstructionSpec } from './spec.ts';

interface AluRow {
  readonly name: string;
  readonly code: number;
  readonly symbol: string;
  readonly family: 'base' | 'divmul';
  readonly off?: 1;
  readonly doc: string;
}

const ALU: readonly AluRow[] = [
  { name: 'add', code: 0x00, symbol: '+=', family: 'base', doc: 'Adds the source to the destination; overflow wraps.' },
  {
    name: 'sub',
    code: 0x10,
    symbol: '-=',
    family: 'base',
    doc: 'Takes the source from the destination; overflow wraps.',
  },
  { name: 'mul', code: 0x20, symbol: '*=', family: 'divmul', doc: 'Multiplies; keeps the low bits of the product.' },
  { name: 'div', code: 0x30, symbol: '/=', family: 'divmul', doc: 'Divides, both unsigned. Division by 0 gives 0.' },
  {
    name: 'sdiv',
    code: 0x30,
    symbol: 's/=',
    family: 'divmul',
    off: 1,
    doc: 'Divides, both signed, towards zero. Division by 0 gives 0; the least number by -1 gives itself.',
  },
  { name: 'or', code: 0x40, symbol: '|=', family: 'base', doc: 'Sets the bits that the source has set.' },
  { name: 'and', code: 0x50, symbol: '&=', family: 'base', doc: 'Keeps only the bits that the source has set too.' },
  {
    name: 'lsh',
    code: 0x60,
    symbol: '<<=',
    family: 'base',
    doc: 'Shifts left. Only the low bits of the count matter: 6 of them, 5 in the 32-bit form.',
  },
  { name: 'rsh', code: 0x70, symbol: '>>=', family: 'base', doc: 'Shifts right, zeros come in at the top.' },
  {
    name: 'mod',
    code: 0x90,
    symbol: '%=',
    family: 'divmul',
    doc: 'Remainder of unsigned division. Modulo 0 leaves the destination as it is.',
  },
  {
    name: 'smod',
    code: 0x90,
    symbol: 's%=',
    family: 'divmul',
    off: 1,
    doc: 'Remainder of signed division, with the sign of the dividend. Modulo 0 leaves the destination as it is.',
  },
  { name: 'xor', code: 0xa0, symbol: '^=', family: 'base', doc: 'Flips the bits that the source has set.' },
  { name: 'mov', code: 0xb0, symbol: '=', family: 'base', doc: 'Copies the source.' },
  {
    name: 'arsh',
    code: 0xc0,
    symbol: 's>>=',
    family: 'base',
    doc: 'Shifts right, copies of the sign bit come in at the top.',
  },
];

/** ALU operation by its pseudo-C symbol. */
export const ALU_NAMES: ReadonlyMap<string, string> = new Map(ALU.map(({ symbol, name }) => [symbol, name]));

const ALU_WIDTHS = [
  { bits: 64, cls: CLASS.ALU64, suffix: '', r: 'r', note: ' An immediate is sign-extended to 64 bits.' },
  { bits: 32, cls: CLASS.ALU, suffix: '32', r: 'w', note: ' Works on the low 32 bits and clears the upper 32.' },
] as const;

const aluRows: InstructionSpec[] = ALU.flatMap(({ name, code, symbol, family, off, doc }) =>
  ALU_WIDTHS.flatMap(({ bits, cls, suffix, r, note }) => {
    const common = {
      name: name + suffix,
      version: off ? 4 : 1,
      group: `${family}${bits}`,
      doc: doc + note,
      ...(off && { off }),
    } as const;
    return [
      { ...common, shape: 'alu-imm', opcode: cls | code | SOURCE.K, pseudo: `{${r}d} ${symbol} {imm}` },
      { ...common, shape: 'alu-reg', opcode: cls | code | SOURCE.X, pseudo: `{${r}d} ${symbol} {${r}s}` },
    ] as const;
  }),
);

const negRows: InstructionSpec[] = ALU_WIDTHS.map(({ bits, cls, suffix, r, note }) => ({
  name: `neg${suffix}`,
  shape: 'unary',
  opcode: cls | 0x80,
  version: 1,
  group: `base${bits}`,
  pseudo: `{${r}d} = -{${r}d}`,
  doc: `Changes the sign (two's complement).${bits === 32 ? note : ''}`,
}));

const signExtension = (from: number, to: 32 | 64): InstructionSpec => ({
  name: `movsx${from}${to}`,
  shape: 'alu-reg',
  opcode: (to === 64 ? CLASS.ALU64 : CLASS.ALU) | 0xb0 | SOURCE.X,
  off: from,
  version: 4,
  group: `base${to}`,
  pseudo: to === 64 ? `{rd} = (s${from}){rs}` : `{wd} = (s${from}){ws}`,
  doc: `Copies the low ${from} bits of the source, sign-extended to ${to}${to === 32 ? '; the upper 32 become 0' : ''}.`,
});

const BYTE_ORDERS = [
  {
    name: 'le',
    opcode: OPCODE.END_LE,
    version: 1,
    doc: 'To little endian, which this machine is: keeps the low {n} bits, clears the rest.',
  },
  {
    name: 'be',
    opcode: OPCODE.END_BE,
    version: 1,
    doc: 'To big endian: swaps the low {n} bits byte by byte, clears the rest. Turns a field of a packet into a number.',
  },
  { name: 'bswap', opcode: OPCODE.BSWAP, version: 4, doc: 'Swaps the low {n} bits byte by byte, clears the rest.' },
] as const;

const endRows: InstructionSpec[] = BYTE_ORDERS.flatMap(({ name, opcode, version, doc }) =>
  ([16, 32, 64] as const).map((n) => ({
    name: `${name}${n}`,
    shape: 'unary' as const,
    opcode,
    imm: n,
    version,
    group: n === 64 ? 'base64' : 'base32',
    pseudo: `{rd} = ${name}${n} {rd}`,
    kernel: `{rd} = ${name}{imm} {rd}`,
    doc: doc.replace('{n}', String(n)),
  })),
);

export const aluInstructions: readonly InstructionSpec[] = [
  ...aluRows,
  ...negRows,
  ...[8, 16].map((from) => signExtension(from, 32)),
  ...[8, 16, 32].map((from) => signExtension(from, 64)),
  ...endRows,
];
