/* Jumps, calls and the end. */
import { CLASS, OPCODE, SOURCE } from '../opcodes.ts';
import type { InstructionSpec } from './spec.ts';

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
const controlRows: readonly InstructionSpec[] = [
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

export const jumpInstructions: readonly InstructionSpec[] = [...jumpRows, ...controlRows];
