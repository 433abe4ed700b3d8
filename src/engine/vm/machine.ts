/*
 * The BPF machine: prepares programs and runs them over the one memory. It owns the programs' stacks (in the arena) and
 * its counters (in the engine's words, so that they rewind).
 */
import { assert } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { FRAME_POINTER, REGISTERS } from '../isa/opcodes.ts';
import type { KernelFunctions } from './functions.ts';
import { FRAME_BYTES, FRAME_SHIFT, FRAME_WORDS, MAX_FRAMES, STACK_BYTES } from './calls.ts';
import { type InstructionWatch, interpret, type Run, type Surroundings } from './interpreter.ts';
import { KERNEL_BASE_HI, type Memory } from './memory.ts';
import { prepareProgram, type Program } from './program.ts';
import type { TextFunction } from './text.ts';
import {
  type CompiledInstance,
  type CompiledProgram,
  compileModule,
  instantiate,
  type TrampolinePlan,
} from './wasm/compile.ts';
import { type CompiledEntry, Gate } from './wasm/gate.ts';
import { FRAME, SCRATCH } from './wasm/scratch.ts';
import { CONTEXT_BYTES, type Layout, type Prototype, storeArguments } from './wasm/trampoline.ts';

/** Instructions that one call of a program may execute. */
export const FUEL = 1_000_000;
/** Programs within programs: a kernel function may call a struct's member, which is a program again. */
const MAX_NESTING = 4;

/** Compiling a longer program (100,000 slots) would take longer than interpreting all that its fuel allows. */
const COMPILED_BYTES = 800_000;
/** Engines take functions of some 7 MB; below this size a module is never too large. */
const TOO_LARGE = 4_000_000;
const FUEL_LEFT = SCRATCH.fuel >> 2;
const NESTING = SCRATCH.nesting >> 2;
const RESULT = SCRATCH.result >> 2;

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

/** A member of a struct: native arguments for a program. */
export interface Member {
  readonly program: Program;
  readonly prototype: Prototype;
}

export class BpfMachine {
  private readonly engine: Engine;
  private readonly fuel: number;
  private readonly stacks: number;
  private readonly contexts: number;
  /** f64 index of the executed-instructions counter */
  private readonly executedAt: number;
  /** u32 index: count, pc, address low, address high */
  private readonly zeroReadsAt: number;
  private readonly around: Surroundings;
  private readonly gate = new Gate();

  /** Takes its stacks and counters from the memory; boot only. */
  constructor(
    readonly memory: Memory,
    readonly functions: KernelFunctions,
    { engine = 'compiled', fuel = FUEL }: MachineOptions = {},
  ) {
    this.engine = engine;
    this.fuel = fuel;
    // aligned to a program's stack: r10 tells compiled code its depth
    this.stacks = memory.alloc('arena', MAX_NESTING * STACK_BYTES, STACK_BYTES);
    this.contexts = memory.alloc('arena', MAX_NESTING * CONTEXT_BYTES, CONTEXT_BYTES);
    this.executedAt = memory.alloc('engine', 8) >>> 3;
    this.zeroReadsAt = memory.alloc('engine', 16) >>> 2;
    this.around = { memory, functions, zeroRead: (pc, low, high) => this.noteZeroRead(pc, low, high) };
  }

  /** Makes a program runnable. Kernel functions must be registered before. */
  prepare(insns: Uint8Array): Result<Program> {
    return prepareProgram(insns, this.functions);
  }

  /** Compiles a program now, as its first run would; says which engine will run it. */
  makeReady(program: Program): Engine {
    return this.engine === 'compiled' && (program.compiled ?? this.compile(program)) ? 'compiled' : 'interpreted';
  }

  /**
   * Runs a program with r1 = the address of its context (0: NULL) and r2 = a number. Returns the low word of r0,
   * unsigned; `highWord` has the rest. Throws ProgramStopped, and what `watch` or a kernel function throws.
   */
  run(program: Program, context: number, r2 = 0, watch: InstructionWatch | null = null): number {
    const { i32 } = this.memory;
    const level = i32[NESTING];
    if (level >= MAX_NESTING) tooDeep();
    const compiled = watch || this.engine === 'interpreted' ? null : (program.compiled ?? this.compile(program));
    if (compiled && level > 0) return this.callNested(compiled.run, [context, r2, 0, 0], level);
    if (compiled) return this.callProgram(compiled.run, context, r2);
    this.runInterpreted(this.begin(program, context, r2, watch, level), level);
    return this.memory.u32[RESULT];
  }

