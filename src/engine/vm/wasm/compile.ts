/*
 * The compiler: prepared programs to one WebAssembly module over the machine's memory. Each function of a program is a
 * WebAssembly function; kernel functions are imports, or compiled in. A program's export `runN` is called with words; a
 * trampoline's export `trampolineN` calls its program without leaving WebAssembly.
 */
import { MEMORY_BYTES, type Memory } from '../memory.ts';
import type { KernelFunction, KernelFunctions } from '../functions.ts';
import type { Program } from '../program.ts';
import { type BodyText, functionBody, programText } from './bodies.ts';
import { CodeWriter, encodeModule, fn, type FunctionImport, NO_LOCALS, type WasmFunction, words } from './encoder.ts';
import type { Callables } from './emit-calls.ts';
import type { CompiledEntry, Gate } from './gate.ts';
import { type Blocks, findBlocks } from './graph.ts';
import { BPF_FUNCTION, BPF_LOCALS } from './locals.ts';
import { I32 } from './opcodes.ts';
import { SCRATCH } from './scratch.ts';
import {
  entryBody,
  type Layout,
  type Prototype,
  TRAMPOLINE,
  type TrampolineCalls,
  trampolineBody,
} from './trampoline.ts';

/** A program's entry is given its context and r2, and leaves the whole of r0 in the scratch words. */
export interface CompiledProgram {
  readonly run: CompiledEntry;
  /** instructions from a slot to the end of its block: what giving up there must be paid back */
  readonly remaining: Int32Array;
}

/** A trampoline in the module: native arguments for the program of that number. */
export interface TrampolinePlan {
  readonly program: number;
  readonly prototype: Prototype;
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** one a program */
  readonly blocks: readonly Blocks[];
  /** what is called in JavaScript, in the order of the imports `kernelN` */
  readonly imported: readonly KernelFunction[];
}

interface Plan {
  readonly programs: readonly { readonly program: Program; readonly blocks: Blocks; readonly first: number }[];
  readonly imports: readonly FunctionImport[];
  readonly imported: readonly KernelFunction[];
  readonly emitted: readonly KernelFunction[];
  /** number of a kernel function, imported or compiled in */
  readonly kernel: ReadonlyMap<KernelFunction, number>;
}

const HIGH_WORD = 0;
const RESUME = 1;
const FIXED_IMPORTS: readonly FunctionImport[] = [
  { name: 'highWord', type: fn([], [I32]) },
  { name: 'resume', type: fn([I32], []) },
];

/** Words of a call; of one that calls back, the turn before them. */
const wordCount = ({ args, callback }: KernelFunction): number =>
  args.reduce((sum, word) => sum + (word === 'u64' ? 2 : 1), callback === undefined ? 0 : 1);

export function compileModule(
  programs: readonly Program[],
  layout: Layout,
  trampolines: readonly TrampolinePlan[] = [],
): CompiledModule {
  const plan = planModule(programs);
  const callsOf = (program: number): TrampolineCalls => ({
    program,
    run: plan.programs[program].first,
    resume: RESUME,
  });
  const entry = (name: string, body: Uint8Array): WasmFunction => ({
    name,
    ...TRAMPOLINE,
    body,
    hints: [],
    exported: true,
  });
  const functions = [
    ...plan.emitted.map(emittedFunction),
    ...plan.programs.flatMap((_, i) => programFunctions(plan, i)),
    ...programs.map((_, i) => entry(`run${i}`, entryBody(layout, callsOf(i)))),
    ...trampolines.map(({ program, prototype }, i) =>
      entry(`trampoline${i}`, trampolineBody(prototype, layout, callsOf(program))),
    ),
  ];
  const bytes = encodeModule({ memoryPages: MEMORY_BYTES / 65536, imports: plan.imports, functions });
  return { bytes, blocks: plan.programs.map(({ blocks }) => blocks), imported: plan.imported };
}

