/* Jumps, calls and the end. */
import { CLASS, OPCODE, SOURCE } from '../opcodes.ts';
import type { InstructionSpec } from './spec.ts';

const JUMPS = [
  ['jeq', 0x10, '==', 1],
  ['jgt', 0x20, '>', 1],
  ['jge', 0x30, '>=', 1],
  ['jset', 0x40, '&', 1],
  ['jne', 0x50, '!=', 1],
  ['jsgt', 0x60, 's>', 1],
  ['jsge', 0x70, 's>=', 1],
  ['jlt', 0xa0, '<', 2],
  ['jle', 0xb0, '<=', 2],
  ['jslt', 0xc0, 's<', 2],
  ['jsle', 0xd0, 's<=', 2],
] as const;

/** Conditional jump by its pseudo-C symbol. */
export const JUMP_NAMES: ReadonlyMap<string, string> = new Map(JUMPS.map(([name, , symbol]) => [symbol, name]));

const JUMP_WIDTHS = [
  { bits: 64, cls: CLASS.JMP, suffix: '', r: 'r' },
  { bits: 32, cls: CLASS.JMP32, suffix: '32', r: 'w' },
] as const;

const jumpRows: InstructionSpec[] = JUMPS.flatMap(([name, code, symbol, version]) =>
  JUMP_WIDTHS.flatMap(({ bits, cls, suffix, r }) => {
    const common = {
      name: name + suffix,
      version: bits === 32 ? 3 : version,
      group: `base${bits}`,
    } as const;
    return [
      { ...common, shape: 'jump-imm', opcode: cls | code | SOURCE.K, pseudo: `if {${r}d} ${symbol} {imm} goto {to}` },
      { ...common, shape: 'jump-reg', opcode: cls | code | SOURCE.X, pseudo: `if {${r}d} ${symbol} {${r}s} goto {to}` },
    ] as const;
  }),
);
const controlRows: readonly InstructionSpec[] = [
  { name: 'ja', shape: 'jump', opcode: OPCODE.JA, version: 1, group: 'base32', pseudo: 'goto {to}' },
  {
    name: 'ja32',
    shape: 'jump-long',
    opcode: OPCODE.GOTOL,
    version: 4,
    group: 'base32',
    pseudo: 'gotol {to}',
  },
  {
    name: 'may_goto',
    shape: 'jump',
    opcode: OPCODE.MAY_GOTO,
    version: 5,
    group: 'linux',
    pseudo: 'may_goto {to}',
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
  },
  {
    name: 'call local',
    shape: 'call',
    opcode: OPCODE.CALL,
    src: 1,
    version: 3,
    group: 'base32',
    pseudo: 'call {pc}',
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
  },
  {
    name: 'callx',
    shape: 'call-reg',
    opcode: OPCODE.CALLX,
    version: 1,
    group: 'callx',
    pseudo: 'callx {rd}',
  },
  {
    name: 'exit',
    shape: 'exit',
    opcode: OPCODE.EXIT,
    version: 1,
    group: 'base32',
    pseudo: 'exit',
  },
  {
    name: 'addr_space_cast',
    shape: 'address-space',
    opcode: CLASS.ALU64 | 0xb0 | SOURCE.X,
    off: 1,
    version: 5,
    group: 'linux',
    pseudo: '{rd} = addr_space_cast({rs}, {spaces})',
  },
];

export const jumpInstructions: readonly InstructionSpec[] = [...jumpRows, ...controlRows];
