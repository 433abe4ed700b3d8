/*
 * The BPF machine: prepares programs and runs them over the one memory. It owns the programs' stacks (in the arena) and
 * its own counters (in the engine's region, so that they rewind).
 */
import { assert } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { FRAME_POINTER, REGISTERS } from '../isa/opcodes.ts';
import type { KernelFunctions } from './functions.ts';
import { FRAME_BYTES, FRAME_SHIFT, FRAME_WORDS, MAX_FRAMES, STACK_BYTES } from './calls.ts';
import { interpret, type Surroundings } from './interpreter.ts';
import { type InstructionWatch } from './prepared.ts';
import { type Run, runOf } from './prepared.ts';
import { KERNEL_BASE_HI, type Memory } from './memory.ts';
import { prepareProgram } from './program.ts';
import { type Program } from './prepared.ts';
import type { TextFunction } from './text.ts';
import { compileModule, type EntryPlan, instantiate } from './wasm/compile.ts';
import { ENTRY_WORDS } from './wasm/locals.ts';
import { CONTEXT_BYTES, type Layout, type Prototype, storeArguments } from './wasm/entries.ts';
import { type CompiledEntry, Gate, NO_PLACE, PLACE_UNKNOWN } from './wasm/gate.ts';
import * as SCRATCH from './wasm/scratch.ts';
import type { Places } from './wasm/operands.ts';

/** Instructions that one call of a program may execute. */
export const FUEL = 1_000_000;
/** Deepest nesting of programs: a kernel function may call a struct's member, which again is a program. */
const MAX_NESTING = 4;

/**
 * Longest program that is compiled, in slots; compiling a longer one would take more time than interpreting all that
 * its fuel allows.
 */
const COMPILED_BYTES = 800_000;
/** Engines accept functions of about 7 MB; a module below this size is never refused as too large. */
const TOO_LARGE = 4_000_000;
const FUEL_LEFT = SCRATCH.fuel >> 2;
const NESTING = SCRATCH.nesting >> 2;
const RESULT = SCRATCH.result >> 2;

/** A load outside the memory that programs may read; Linux also reads 0 there if the pointer is a BTF pointer. */
export interface ZeroReads {
  readonly count: number;
  /** slot of the last one, and the address as [low, high] */
  readonly pc: number;
  readonly address: readonly [number, number];
}

/** How a program runs. Compiled programs are interpreted while somebody watches; the results are equal bit for bit. */
export type Engine = 'compiled' | 'interpreted';

export interface MachineOptions {
  readonly engine?: Engine;
  /** instructions that one call may execute */
  readonly fuel?: number;
  /** where compiled members go */
  readonly gate?: Gate;
}

/** A member of a struct: native arguments for a program. */
export interface Member {
  /** identifies the member in `watch` and `called` */
  readonly id: number;
  readonly program: Program;
  readonly prototype: Prototype;
}

type EntryArguments = Parameters<CompiledEntry>;

export class BpfMachine {
  /**
   * Asked at each call of a member, with its id; a watched member is interpreted. Whoever sets it must call the text's
   * `forget`, because direct calls do not ask.
   */
  watch: ((id: number) => InstructionWatch | null) | null = null;
  private readonly engine: Engine;
  private readonly fuel: number;
  private readonly stacks: number;
  private readonly contexts: number;
  /** address of the executed-instructions counter */
  private readonly executedAt: number;
  /** u32 index: count, pc, address low, address high */
  private readonly zeroReadsAt: number;
  private readonly around: Surroundings;
  private readonly gate: Gate;
  /** programs that others tail-called, by their instructions */
  private readonly tailTargets = new WeakMap<Uint8Array, Program>();
  /** words of the memory */
  private readonly words: Int32Array;
  /** ids of members, by the places of their entries in the gate */
  private readonly ids: number[] = [];

