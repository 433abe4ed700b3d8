/*
 * The instruction set as data: RFC 9669, the instructions of cpu v4, and those that Linux added since. Assemblers,
 * disassemblers, hover texts, the loader's checks of reserved fields and the conformance groups all read this table.
 */
import { assert } from '../base/assert.ts';
import type { Insn } from './insn.ts';
import { CLASS, MODE } from './opcodes.ts';
import { aluInstructions } from './table/alu.ts';
import { jumpInstructions } from './table/jumps.ts';
import { memoryInstructions } from './table/memory.ts';
import { type InstructionSpec, SHAPES, type Shape } from './table/spec.ts';

export { ALU_NAMES } from './table/alu.ts';
export { JUMP_NAMES } from './table/jumps.ts';
export { ATOMIC_NAMES } from './table/memory.ts';
export { type ConformanceGroup, type CpuVersion, type InstructionSpec, SHAPES, type Shape } from './table/spec.ts';

export const INSTRUCTIONS: readonly InstructionSpec[] = [
  ...aluInstructions,
  ...jumpInstructions,
  ...memoryInstructions,
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

interface Row {
  readonly spec: InstructionSpec;
  /** value that a field must have; null: the field is an operand */
  readonly dst: 0 | null;
  readonly src: number | null;
  readonly off: number | null;
  readonly imm: number | null;
}

function rowOf(spec: InstructionSpec): Row {
  const fields: readonly string[] = SHAPES[spec.shape];
  const fixed = <T>(field: string, value: T): T | null => (fields.includes(field) ? null : value);
  const { src = 0, off = 0, imm = 0 } = spec;
  return { spec, dst: fixed('dst', 0), src: fixed('src', src), off: fixed('off', off), imm: fixed('imm', imm) };
}

/** rows by opcode, for speed: every instruction of every loaded program is looked up */
const rows: readonly (readonly Row[])[] = Array.from({ length: 256 }, (_, opcode) =>
  (byOpcode.get(opcode) ?? []).map(rowOf),
);

/** The row of an instruction; null for an unknown opcode, or when a field with a fixed value has another one. */
export function specOf({ opcode, dst, src, off, imm }: Insn): InstructionSpec | null {
  for (const row of rows[opcode]) {
    if (
      (row.dst === null || dst === row.dst) &&
      (row.src === null || src === row.src) &&
      (row.off === null || off === row.off) &&
      (row.imm === null || imm === row.imm)
    )
      return row.spec;
  }
  return null;
}

/** The row of an instruction when its reserved fields are ignored, as the kernel's printer ignores them. */
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
