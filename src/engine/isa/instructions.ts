/*
 * The instruction set as data: RFC 9669, the instructions of cpu v4, and those that Linux added since. Assemblers,
 * disassemblers, hover texts, the loader's checks of reserved fields and the conformance groups all read this table.
 *
 * Templates: {rd} {wd} {rs} {ws} are registers as r or w, {imm} an immediate, {mem} an address, {to} a jump target.
 */
import { assert } from '../base/assert.ts';
import type { Insn } from './insn.ts';
import { CLASS, MODE, OPCODE, SIZE, SOURCE } from './opcodes.ts';

/** Fields of the encoding that carry an operand; the others are fixed, and 0 unless the row says. */
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
  readonly doc: string;
}

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

const JUMPS = [
  ['jeq', 0x10, '==', 1, 'Jumps if equal.'],
  ['jgt', 0x20, '>', 1, 'Jumps if greater, both unsigned.'],
  ['jge', 0x30, '>=', 1, 'Jumps if greater or equal, both unsigned.'],
  ['jset', 0x40, '&', 1, 'Jumps if they have a set bit in common.'],
  ['jne', 0x50, '!=', 1, 'Jumps if not equal.'],
  ['jsgt', 0x60, 's>', 1, 'Jumps if greater, both signed.'],
  ['jsge', 0x70, 's>=', 1, 'Jumps if greater or equal, both signed.'],
  ['jlt', 0xa0, '<', 2, 'Jumps if less, both unsigned.'],
  ['jle', 0xb0, '<=', 2, 'Jumps if less or equal, both unsigned.'],
  ['jslt', 0xc0, 's<', 2, 'Jumps if less, both signed.'],
  ['jsle', 0xd0, 's<=', 2, 'Jumps if less or equal, both signed.'],
] as const;

/** Conditional jump by its pseudo-C symbol. */
export const JUMP_NAMES: ReadonlyMap<string, string> = new Map(JUMPS.map(([name, , symbol]) => [symbol, name]));

const JUMP_WIDTHS = [
  { bits: 64, cls: CLASS.JMP, suffix: '', r: 'r', note: ' An immediate is sign-extended to 64 bits.' },
  { bits: 32, cls: CLASS.JMP32, suffix: '32', r: 'w', note: ' Compares the low 32 bits.' },
] as const;

const jumpRows: InstructionSpec[] = JUMPS.flatMap(([name, code, symbol, version, doc]) =>
  JUMP_WIDTHS.flatMap(({ bits, cls, suffix, r, note }) => {
    const common = {
      name: name + suffix,
      version: bits === 32 ? 3 : version,
      group: `base${bits}`,
      doc: doc + note,
    } as const;
    return [
      { ...common, shape: 'jump-imm', opcode: cls | code | SOURCE.K, pseudo: `if {${r}d} ${symbol} {imm} goto {to}` },
      { ...common, shape: 'jump-reg', opcode: cls | code | SOURCE.X, pseudo: `if {${r}d} ${symbol} {${r}s} goto {to}` },
    ] as const;
  }),
);

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