  /** Takes its stacks and counters from the memory; boot only. */
  constructor(
    readonly memory: Memory,
    readonly functions: KernelFunctions,
    { engine = 'compiled', fuel = FUEL, gate = new Gate() }: MachineOptions = {},
  ) {
    this.engine = engine;
    this.gate = gate;
    this.words = memory.i32;
    this.fuel = fuel;
    // aligned to a program's stack: r10 tells compiled code its depth
    this.stacks = memory.alloc('arena', MAX_NESTING * STACK_BYTES, STACK_BYTES);
    this.contexts = memory.alloc('arena', MAX_NESTING * CONTEXT_BYTES, CONTEXT_BYTES);
    this.executedAt = memory.alloc('engine', 8);
    this.zeroReadsAt = memory.alloc('engine', 16) >>> 2;
    this.around = {
      memory,
      functions,
      programOf: (insns) => this.programOf(insns),
      zeroRead: (pc, low, high) => this.noteZeroRead(pc, low, high),
    };
  }

  /**
   * Makes a program runnable. The kernel functions that it calls must already be registered. `proven`: by slot, not 0
   * if the access is known to stay in the program's own memory; null: none is known, all accesses are checked at run
   * time.
   */
  prepare(insns: Uint8Array, proven: Uint8Array | null = null): Result<Program> {
    return prepareProgram(insns, this.functions, proven);
  }

  private programOf(insns: Uint8Array): Program {
    const known = this.tailTargets.get(insns);
    if (known) return known;
    const program = this.prepare(insns);
    assert(program.ok, 'a loaded program cannot be prepared');
    this.tailTargets.set(insns, program.value);
    return program.value;
  }

  /** Compiles a program now, as its first run would; says which engine will run it. */
  makeReady(program: Program): Engine {
    return this.placeOf(program) === NO_PLACE ? 'interpreted' : 'compiled';
  }

  /**
   * Runs a program with r1 = the address of its context (0: NULL) and r2 = a number. Returns the low word of r0,
   * unsigned; `highWord` has the rest. Throws ProgramStopped, and what `watch` or a kernel function throws.
   */
  run(program: Program, context: number, r2 = 0, watch: InstructionWatch | null = null): number {
    const place = watch ? NO_PLACE : this.placeOf(program);
    if (place >= 0) return this.enter(place, context, r2, 0, 0);
    const level = this.nextLevel();
    this.runInterpreted(this.begin(program, context, r2, watch, level), level);
    return this.memory.u32[RESULT];
  }

  /**
   * Makes members that call their programs inside one WebAssembly module, which is compiled when the first of them is
   * called.
   */
  members(members: readonly Member[]): TextFunction[] {
    const places = members.map(({ id }) => {
      const place = this.gate.reserve();
      this.ids[place] = id;
      return place;
    });
    let compiled: boolean | null = null;
    // a member whose arguments exceed the words of a call can only be called wide
    const narrow = members.every(({ prototype }) => prototype.args.length <= ENTRY_WORDS);
    const runsCompiled = (): boolean => (compiled ??= narrow && this.compileMembers(members, places));
    const caught = (error: unknown): never => {
      this.leaveThrown(0);
      throw error;
    };
    return members.map((member, i): TextFunction => {
      const place = places[i];
      const run = (...args: EntryArguments): number => {
        const watch = this.watch?.(member.id) ?? null;
        if (!watch && runsCompiled()) return this.enter(place, ...args);
        this.gate.entered = place;
        return this.callInterpreted(member, args, watch);
      };
      return Object.assign(run, {
        wide: (context: number) => this.callWide(member, place, context),
        direct: { place: () => (this.watch || !runsCompiled() ? NO_PLACE : place), caught },
      });
    });
  }

  /** Id of the member that was called last; 0 before the first. For reports only, not part of the state. */
  get called(): number {
    return this.ids[this.gate.entered] ?? 0;
  }

  /** High word of the last program's r0. */
  get highWord(): number {
    return this.memory.u32[RESULT + 1];
  }

  /** Instructions executed by all programs so far. */
  get executed(): number {
    return this.memory.u64(this.executedAt);
  }

