/*
 * The BPF machine: prepares programs and runs them over the one memory. It owns the programs' stacks (in the arena) and
 * its counters (in the engine's words, so that they rewind).
 */
import { assert } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { FRAME_POINTER, REGISTERS } from '../isa/opcodes.ts';
import type { KernelFunctions } from './functions.ts';
import { FRAME_BYTES, MAX_FRAMES } from './calls.ts';
import { type InstructionWatch, interpret, type Run, type Surroundings } from './interpreter.ts';
import { KERNEL_BASE_HI, type Memory, REGIONS } from './memory.ts';
import { prepareProgram, type Program } from './program.ts';
import { type CompiledProgram, compilePrograms } from './wasm/compile.ts';
import { SCRATCH } from './wasm/scratch.ts';

/** Instructions that one call of a program may execute. */
export const FUEL = 1_000_000;
/** Programs within programs: a kernel function may call a struct's member, which is a program again. */
const MAX_NESTING = 4;

/** Compiling a longer program (100,000 slots) would take longer than interpreting all that its fuel allows. */
const COMPILED_BYTES = 800_000;
const STACK_BYTES = MAX_FRAMES * FRAME_BYTES;
const FUEL_LEFT = SCRATCH.fuel >> 2;
const BAILED = SCRATCH.bailed >> 2;
const LAST_FRAME = SCRATCH.lastFrame >> 2;
const ARENA_BYTES = SCRATCH.arenaBytes >> 2;
const RESULT = SCRATCH.result >> 2;
/** what a program within a program would overwrite */
const SCRATCH_FROM = SCRATCH.fuel >> 2;
const SCRATCH_TO = SCRATCH.result >> 2;

/** A load outside what programs may read; Linux reads 0 there too if the pointer is a BTF pointer. */
export interface ZeroReads {
  readonly count: number;
  /** slot of the last one, and the address as [low, high] */
  readonly pc: number;
  readonly address: readonly [number, number];
}

/** Compiled programs are interpreted too, when someone watches; the results are the same bit for bit. */
export type Engine = 'compiled' | 'interpreted';

export interface MachineOptions {
  readonly engine?: Engine;
  /** instructions that one call may execute */
  readonly fuel?: number;
}