/** Numbers for all functions: imports, kernel functions compiled in, programs, entries, trampolines. */
function planModule(programs: readonly Program[]): Plan {
  const called = [...new Set(programs.flatMap(({ callees }) => callees.map((callee) => callee.fn)))];
  const imported = called.filter((kernel) => !kernel.emit);
  const emitted = called.filter((kernel) => kernel.emit);
  const imports = [
    ...FIXED_IMPORTS,
    ...imported.map((kernel, i) => ({ name: `kernel${i}`, type: fn(words(wordCount(kernel)), [I32]) })),
  ];
  const kernel = new Map([...imported, ...emitted].map((f, i) => [f, FIXED_IMPORTS.length + i]));
  let first = imports.length + emitted.length;
  const planned = programs.map((program) => {
    const blocks = findBlocks(program);
    const at = first;
    first += blocks.entries.length;
    return { program, blocks, first: at };
  });
  return { programs: planned, imports, imported, emitted, kernel };
}

function callablesOf({ programs, kernel }: Plan, index: number): Callables {
  const { program, blocks, first } = programs[index];
  const numbers = new Map(blocks.entries.map((slot, i) => [slot, first + i]));
  return {
    highWord: HIGH_WORD,
    kernel: (callee) => kernel.get(program.callees[callee].fn) as number,
    local: (slot) => numbers.get(slot) as number,
  };
}

function emittedFunction(kernel: KernelFunction): WasmFunction {
  const code = new CodeWriter();
  kernel.emit?.body(code);
  const type = fn(words(wordCount(kernel)), [I32]);
  const locals = kernel.emit?.locals ?? NO_LOCALS;
  return { name: kernel.name, type, locals, body: code.take(), hints: code.hints, exported: false };
}

function programFunctions(plan: Plan, index: number): WasmFunction[] {
  const { program, blocks } = plan.programs[index];
  const callables = callablesOf(plan, index);
  return blocks.entries.map((slot) => ({
    name: `f${slot}`,
    type: BPF_FUNCTION,
    locals: BPF_LOCALS,
    ...functionBody({ program, blocks, slot, callables, marks: null }),
    exported: false,
  }));
}

/** A program's functions as WebAssembly text. */
export function compiledText(program: Program): BodyText[] {
  const plan = planModule([program]);
  return programText(program, plan.programs[0].blocks, callablesOf(plan, 0), (index) => functionName(plan, index));
}

function functionName({ programs, imports, imported, emitted }: Plan, index: number): string {
  const [{ blocks, first }] = programs;
  if (index < FIXED_IMPORTS.length) return `$${imports[index].name}`;
  if (index >= first) return `$f${blocks.entries[index - first]}`;
  return `$${[...imported, ...emitted][index - FIXED_IMPORTS.length].name}`;
}

/** What compiled code calls besides kernel functions. */
export interface CompiledSurroundings {
  readonly memory: Memory;
  readonly functions: KernelFunctions;
  readonly gate: Gate;
  /** goes on where a program gave up; by its number */
  readonly resume: (program: number) => void;
}

export interface CompiledInstance {
  readonly programs: readonly CompiledProgram[];
  /** places in the gate */
  readonly trampolines: readonly number[];
}

/** Instantiates; throws what WebAssembly throws when a function is larger than engines take. */
export function instantiate(
  { bytes, blocks, imported }: CompiledModule,
  { memory, functions, gate, resume }: CompiledSurroundings,
): CompiledInstance {
  const env: Record<string, WebAssembly.Memory | ((...args: number[]) => unknown)> = {
    memory: memory.wasm,
    highWord: () => functions.highWord,
    resume,
  };
  const args = memory.i32.subarray(SCRATCH.callbackArgs >> 2, (SCRATCH.callbackArgs >> 2) + 10);
  for (const [i, { call, callback }] of imported.entries()) {
    const turn = (...words: number[]): number => {
      functions.callbackArgs.fill(0);
      const answer = call(...words);
      args.set(functions.callbackArgs);
      return answer;
    };
    env[`kernel${i}`] = callback === undefined ? call : turn;
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  const trampolines: number[] = [];
  for (let i = 0; exports[`trampoline${i}`]; i++)
    trampolines.push(gate.add(exports[`trampoline${i}`] as CompiledEntry));
  return {
    programs: blocks.map(({ remaining }, i) => ({ run: exports[`run${i}`] as CompiledEntry, remaining })),
    trampolines,
  };
}