  /**
   * Members that call their programs from within one WebAssembly module, made when the first of them is called.
   * `watchOf`: asked at each call for the member's number; a watched program is interpreted.
   */
  members(members: readonly Member[], watchOf: (member: number) => InstructionWatch | null): TextFunction[] {
    let compiled: readonly number[] | null = null;
    return members.map((member, i) => (a, b, c, d) => {
      const watch = watchOf(i);
      if (!watch) compiled ??= this.compileMembers(members);
      if (watch || !compiled || compiled.length === 0) return this.callInterpreted(member, [a, b, c, d], watch);
      const level = this.memory.i32[NESTING];
      if (level >= MAX_NESTING) tooDeep();
      if (level === 0) return this.callMember(compiled[i], a, b, c, d);
      const place = compiled[i];
      return this.callNested((...args) => this.gate.call(...args, place), [a, b, c, d], level);
    });
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

  /** Where trampolines find what they need. */
  get layout(): Layout {
    return { stacks: this.stacks, contexts: this.contexts, executed: this.executedAt * 8, fuel: this.fuel };
  }

  // --- compiled

  /** On first use. What WebAssembly engines find too large stays interpreted. */
  private compile(program: Program): CompiledProgram | null {
    if (program.tooLarge) return null;
    const instance = this.instance([program], []);
    if (instance) [program.compiled] = instance.programs;
    else program.tooLarge = true;
    return program.compiled;
  }

  /** All of them in one module; none when one is too large. */
  private compileMembers(members: readonly Member[]): readonly number[] {
    if (this.engine === 'interpreted') return [];
    const programs = [...new Set(members.map(({ program }) => program))];
    const plans = members.map(({ program, prototype }) => ({ program: programs.indexOf(program), prototype }));
    return this.instance(programs, plans)?.trampolines ?? [];
  }

  private instance(programs: readonly Program[], trampolines: readonly TrampolinePlan[]): CompiledInstance | null {
    if (programs.some(({ insns }) => insns.length > COMPILED_BYTES)) return null;
    const { memory, functions } = this;
    const compiled = compileModule(programs, this.layout, trampolines);
    try {
      const instance = instantiate(compiled, {
        memory,
        functions,
        gate: this.gate,
        resume: (number) => this.resume(programs[number], instance.programs[number].remaining),
      });
      return instance;
    } catch (error) {
      // a small module that is refused would be a fault of the generator
      if (!(error instanceof WebAssembly.CompileError) || compiled.bytes.length < TOO_LARGE) throw error;
      return null;
    }
  }

  /** Whoever calls programs by themselves calls one many times: the engine knows the target. */
  private callProgram(entry: CompiledEntry, context: number, r2: number): number {
    try {
      return entry(context, r2, 0, 0, 0) >>> 0;
    } catch (error) {
      this.leaveThrown(0);
      throw error;
    }
  }

  /** The stack calls many members in turn. */
  private callMember(place: number, a: number, b: number, c: number, d: number): number {
    try {
      return this.gate.call(a, b, c, d, 0, place) >>> 0;
    } catch (error) {
      this.leaveThrown(0);
      throw error;
    }
  }

  /** The outer program's count of its fuel comes back. */
  private callNested(entry: CompiledEntry, args: readonly number[], level: number): number {
    const { i32 } = this.memory;
    const outerFuel = i32[FUEL_LEFT];
    const [a, b, c, d] = args;
    try {
      return entry(a, b, c, d, level) >>> 0;
    } catch (error) {
      this.leaveThrown(level);
      throw error;
    } finally {
      i32[FUEL_LEFT] = outerFuel;
    }
  }

  /** What is thrown out of a program finds in the scratch word how far it came. */
  private leaveThrown(level: number): void {
    const { i32, f64 } = this.memory;
    f64[this.executedAt] += this.fuel - i32[FUEL_LEFT];
    i32[NESTING] = level;
  }

  /** Compiled code gave up: the interpreter goes on from there. The fuel that is left stays in the scratch word. */
  private resume(program: Program, remaining: Int32Array): void {
    const { i32 } = this.memory;
    const low = program.low.slice();
    const high = program.high.slice();
    for (let r = 0; r < REGISTERS; r++) {
      low[r] = i32[(SCRATCH.registers >> 2) + r * 2];
      high[r] = i32[(SCRATCH.registers >> 2) + r * 2 + 1];
    }
    const pc = i32[SCRATCH.pc >> 2];
    const depth = depthOf(low[FRAME_POINTER]);
    const frames = this.framesLeft(depth);
    const run: Run = { program, low, high, watch: null, pc, depth, fuel: i32[FUEL_LEFT] + remaining[pc], frames };
    try {
      interpret(run, this.around);
    } finally {
      i32[FUEL_LEFT] = run.fuel;
    }
    this.leaveResult(run);
  }

  /** What the functions that called the one which gave up have left of their frames. */
  private framesLeft(depth: number): Int32Array {
    const { i32 } = this.memory;
    const frames = new Int32Array(FRAME_WORDS * (MAX_FRAMES - 1));
    for (let i = 0; i < depth; i++) {
      const left = i32.subarray((SCRATCH.frames + i * FRAME.bytes) >> 2);
      const ip = (left[FRAME.pc >> 2] + 1) * 2;
      const saved = left.subarray(FRAME.saved >> 2, (FRAME.saved >> 2) + 8);
      const args = left.subarray(FRAME.args >> 2, (FRAME.args >> 2) + 10);
      frames.set([ip, ...saved, left[FRAME.turn >> 2], ...args], i * FRAME_WORDS);
    }
    return frames;
  }

  // --- interpreted

  private callInterpreted(
    { program, prototype }: Member,
    args: readonly number[],
    watch: InstructionWatch | null,
  ): number {
    const level = this.memory.i32[NESTING];
    if (level >= MAX_NESTING) tooDeep();
    const context = this.contexts + level * CONTEXT_BYTES;
    storeArguments(this.memory, context, prototype, args);
    this.runInterpreted(this.begin(program, context, 0, watch, level), level);
    return prototype.hasReturn ? this.memory.u32[RESULT] : 0;
  }

  private runInterpreted(run: Run, level: number): void {
    const { program } = run;
    const outermost = !program.busy;
    program.busy = true;
    this.memory.i32[NESTING] = level + 1;
    try {
      interpret(run, this.around);
    } finally {
      this.memory.i32[NESTING] = level;
      if (outermost) program.busy = false;
      this.memory.f64[this.executedAt] += this.fuel - run.fuel;
    }
    this.leaveResult(run);
  }

  private begin(program: Program, context: number, r2: number, watch: InstructionWatch | null, level: number): Run {
    const low = program.busy ? program.low.slice() : program.low;
    const high = program.busy ? program.high.slice() : program.high;
    for (let r = 0; r < FRAME_POINTER; r++) {
      low[r] = 0;
      high[r] = 0;
    }
    low[1] = context;
    high[1] = context === 0 ? 0 : KERNEL_BASE_HI;
    low[2] = r2;
    low[FRAME_POINTER] = this.framePointer(level);
    high[FRAME_POINTER] = KERNEL_BASE_HI;
    return { program, low, high, watch, pc: 0, depth: 0, fuel: this.fuel, frames: null };
  }

  private leaveResult({ low, high }: Run): void {
    this.memory.i32[RESULT] = low[0];
    this.memory.i32[RESULT + 1] = high[0];
  }

  private framePointer(level: number): number {
    return this.stacks + level * STACK_BYTES + FRAME_BYTES;
  }

  private noteZeroRead(pc: number, low: number, high: number): void {
    const { u32 } = this.memory;
    u32[this.zeroReadsAt]++;
    u32[this.zeroReadsAt + 1] = pc;
    u32[this.zeroReadsAt + 2] = low;
    u32[this.zeroReadsAt + 3] = high;
  }
}

/** A stack is aligned to its size and frames are filled from the bottom. */
const depthOf = (framePointer: number): number => ((framePointer - 1) & (STACK_BYTES - 1)) >> FRAME_SHIFT;

function tooDeep(): never {
  assert(false, 'programs nested too deep');
}
