/*
 * A row of the instruction table.
 *
 * Templates: {rd} {wd} {rs} {ws} are registers as r or w, {imm} an immediate, {mem} an address, {to} a jump target.
 */

/** Fields of the encoding that carry an operand; the others are fixed, and 0 unless the row says otherwise. */
export const SHAPES = {
  'alu-reg': ['dst', 'src'],
  'alu-imm': ['dst', 'imm'],
  unary: ['dst'],
  load: ['dst', 'src', 'off'],
  'store-reg': ['dst', 'src', 'off'],
  'store-imm': ['dst', 'off', 'imm'],
  atomic: ['dst', 'src', 'off'],
  'jump-reg': ['dst', 'src', 'off'],
  'jump-imm': ['dst', 'imm', 'off'],
  jump: ['off'],
  'jump-long': ['imm'],
  call: ['imm'],
  'call-kfunc': ['imm', 'off'],
  'call-reg': ['dst'],
  exit: [],
  wide: ['dst', 'imm', 'high'],
  'packet-abs': ['imm'],
  'packet-ind': ['src', 'imm'],
  'address-space': ['dst', 'src', 'imm'],
} as const satisfies Record<string, readonly ('dst' | 'src' | 'off' | 'imm' | 'high')[]>;

export type Shape = keyof typeof SHAPES;

/** -mcpu level that introduced it; 5 stands for what no level names (kernels since 6.9). */
export type CpuVersion = 1 | 2 | 3 | 4 | 5;
export type ConformanceGroup =
  | 'base32'
  | 'base64'
  | 'divmul32'
  | 'divmul64'
  | 'atomic32'
  | 'atomic64'
  | 'packet'
  | 'callx'
  | 'linux';

export interface InstructionSpec {
  /** as the mnemonic syntax spells it; forms of one operation share the name and differ in shape */
  readonly name: string;
  readonly shape: Shape;
  readonly opcode: number;
  /** values of non-operand fields that tell this row from others of the same opcode */
  readonly off?: number;
  readonly imm?: number;
  readonly src?: number;
  readonly version: CpuVersion;
  readonly group: ConformanceGroup;
  /** LLVM's text */
  readonly pseudo: string;
  /** the kernel's own text where its words differ from LLVM's */
  readonly kernel?: string;
}
