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