  get zeroReads(): ZeroReads {
    const [count, pc, low, high] = this.memory.u32.subarray(this.zeroReadsAt, this.zeroReadsAt + 4);
    return { count, pc, address: [low, high] };
  }

  /** Where trampolines find what they need. */
  get layout(): Layout {
    return { stacks: this.stacks, contexts: this.contexts, executed: this.executedAt, fuel: this.fuel };
  }

  // --- compiled

  private placeOf(program: Program): number {
    if (program.place === PLACE_UNKNOWN) this.compile(program);
    return program.place;
  }

  /** Compiles on first use. A program that WebAssembly engines refuse as too large stays interpreted. */
  private compile(program: Program): void {
    const entries = this.entries([program], [{ program: 0, prototype: null }]);
    program.place = entries ? this.gate.reserve() : NO_PLACE;
    if (entries) this.gate.put(program.place, entries[0]);
  }

  /** Compiles all members in one module; none when one of them is too large. */
  private compileMembers(members: readonly Member[], places: readonly number[]): boolean {
    const programs = [...new Set(members.map(({ program }) => program))];
    const plans = members.map(({ program, prototype }) => ({ program: programs.indexOf(program), prototype }));
    const entries = this.entries(programs, plans);
    for (const [i, place] of places.entries()) if (entries) this.gate.put(place, entries[i]);
    return entries !== null;
  }

  private entries(programs: readonly Program[], plans: readonly EntryPlan[]): CompiledEntry[] | null {
    if (this.engine === 'interpreted' || programs.some(({ insns }) => insns.length > COMPILED_BYTES)) return null;
    const { memory, functions } = this;
    const compiled = compileModule(programs, this.layout, plans);
    const resume = (number: number): void => this.resume(programs[number], compiled.places[number]);
    try {
      return instantiate(compiled, { memory, functions, resume });
    } catch (error) {
      // refusal of a small module is an error of the generator
      if (!(error instanceof WebAssembly.CompileError) || compiled.bytes.length < TOO_LARGE) throw error;
      return null;
    }
  }

  /** Calls a program with the address of its context, which the caller has filled. */
  private callWide({ id, program, prototype }: Member, place: number, context: number): bigint {
    this.gate.entered = place;
    const watch = this.watch?.(id) ?? null;
    if (!watch && this.placeOf(program) >= 0) this.ids[program.place] = id;
    const low = this.run(program, context, 0, watch);
    return prototype.hasReturn ? (BigInt(this.highWord) << 32n) | BigInt(low) : 0n;
  }

  private enter(place: number, a: number, b: number, c: number, d: number): number {
    if (this.words[NESTING] !== 0) return this.enterNested(place, [a, b, c, d]);
    try {
      return this.gate.enter(place, a, b, c, d);
    } catch (error) {
      this.leaveThrown(0);
      throw error;
    }
  }

  /** Calls a program inside another one, and restores the outer program's fuel afterwards. */
  private enterNested(place: number, args: EntryArguments): number {
    const { i32 } = this.memory;
    const level = this.nextLevel();
    const outerFuel = i32[FUEL_LEFT];
    try {
      return this.gate.enter(place, ...args);
    } catch (error) {
      this.leaveThrown(level);
      throw error;
    } finally {
      i32[FUEL_LEFT] = outerFuel;
    }
  }

  /** Takes the next nesting level; stops the program when all levels are in use. */
  private nextLevel(): number {
    const level = this.memory.i32[NESTING];
    assert(level < MAX_NESTING, 'programs nested too deep');
    return level;
  }

  /** Accounts for the instructions of a program that threw: the scratch word holds the fuel that was left. */
  private leaveThrown(level: number): void {
    const { i32 } = this.memory;
    this.count(this.fuel - i32[FUEL_LEFT]);
    i32[NESTING] = level;
  }

