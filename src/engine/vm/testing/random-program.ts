/** Random programs for both engines: every instruction, any flow (loops with two entries too), calls, bad addresses. */
import { type Arbitrary, array, bigInt, constant, constantFrom, integer, nat, oneof, record, tuple } from 'fast-check';
import { encode, type Insn, insn, slotsOf } from '../../isa/insn.ts';
import { INSTRUCTIONS, type InstructionSpec, SHAPES } from '../../isa/instructions.ts';
import { CALL_KIND, CLASS, OPCODE, SOURCE, WIDE_KIND } from '../../isa/opcodes.ts';
import { KERNEL_BASE_HI } from '../memory.ts';

/** Where a jump goes, as a share of the program's instructions: resolved once its length is known. */
interface Planned {
  readonly insn: Insn;
  readonly target: number | null;
}

const MOV_X = CLASS.ALU64 | 0xb0 | SOURCE.X;
const ADD_K = CLASS.ALU64;
const SUB_K = CLASS.ALU64 | 0x10;
const SHARES = 1 << 16;
const isJump = (spec: InstructionSpec): boolean => /\{(to|pc)\}/.test(spec.pseudo);

/** Rows that an engine executes; wide immediates only as plain values. */
const RUNNABLE = INSTRUCTIONS.filter(
  ({ shape, src, opcode }) =>
    !['call-reg', 'address-space', 'exit', 'call-kfunc'].includes(shape) &&
    !(shape === 'wide' && src !== WIDE_KIND.VALUE) &&
    !(opcode === OPCODE.CALL && src === CALL_KIND.HELPER),
);
const STRAIGHT = RUNNABLE.filter((spec) => !isJump(spec));
const JUMPS = RUNNABLE.filter(isJump);
const MEMORY = STRAIGHT.filter(({ pseudo }) => /\{(mem|at)\}/.test(pseudo));

const imm = oneof(
  integer({ min: -9, max: 70 }),
  integer({ min: -0x80000000, max: 0x7fffffff }),
  constantFrom(-0x80000000, 0x7fffffff, 0, -1),
);
/** r9 keeps the address of the data, so that most accesses land there; any other base is nearly always bad. */
const base = oneof(
  { weight: 12, arbitrary: constant(9) },
  { weight: 4, arbitrary: constant(10) },
  { weight: 1, arbitrary: nat(8) },
);

/** Which registers instructions use: bases of accesses, and what others write. */
interface Registers {
  readonly base: Arbitrary<number>;
  readonly written: Arbitrary<number>;
}
const ANY: Registers = { base, written: nat(8) };
/** r6 to r8 only ever hold addresses near those of r9 and r10. */
const POINTERS: Registers = { base: constantFrom(6, 7, 8, 9, 10), written: nat(5) };

function instruction(spec: InstructionSpec, { base, written }: Registers): Arbitrary<Planned> {
  const uses = (field: string): boolean => (SHAPES[spec.shape] as readonly string[]).includes(field);
  const isMemory = MEMORY.includes(spec);
  const isLoad = spec.shape === 'load';
  const dst = uses('dst') ? (isMemory && !isLoad ? base : written) : constant(0);
  const src = uses('src') ? (isMemory && isLoad ? base : nat(10)) : constant(spec.src ?? 0);
  const off =
    uses('off') && !isJump(spec)
      ? oneof(integer({ min: -72, max: 64 }), integer({ min: -0x8000, max: 0x7fff }))
      : constant(spec.off ?? 0);
  return record({
    insn: record({
      dst,
      src: uses('src') && isMemory && !isLoad ? written : src,
      off: isMemory
        ? oneof({ weight: 12, arbitrary: integer({ min: -64, max: 56 }) }, { weight: 1, arbitrary: off })
        : off,
      imm: uses('imm') && !isJump(spec) ? imm : spec.shape === 'jump-imm' ? imm : constant(spec.imm ?? 0),
      high: uses('high') ? imm : constant(0),
    }).map((fields) => insn(spec.opcode, fields)),
    target: isJump(spec) ? nat(SHARES) : constant(null),
  });
}

const helperCall: Arbitrary<Planned> = constantFrom(5, 7, 1, 14, 2).map((id) => ({
  insn: insn(OPCODE.CALL, { imm: id }),
  target: null,
}));
const exit: Arbitrary<Planned> = constant({ insn: insn(OPCODE.EXIT), target: null });