export class BpfMachine {
  private nesting = 0;
  private readonly engine: Engine;
  private readonly fuel: number;
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
    { engine = 'compiled', fuel = FUEL }: MachineOptions = {},
  ) {
    this.engine = engine;
    this.fuel = fuel;
    this.stacks = memory.alloc('arena', MAX_NESTING * STACK_BYTES, 16);
    this.executedAt = memory.alloc('engine', 8) >>> 3;
    this.zeroReadsAt = memory.alloc('engine', 16) >>> 2;
    this.around = { memory, functions, zeroRead: (pc, low, high) => this.noteZeroRead(pc, low, high) };
  }

  /** Makes a program runnable. Kernel functions must be registered before. */
  prepare(insns: Uint8Array): Result<Program> {
    return prepareProgram(insns, this.functions);
  }

  /**
   * Runs a program with r1 = the address of its context (0: NULL) and r2 = a number. Returns the low word of r0,
   * unsigned; `highWord` has the rest. Throws ProgramStopped, and what `watch` or a kernel function throws.
   */
  run(program: Program, context: number, r2 = 0, watch: InstructionWatch | null = null): number {
    assert(this.nesting < MAX_NESTING, 'programs nested too deep');
    const compiled = watch || this.engine === 'interpreted' ? null : (program.compiled ?? this.compile(program));
    if (compiled) this.runCompiled(program, compiled, context, r2);
    else this.runInterpreted(program, context, r2, watch);
    return this.memory.u32[RESULT];
  }

  /** High word of the last program's r0. */
  get highWord(): number {
    return this.memory.u32[RESULT + 1];
  }

  /** Instructions executed by all programs so far. */
  get executed(): number {
    return this.memory.f64[this.executedAt];
  }

  get zeroReads(): ZeroReads {
    const [count, pc, low, high] = this.memory.u32.subarray(this.zeroReadsAt, this.zeroReadsAt + 4);
    return { count, pc, address: [low, high] };
  }

  /** On first use. What WebAssembly engines find too large stays interpreted. */
  private compile(program: Program): CompiledProgram | null {
    if (program.tooLarge || program.insns.length > COMPILED_BYTES) return null;
    try {
      [program.compiled] = compilePrograms([program], this.around);
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError)) throw error;
      program.tooLarge = true;
    }
    return program.compiled;
  }

  private get arenaBytes(): number {
    return this.memory.end('arena') - REGIONS.arena.base;
  }

  private get framePointer(): number {
    return this.stacks + this.nesting * STACK_BYTES + FRAME_BYTES;
  }

  private runInterpreted(program: Program, context: number, r2: number, watch: InstructionWatch | null): void {
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
    this.leaveResult(run);
  }

  private begin(program: Program, context: number, r2: number, watch: InstructionWatch | null): Run {
    const low = program.busy ? program.low.slice() : program.low;
    const high = program.busy ? program.high.slice() : program.high;
    low.fill(0, 0, FRAME_POINTER);
    high.fill(0, 0, FRAME_POINTER);
    low[1] = context;
    high[1] = context === 0 ? 0 : KERNEL_BASE_HI;
    low[2] = r2;
    low[FRAME_POINTER] = this.framePointer;
    high[FRAME_POINTER] = KERNEL_BASE_HI;
    return { program, low, high, watch, pc: 0, depth: 0, fuel: this.fuel, arenaBytes: this.arenaBytes };
  }

  private leaveResult({ low, high }: Run): void {
    this.memory.i32[RESULT] = low[0];
    this.memory.i32[RESULT + 1] = high[0];
  }

  private runCompiled(program: Program, compiled: CompiledProgram, context: number, r2: number): void {
    const { i32 } = this.memory;
    // a program within a program: the outer one's words come back
    const outer = this.nesting === 0 ? null : i32.slice(SCRATCH_FROM, SCRATCH_TO);
    const frame = this.framePointer;
    i32[FUEL_LEFT] = this.fuel;
    i32[ARENA_BYTES] = this.arenaBytes;
    i32[LAST_FRAME] = frame + STACK_BYTES - FRAME_BYTES;
    this.nesting++;
    try {
      compiled.run(context, r2, frame);
    } catch (error) {
      if (i32[BAILED] === 0) throw error;
      i32[BAILED] = 0;
      this.stopAsInterpreted(program, compiled, frame);
    } finally {
      this.nesting--;
      this.memory.f64[this.executedAt] += this.fuel - i32[FUEL_LEFT];
      if (outer) i32.set(outer, SCRATCH_FROM);
    }
  }

  /** Compiled code gave up: the interpreter goes on from there to the instruction that ends the program, and says why. */
  private stopAsInterpreted(program: Program, { remaining }: CompiledProgram, frame: number): never {
    const { i32 } = this.memory;
    const low = program.low.slice();
    const high = program.high.slice();
    for (let r = 0; r < REGISTERS; r++) {
      low[r] = i32[(SCRATCH.registers >> 2) + r * 2];
      high[r] = i32[(SCRATCH.registers >> 2) + r * 2 + 1];
    }
    const pc = i32[SCRATCH.pc >> 2];
    const depth = (low[FRAME_POINTER] - frame) / FRAME_BYTES;
    const run: Run = {
      program,
      low,
      high,
      watch: null,
      pc,
      depth,
      fuel: i32[FUEL_LEFT] + remaining[pc],
      arenaBytes: i32[ARENA_BYTES],
    };
    try {
      interpret(run, this.around);
    } finally {
      i32[FUEL_LEFT] = run.fuel;
    }
    assert(false, `compiled code gave up at ${pc}, where the interpreter does not stop`);
  }

  private noteZeroRead(pc: number, low: number, high: number): void {
    const { u32 } = this.memory;
    u32[this.zeroReadsAt]++;
    u32[this.zeroReadsAt + 1] = pc;
    u32[this.zeroReadsAt + 2] = low;
    u32[this.zeroReadsAt + 3] = high;
  }
}