const controlRows: InstructionSpec[] = [
  { name: 'ja', shape: 'jump', opcode: OPCODE.JA, version: 1, group: 'base32', pseudo: 'goto {to}', doc: 'Jumps.' },
  {
    name: 'ja32',
    shape: 'jump-long',
    opcode: OPCODE.GOTOL,
    version: 4,
    group: 'base32',
    pseudo: 'gotol {to}',
    doc: 'Jumps; reaches 2^31 slots instead of 2^15.',
  },
  {
    name: 'may_goto',
    shape: 'jump',
    opcode: OPCODE.MAY_GOTO,
    version: 5,
    group: 'linux',
    pseudo: 'may_goto {to}',
    doc: 'Jumps once the budget of 8,388,608 rounds is used up: it bounds a loop that the verifier cannot.',
  },
  {
    name: 'call',
    shape: 'call',
    opcode: OPCODE.CALL,
    src: 0,
    version: 1,
    group: 'base32',
    pseudo: 'call {imm}',
    kernel: 'call {helper}',
    doc: 'Calls a helper. Arguments in r1 to r5, result in r0; r1 to r5 are lost, r6 to r9 kept.',
  },
  {
    name: 'call local',
    shape: 'call',
    opcode: OPCODE.CALL,
    src: 1,
    version: 3,
    group: 'base32',
    pseudo: 'call {pc}',
    doc: 'Calls a function of this program with a stack frame of its own; at most 8 frames deep.',
  },
  {
    name: 'call runtime',
    shape: 'call-kfunc',
    opcode: OPCODE.CALL,
    src: 2,
    version: 3,
    group: 'base32',
    pseudo: 'call kfunc {imm}{fd}',
    kernel: 'call {kfunc}',
    doc: 'Calls a kernel function (kfunc) by its BTF id. Arguments in r1 to r5, result in r0.',
  },
  {
    name: 'callx',
    shape: 'call-reg',
    opcode: OPCODE.CALLX,
    version: 1,
    group: 'callx',
    pseudo: 'callx {rd}',
    doc: 'Calls the address in a register. Linux refuses it.',
  },
  {
    name: 'exit',
    shape: 'exit',
    opcode: OPCODE.EXIT,
    version: 1,
    group: 'base32',
    pseudo: 'exit',
    doc: 'Returns r0 to the caller, or ends the program.',
  },
  {
    name: 'addr_space_cast',
    shape: 'address-space',
    opcode: CLASS.ALU64 | 0xb0 | SOURCE.X,
    off: 1,
    version: 5,
    group: 'linux',
    pseudo: '{rd} = addr_space_cast({rs}, {spaces})',
    doc: 'Turns a pointer of one address space into one of another; arenas use it.',
  },
];

export const INSTRUCTIONS: readonly InstructionSpec[] = [
  ...aluRows,
  ...negRows,
  ...[8, 16].map((from) => signExtension(from, 32)),
  ...[8, 16, 32].map((from) => signExtension(from, 64)),
  ...endRows,
  ...jumpRows,
  ...memoryRows,
  ...atomicRows,
  ...wideRows,
  ...packetRows,
  ...controlRows,
];

function grouped<K>(key: (spec: InstructionSpec) => K): ReadonlyMap<K, readonly InstructionSpec[]> {
  const groups = new Map<K, InstructionSpec[]>();
  for (const spec of INSTRUCTIONS) {
    const group = groups.get(key(spec));
    if (group) group.push(spec);
    else groups.set(key(spec), [spec]);
  }
  return groups;
}

const byOpcode = grouped(({ opcode }) => opcode);
const byName = grouped(({ name }) => name);

const uses = (shape: Shape, field: string): boolean => (SHAPES[shape] as readonly string[]).includes(field);

/** The row an instruction is an instance of; null when its opcode or a field that must be fixed says otherwise. */
export function specOf(insn: Insn): InstructionSpec | null {
  return (
    byOpcode
      .get(insn.opcode)
      ?.find(
        ({ shape, src = 0, off = 0, imm = 0 }) =>
          (uses(shape, 'dst') || insn.dst === 0) &&
          (uses(shape, 'src') || insn.src === src) &&
          (uses(shape, 'off') || insn.off === off) &&
          (uses(shape, 'imm') || insn.imm === imm),
      ) ?? null
  );
}

/** The row that an instruction would be if its reserved fields were clean: what the kernel's printer goes by. */
export function looseSpecOf(insn: Insn): InstructionSpec | null {
  const isAtomic = (insn.opcode & 0xe7) === (CLASS.STX | MODE.ATOMIC);
  return specOf(insn) ?? (isAtomic ? null : (byOpcode.get(insn.opcode)?.[0] ?? null));
}

/** Whether any instruction has this opcode. */
export const isOpcode = (opcode: number): boolean => byOpcode.has(opcode);

/** All forms of a mnemonic. */
export const formsOf = (name: string): readonly InstructionSpec[] => byName.get(name) ?? [];

export function formOf(name: string, shape: Shape): InstructionSpec {
  const spec = formsOf(name).find((s) => s.shape === shape);
  assert(spec, `no instruction ${name} of shape ${shape}`);
  return spec;
}