  /** Continues in the interpreter where compiled code gave up. The remaining fuel stays in the scratch word. */
  private resume(program: Program, { slots, paid }: Places): void {
    const { i32 } = this.memory;
    const run = runOf(program);
    run.words.set(i32.subarray(SCRATCH.registers >> 2, (SCRATCH.registers >> 2) + REGISTERS * 2));
    const place = i32[SCRATCH.place >> 2];
    run.pc = slots[place];
    run.depth = depthOf(run.words[FRAME_POINTER * 2]);
    run.fuel = i32[FUEL_LEFT] + paid[place];
    run.frames = this.framesLeft(run.depth, slots);
    try {
      interpret(run, this.around);
    } finally {
      i32[FUEL_LEFT] = run.fuel;
    }
    this.leaveResult(run);
  }

  /** Collects the frames of the functions that called the one that gave up. */
  private framesLeft(depth: number, slots: readonly number[]): Int32Array {
    const { i32 } = this.memory;
    const frames = new Int32Array(FRAME_WORDS * (MAX_FRAMES - 1));
    for (let i = 0; i < depth; i++) {
      const left = i32.subarray((SCRATCH.frames + i * SCRATCH.FRAME.bytes) >> 2);
      const ip = (slots[left[SCRATCH.FRAME.place >> 2]] + 1) * 2;
      const saved = left.subarray(SCRATCH.FRAME.saved >> 2, (SCRATCH.FRAME.saved >> 2) + 8);
      const args = left.subarray(SCRATCH.FRAME.args >> 2, (SCRATCH.FRAME.args >> 2) + 10);
      frames.set([ip, ...saved, left[SCRATCH.FRAME.turn >> 2], ...args], i * FRAME_WORDS);
    }
    return frames;
  }

  // --- interpreted

  private callInterpreted(
    { program, prototype }: Member,
    args: EntryArguments,
    watch: InstructionWatch | null,
  ): number {
    assert(prototype.args.length <= ENTRY_WORDS, 'a member of many arguments is called wide');
    const level = this.nextLevel();
    const context = this.contexts + level * CONTEXT_BYTES;
    storeArguments(this.memory, context, prototype, args);
    this.runInterpreted(this.begin(program, context, 0, watch, level), level);
    return prototype.hasReturn ? this.memory.u32[RESULT] : 0;
  }

  private runInterpreted(run: Run, level: number): void {
    this.memory.i32[NESTING] = level + 1;
    try {
      interpret(run, this.around);
    } finally {
      this.memory.i32[NESTING] = level;
      run.program.idle = run;
      this.count(this.fuel - run.fuel);
    }
    this.leaveResult(run);
  }

  private begin(program: Program, context: number, r2: number, watch: InstructionWatch | null, level: number): Run {
    const run = program.idle ?? runOf(program);
    program.idle = null;
    const { words } = run;
    for (let i = 0; i < FRAME_POINTER * 2; i++) words[i] = 0;
    words[2] = context;
    words[3] = context === 0 ? 0 : KERNEL_BASE_HI;
    words[4] = r2;
    words[FRAME_POINTER * 2] = this.framePointer(level);
    words[FRAME_POINTER * 2 + 1] = KERNEL_BASE_HI;
    run.watch = watch;
    run.pc = 0;
    run.depth = 0;
    run.tails = 0;
    run.fuel = this.fuel;
    return run;
  }

  private leaveResult({ words }: Run): void {
    this.memory.i32[RESULT] = words[0];
    this.memory.i32[RESULT + 1] = words[1];
  }

  private count(instructions: number): void {
    const { u32 } = this.memory;
    const at = this.executedAt >>> 2;
    const low = u32[at] + instructions;
    u32[at] = low;
    if (low > 0xffffffff) u32[at + 1]++;
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

/** Depth of the frame that r10 points to: a stack is aligned to its size, and its frames are filled from the bottom. */
const depthOf = (framePointer: number): number => ((framePointer - 1) & (STACK_BYTES - 1)) >> FRAME_SHIFT;
