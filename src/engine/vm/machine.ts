/*
 * The BPF machine: prepares programs and runs them over the one memory. It owns the programs' stacks (in the arena) and
 * its counters (in the engine's words, so that they rewind).
 */
import { assert } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { FRAME_POINTER } from '../isa/opcodes.ts';
import type { KernelFunctions } from './functions.ts';
import {
  FRAME_BYTES,
  type InstructionWatch,
  interpret,
  MAX_FRAMES,
  type Run,
  type Surroundings,
} from './interpreter.ts';
import { KERNEL_BASE_HI, type Memory } from './memory.ts';
import { prepareProgram, type Program } from './program.ts';

/** Instructions that one call of a program may execute. */
export const FUEL = 1_000_000;
/** Programs within programs: a kernel function may call a struct's member, which is a program again. */
const MAX_NESTING = 4;

/** A load outside what programs may read; Linux reads 0 there too if the pointer is a BTF pointer. */
export interface ZeroReads {
  readonly count: number;
  /** slot of the last one, and the address as [low, high] */
  readonly pc: number;
  readonly address: readonly [number, number];
}

export class BpfMachine {
  /** high word of the last program's r0 */
  highWord = 0;
  private nesting = 0;
  private readonly stacks: number;
  /** f64 index of the executed-instructions counter */
  private readonly executedAt: number;
  /** u32 index: count, pc, address low, address high */
  private readonly zeroReadsAt: number;
  private readonly around: Surroundings;

  /** Takes its stacks and counters from the memory; boot only. */
  constructor(
    readonly memory: Memory,
    readonly functions: KernelFunctions,
    private readonly fuel = FUEL,
  ) {
    this.stacks = memory.alloc('arena', MAX_NESTING * MAX_FRAMES * FRAME_BYTES, 16);
    this.executedAt = memory.alloc('engine', 8) >>> 3;
    this.zeroReadsAt = memory.alloc('engine', 16) >>> 2;
    this.around = { memory, functions, zeroRead: (pc, low, high) => this.noteZeroRead(pc, low, high) };
  }

  prepare(insns: Uint8Array): Result<Program> {
    return prepareProgram(insns, this.functions);
  }

  /**
   * Runs a program with r1 = the address of its context (0: NULL) and r2 = a number. Returns the low word of r0,
   * unsigned; `highWord` has the rest. Throws ProgramStopped.
   */
  run(program: Program, context: number, r2 = 0, watch: InstructionWatch | null = null): number {
    assert(this.nesting < MAX_NESTING, 'programs nested too deep');
    const run = this.begin(program, context, r2, watch);
    const outermost = !program.busy;
    program.busy = true;
    this.nesting++;
    try {
      interpret(run, this.around);
    } finally {
      this.nesting--;
      if (outermost) program.busy = false;
      this.memory.f64[this.executedAt] += this.fuel - run.fuel;
    }
    this.highWord = run.high[0] >>> 0;
    return run.low[0] >>> 0;
  }

  /** Instructions executed by all programs so far. */
  get executed(): number {
    return this.memory.f64[this.executedAt];
  }

  get zeroReads(): ZeroReads {
    const [count, pc, low, high] = this.memory.u32.subarray(this.zeroReadsAt, this.zeroReadsAt + 4);
    return { count, pc, address: [low, high] };
  }

  private begin(program: Program, context: number, r2: number, watch: InstructionWatch | null): Run {
    const low = program.busy ? program.low.slice() : program.low;
    const high = program.busy ? program.high.slice() : program.high;
    low.fill(0, 0, FRAME_POINTER);
    high.fill(0, 0, FRAME_POINTER);
    low[1] = context;
    high[1] = context === 0 ? 0 : KERNEL_BASE_HI;
    low[2] = r2;
    low[FRAME_POINTER] = this.stacks + this.nesting * MAX_FRAMES * FRAME_BYTES + FRAME_BYTES;
    high[FRAME_POINTER] = KERNEL_BASE_HI;
    return { program, low, high, watch, pc: 0, depth: 0, fuel: this.fuel };
  }

  private noteZeroRead(pc: number, low: number, high: number): void {
    const { u32 } = this.memory;
    u32[this.zeroReadsAt]++;
    u32[this.zeroReadsAt + 1] = pc;
    u32[this.zeroReadsAt + 2] = low;
    u32[this.zeroReadsAt + 3] = high;
  }
}
