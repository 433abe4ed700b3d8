/*
 * Random programs that are hard for a verifier: scalars that are masked, compared and shifted, pointers moved by them,
 * spills, loops, lookups. About a third is accepted; the others are wrong somewhere, often by one byte.
 * Registers: r6 is the context, r9 the value of a map with one element, r8 a temporary pointer, r7 and r0 to r5
 * scalars.
 */
import type { Prng } from '../../base/prng.ts';
import { encode, type Insn, insn, slotsOf } from '../../isa/insn.ts';
import { CLASS, MODE, OPCODE, SIZE, SOURCE, WIDE_KIND } from '../../isa/opcodes.ts';

/** Descriptors of the two maps, bytes of their values, entries of the second. */
export const ONE = 5;
export const MANY = 6;
export const VALUE_BYTES = 48;
export const ENTRIES = 4;
/** Bytes of the context that programs access. */
export const CONTEXT_BYTES = 64;

const SCALARS = [0, 2, 3, 4, 5, 7];
const ALU_OPS = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0];
const SHIFTS = new Set([0x60, 0x70, 0xc0]);
const JUMP_OPS = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];
const SIZES = [SIZE.B, SIZE.H, SIZE.W, SIZE.DW];
const BYTES = [1, 2, 4, 8];
/** add, or, and, xor, each with and without fetch; xchg, cmpxchg */
const ATOMICS = [0x00, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1];
const CONSTANTS = [
  0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 40, 47, 48, 63, 64, 255, 4095, -1, -2, -8, 0x7fffffff, -0x80000000,
];

type Maker = (g: Generator) => Insn[];

class Generator {
  private depth = 0;

  constructor(private readonly random: Prng) {}

  pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }
  below(n: number): number {
    return this.random.below(n);
  }
  get scalar(): number {
    return this.pick(SCALARS);
  }
  get constant(): number {
    return this.below(4) === 0 ? this.random.u32() | 0 : this.pick(CONSTANTS);
  }
  body(most: number): Insn[] {
    if (this.depth > 2) return [];
    this.depth++;
    const made = Array.from({ length: 1 + this.below(most) }, () => this.pick(GADGETS)(this)).flat();
    this.depth--;
    return made;
  }
}

const mov = (dst: number, src: number): Insn => insn(CLASS.ALU64 | 0xb0 | SOURCE.X, { dst, src });
const set = (dst: number, imm: number): Insn => insn(CLASS.ALU64 | 0xb0, { dst, imm });
const add = (dst: number, src: number): Insn => insn(CLASS.ALU64 | SOURCE.X, { dst, src });
const load = (size: number, dst: number, src: number, off: number): Insn =>
  insn(CLASS.LDX | MODE.MEM | size, { dst, src, off });
const store = (size: number, dst: number, src: number, off: number): Insn =>
  insn(CLASS.STX | MODE.MEM | size, { dst, src, off });
const wide = (dst: number, src: number, imm: number): Insn => insn(OPCODE.LDDW, { dst, src, imm });
const slots = (body: readonly Insn[]): number => body.reduce((sum, one) => sum + slotsOf(one), 0);
const contextWord = (g: Generator, dst: number): Insn => load(SIZE.DW, dst, 6, 8 * g.below(CONTEXT_BYTES / 8));

function alu(g: Generator): Insn[] {
  const op = g.pick(ALU_OPS);
  const kind = g.below(2) === 0 ? CLASS.ALU : CLASS.ALU64;
  if (g.below(2) === 0) return [insn(kind | op | SOURCE.X, { dst: g.scalar, src: g.scalar })];
  const width = kind === CLASS.ALU ? 32 : 64;
  const constant = op === 0x30 || op === 0x90 ? g.constant || 3 : g.constant;
  return [insn(kind | op, { dst: g.scalar, imm: SHIFTS.has(op) ? g.below(width) : constant })];
}

const unary: Maker = (g) =>
  g.below(2) === 0
    ? [insn((g.below(2) === 0 ? CLASS.ALU : CLASS.ALU64) | 0x80, { dst: g.scalar })]
    : [insn(CLASS.ALU | 0xd0 | (g.below(2) === 0 ? SOURCE.X : SOURCE.K), { dst: g.scalar, imm: g.pick([16, 32, 64]) })];

/** Makes a scalar small. */
function narrow(g: Generator): Insn[] {
  const dst = g.scalar;
  const kind = g.below(2) === 0 ? CLASS.ALU : CLASS.ALU64;
  const imm = g.pick([1, 3, 7, 15, 31, 39, 40, 47, 63]);
  if (g.below(3) === 0) return [insn(kind | 0x90, { dst, imm: imm + 1 })];
  if (g.below(3) === 0) return [insn(kind | 0x70, { dst, imm: (kind === CLASS.ALU ? 32 : 64) - 1 - g.below(6) })];
  return [insn(kind | 0x50, { dst, imm })];
}

function branch(g: Generator): Insn[] {
  const op = g.pick(JUMP_OPS);
  const kind = g.below(2) === 0 ? CLASS.JMP : CLASS.JMP32;
  const body = g.body(3);
  const off = slots(body);
  return g.below(3) === 0
    ? [insn(kind | op | SOURCE.X, { dst: g.scalar, src: g.scalar, off }), ...body]
    : [insn(kind | op, { dst: g.scalar, imm: g.constant, off }), ...body];
}

