/* Arithmetic, copies, byte order. */
import { CLASS, OPCODE, SOURCE } from '../opcodes.ts';
import type { InstructionSpec } from './spec.ts';

interface AluRow {
  readonly name: string;
  readonly code: number;
  readonly symbol: string;
  readonly family: 'base' | 'divmul';
  readonly off?: 1;
}

const ALU: readonly AluRow[] = [
  { name: 'add', code: 0x00, symbol: '+=', family: 'base' },
  { name: 'sub', code: 0x10, symbol: '-=', family: 'base' },
  { name: 'mul', code: 0x20, symbol: '*=', family: 'divmul' },
  { name: 'div', code: 0x30, symbol: '/=', family: 'divmul' },
  { name: 'sdiv', code: 0x30, symbol: 's/=', family: 'divmul', off: 1 },
  { name: 'or', code: 0x40, symbol: '|=', family: 'base' },
  { name: 'and', code: 0x50, symbol: '&=', family: 'base' },
  { name: 'lsh', code: 0x60, symbol: '<<=', family: 'base' },
  { name: 'rsh', code: 0x70, symbol: '>>=', family: 'base' },
  { name: 'mod', code: 0x90, symbol: '%=', family: 'divmul' },
  { name: 'smod', code: 0x90, symbol: 's%=', family: 'divmul', off: 1 },
  { name: 'xor', code: 0xa0, symbol: '^=', family: 'base' },
  { name: 'mov', code: 0xb0, symbol: '=', family: 'base' },
  { name: 'arsh', code: 0xc0, symbol: 's>>=', family: 'base' },
];

/** ALU operation by its pseudo-C symbol. */
export const ALU_NAMES: ReadonlyMap<string, string> = new Map(ALU.map(({ symbol, name }) => [symbol, name]));

const ALU_WIDTHS = [
  { bits: 64, cls: CLASS.ALU64, suffix: '', r: 'r' },
  { bits: 32, cls: CLASS.ALU, suffix: '32', r: 'w' },
] as const;

const aluRows: InstructionSpec[] = ALU.flatMap(({ name, code, symbol, family, off }) =>
  ALU_WIDTHS.flatMap(({ bits, cls, suffix, r }) => {
    const common = {
      name: name + suffix,
      version: off ? 4 : 1,
      group: `${family}${bits}`,
      ...(off && { off }),
    } as const;
    return [
      { ...common, shape: 'alu-imm', opcode: cls | code | SOURCE.K, pseudo: `{${r}d} ${symbol} {imm}` },
      { ...common, shape: 'alu-reg', opcode: cls | code | SOURCE.X, pseudo: `{${r}d} ${symbol} {${r}s}` },
    ] as const;
  }),
);

const negRows: InstructionSpec[] = ALU_WIDTHS.map(({ bits, cls, suffix, r }) => ({
  name: `neg${suffix}`,
  shape: 'unary',
  opcode: cls | 0x80,
  version: 1,
  group: `base${bits}`,
  pseudo: `{${r}d} = -{${r}d}`,
}));

const signExtension = (from: number, to: 32 | 64): InstructionSpec => ({
  name: `movsx${from}${to}`,
  shape: 'alu-reg',
  opcode: (to === 64 ? CLASS.ALU64 : CLASS.ALU) | 0xb0 | SOURCE.X,
  off: from,
  version: 4,
  group: `base${to}`,
  pseudo: to === 64 ? `{rd} = (s${from}){rs}` : `{wd} = (s${from}){ws}`,
});

const BYTE_ORDERS = [
  { name: 'le', opcode: OPCODE.END_LE, version: 1 },
  { name: 'be', opcode: OPCODE.END_BE, version: 1 },
  { name: 'bswap', opcode: OPCODE.BSWAP, version: 4 },
] as const;

const endRows: InstructionSpec[] = BYTE_ORDERS.flatMap(({ name, opcode, version }) =>
  ([16, 32, 64] as const).map((n) => ({
    name: `${name}${n}`,
    shape: 'unary' as const,
    opcode,
    imm: n,
    version,
    group: n === 64 ? 'base64' : 'base32',
    pseudo: `{rd} = ${name}${n} {rd}`,
    kernel: `{rd} = ${name}{imm} {rd}`,
  })),
);

export const aluInstructions: readonly InstructionSpec[] = [
  ...aluRows,
  ...negRows,
  ...[8, 16].map((from) => signExtension(from, 32)),
  ...[8, 16, 32].map((from) => signExtension(from, 64)),
  ...endRows,
];