const anyOf = (specs: readonly InstructionSpec[], registers: Registers): Arbitrary<Planned> =>
  constantFrom(...specs).chain((spec) => instruction(spec, registers));
const planned = oneof(
  { weight: 10, arbitrary: anyOf(STRAIGHT, ANY) },
  { weight: 5, arbitrary: anyOf(MEMORY, ANY) },
  { weight: 6, arbitrary: anyOf(JUMPS, ANY) },
  { weight: 1, arbitrary: helperCall },
  { weight: 1, arbitrary: exit },
);

const pointer = integer({ min: 6, max: 8 });
const copied: Arbitrary<Insn> = tuple(pointer, integer({ min: 6, max: 10 })).map(([dst, src]) =>
  insn(MOV_X, { dst, src }),
);
const moved: Arbitrary<Insn> = tuple(constantFrom(ADD_K, SUB_K), pointer, integer({ min: -40, max: 40 })).map(
  ([opcode, dst, by]) => insn(opcode, { dst, imm: by }),
);
/** A few pointers, copied and moved about between jumps, and accesses through all of them. */
const plannedPointers = oneof(
  { weight: 4, arbitrary: oneof(copied, moved).map((made): Planned => ({ insn: made, target: null })) },
  { weight: 8, arbitrary: anyOf(MEMORY, POINTERS) },
  { weight: 2, arbitrary: anyOf(STRAIGHT, POINTERS) },
  { weight: 4, arbitrary: anyOf(JUMPS, POINTERS) },
  { weight: 1, arbitrary: helperCall },
  { weight: 1, arbitrary: exit },
);

/** r9 = data, in the middle of 128 bytes; r6 to r8 too */
const prologue = (data: number): Insn[] => [
  insn(OPCODE.LDDW, { dst: 9, imm: data, high: KERNEL_BASE_HI | 0 }),
  ...[6, 7, 8].map((dst) => insn(MOV_X, { dst, src: 9 })),
];

const PROLOGUE = prologue(0).length;

function resolve(plan: readonly Planned[], data: number): Uint8Array {
  const insns = [...prologue(data), ...plan.map((p) => p.insn), insn(OPCODE.EXIT)];
  const slots = [0];
  for (const i of insns) slots.push(slots[slots.length - 1] + slotsOf(i));
  const aimed = insns.map((i, at) => {
    const target = plan[at - PROLOGUE]?.target ?? null;
    if (target === null) return i;
    const to = slots[PROLOGUE + Math.floor((target * (insns.length - PROLOGUE)) / (SHARES + 1))];
    const distance = to - slots[at] - 1;
    return i.opcode === OPCODE.CALL || i.opcode === OPCODE.GOTOL ? { ...i, imm: distance } : { ...i, off: distance };
  });
  return encode(aimed);
}

/** Where the data lies that r9 points at: most programs meet good memory, some the edges of what they may touch. */
export type DataPlace = 'middle' | 'start' | 'end' | 'read-only';
const edge: Arbitrary<DataPlace> = constantFrom<DataPlace>('start', 'end', 'read-only');
const place: Arbitrary<DataPlace> = oneof(
  { weight: 6, arbitrary: constant<DataPlace>('middle') },
  { weight: 4, arbitrary: edge },
);

export interface RandomRun {
  readonly place: DataPlace;
  readonly insns: (data: number) => Uint8Array;
  readonly context: Uint8Array;
  readonly r2: number;
  readonly fuel: number;
}

const runOf = (plans: Arbitrary<Planned[]>, where: Arbitrary<DataPlace>): Arbitrary<RandomRun> =>
  tuple(
    plans,
    array(bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 16, maxLength: 16 }),
    nat(0xffff),
    integer({ min: 1, max: 400 }),
    where,
  ).map(([plan, words, r2, fuel, at]) => ({
    place: at,
    insns: (data: number) => resolve(plan, data),
    context: new Uint8Array(BigUint64Array.from(words).buffer),
    r2,
    fuel,
  }));

export const randomRun: Arbitrary<RandomRun> = oneof(
  { weight: 2, arbitrary: runOf(array(planned, { minLength: 1, maxLength: 60 }), place) },
  { weight: 1, arbitrary: runOf(array(plannedPointers, { minLength: 1, maxLength: 25 }), edge) },
);