/** A load or a store through a pointer, mostly within the value. */
function access(g: Generator, base: number, from: number, to: number): Insn[] {
  const which = g.below(4);
  const room = to - from - BYTES[which];
  const off = from + (g.below(12) === 0 ? g.below(to - from + 4) : g.below(Math.max(1, room + 1)));
  if (g.below(8) === 0 && which > 1) {
    const aligned = off - (((off % BYTES[which]) + BYTES[which]) % BYTES[which]);
    return [
      insn(CLASS.STX | MODE.ATOMIC | SIZES[which], { dst: base, src: g.scalar, off: aligned, imm: g.pick(ATOMICS) }),
    ];
  }
  if (g.below(3) === 0) return [store(SIZES[which], base, g.scalar, off)];
  if (g.below(4) === 0) return [insn(CLASS.ST | MODE.MEM | SIZES[which], { dst: base, off, imm: g.constant })];
  if (g.below(5) === 0 && which < 3) {
    return [insn(CLASS.LDX | MODE.MEMSX | SIZES[which], { dst: g.scalar, src: base, off })];
  }
  return [load(SIZES[which], g.scalar, base, off)];
}

const direct: Maker = (g) => access(g, 9, 0, VALUE_BYTES);

/** Moves the pointer by a scalar, which is usually bounded first. */
function indexed(g: Generator): Insn[] {
  const index = g.scalar;
  const most = g.pick([7, 15, 31, 39, 40, 44, 47]);
  const bound: Insn[] = g.below(2) === 0 ? [insn(CLASS.ALU64 | 0x50, { dst: index, imm: most })] : [];
  const use = [mov(8, 9), add(8, index), ...access(g, 8, 0, Math.max(1, VALUE_BYTES - most))];
  if (bound.length > 0) return [...bound, ...use];
  const kind = g.below(4) === 0 ? CLASS.JMP32 : CLASS.JMP;
  const op = g.pick([0x20, 0x30, 0x60, 0x70]);
  return [insn(kind | op, { dst: index, imm: most, off: slots(use) }), ...use];
}

/** An access to the stack, whose first 64 bytes are written at the start. */
function stacked(g: Generator): Insn[] {
  const index = g.scalar;
  const most = g.pick([7, 15, 31]);
  return [
    insn(CLASS.ALU64 | 0x50, { dst: index, imm: most }),
    mov(8, 10),
    insn(CLASS.ALU64, { dst: 8, imm: -64 }),
    add(8, index),
    ...access(g, 8, 0, 64 - most),
    mov(8, 9),
  ];
}

function spill(g: Generator): Insn[] {
  const off = -8 * (1 + g.below(8));
  const which = g.below(4);
  const inner = off + (g.below(3) === 0 ? BYTES[which] * g.below(8 / BYTES[which]) : 0);
  return [store(g.pick([SIZE.DW, SIZE.DW, SIZE.W]), 10, g.scalar, off), load(SIZES[which], g.scalar, 10, inner)];
}

const spillPointer: Maker = (g) => {
  const off = -72 - 8 * g.below(3);
  return [store(SIZE.DW, 10, 8, off), mov(8, 9), load(SIZE.DW, 8, 10, off), ...access(g, 8, 0, VALUE_BYTES)];
};

/** A lookup with a key from the stack; what a call leaves undefined is set again. */
function lookup(g: Generator): Insn[] {
  const key = g.scalar;
  const use = access(g, 0, 0, VALUE_BYTES);
  return [
    store(SIZE.W, 10, key, -100),
    mov(2, 10),
    insn(CLASS.ALU64, { dst: 2, imm: -100 }),
    wide(1, WIDE_KIND.MAP_FD, MANY),
    insn(OPCODE.CALL, { imm: 1 }),
    ...[2, 3, 4, 5].map((dst) => contextWord(g, dst)),
    ...(g.below(10) === 0 ? use : [insn(CLASS.JMP | 0x10, { dst: 0, imm: 0, off: slots(use) }), ...use]),
    set(0, g.constant),
  ];
}

function loop(g: Generator): Insn[] {
  const body = [...g.pick([narrow, indexed, direct, spill, stacked])(g), ...g.pick([alu, indexed, direct])(g)];
  const round = body.some(({ dst }) => dst === 7) ? [set(7, 99)] : body;
  const back = [insn(CLASS.ALU64, { dst: 7, imm: 1 })];
  const off = -slots(round) - 2;
  return [set(7, 0), ...round, ...back, insn(CLASS.JMP | 0xa0, { dst: 7, imm: 1 + g.below(6), off })];
}

const GADGETS: readonly Maker[] = [
  alu,
  alu,
  alu,
  unary,
  narrow,
  narrow,
  branch,
  branch,
  direct,
  indexed,
  indexed,
  stacked,
  spill,
  spillPointer,
  lookup,
  loop,
];

/** A program as BPF_PROG_LOAD takes it, for programs of the type syscall. */
export function plausibleProgram(random: Prng): Uint8Array {
  const g = new Generator(random);
  const start = [
    mov(6, 1),
    wide(9, WIDE_KIND.MAP_VALUE, ONE),
    mov(8, 9),
    ...[0, 2, 3, 4, 5, 7].map((dst) => contextWord(g, dst)),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => store(SIZE.DW, 10, g.scalar, -8 * n)),
  ];
  return encode([...start, ...g.body(8), set(0, 0), insn(OPCODE.EXIT)]);
}
