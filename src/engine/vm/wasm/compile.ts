/*
 * Compiles prepared programs to one WebAssembly module over the machine's memory. Each function of a program becomes a
 * WebAssembly function; the first one's code is placed in the entries that the machine calls. Kernel functions are
 * imported, or compiled in.
 */
import { MEMORY_BYTES, type Memory } from '../memory.ts';
import type { KernelFunction, KernelFunctions } from '../functions.ts';
import type { Program } from '../prepared.ts';
import { functionBody, type Shell } from './bodies.ts';
import { CodeWriter, encodeModule, fn, type FunctionImport, NO_LOCALS, type WasmFunction, words } from './encoder.ts';
import type { Callables } from './emit-calls.ts';
import { entryShell, type Layout, type Prototype } from './entries.ts';
import type { CompiledEntry } from './gate.ts';
import { type Blocks, findBlocks } from './graph.ts';
import { BPF_FUNCTION, BPF_LOCALS, ENTRY_FUNCTION, ENTRY_LOCALS, LOCAL, localOf } from './locals.ts';
import { I32, W } from './opcodes.ts';
import type { Places } from './operands.ts';
import * as SCRATCH from './scratch.ts';
import type { Mark } from './text.ts';

/** An entry into a program: as a member with that prototype; null: with its context and r2. */
export interface EntryPlan {
  /** number of the program in the module */
  readonly program: number;
  readonly prototype: Prototype | null;
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** functions called in JavaScript, in the order of the imports `kernelN` */
  readonly imported: readonly KernelFunction[];
  /** by program: the places at which its code may give up */
  readonly places: readonly Places[];
}

export interface Plan {
  readonly programs: readonly { readonly program: Program; readonly blocks: Blocks; readonly first: number }[];
  readonly imports: readonly FunctionImport[];
  readonly imported: readonly KernelFunction[];
  readonly emitted: readonly KernelFunction[];
  /** number of a kernel function, imported or compiled in */
  readonly kernel: ReadonlyMap<KernelFunction, number>;
}

const HIGH_WORD = 0;
const RESUME = 1;
export const FIXED_IMPORTS: readonly FunctionImport[] = [
  { name: 'highWord', type: fn([], [I32]) },
  { name: 'resume', type: fn([I32], []) },
];

/** Number of argument words of a call; a callback's turn number comes before them. */
const wordCount = ({ args, callback }: KernelFunction): number =>
  args.reduce((sum, word) => sum + (word === 'u64' ? 2 : 1), callback === undefined ? 0 : 1);

/** The module exports the entries as `entryN`. */
export function compileModule(
  programs: readonly Program[],
  layout: Layout,
  entries: readonly EntryPlan[],
): CompiledModule {
  const plan = planModule(programs);
  const places = programs.map((): Places => ({ slots: [], paid: [] }));
  const functions = [
    ...plan.emitted.map(emittedFunction),
    ...programs.flatMap((_, i) => calledFunctions(plan, i, places[i])),
    ...entries.map(({ program, prototype }, i) => ({
      name: `entry${i}`,
      type: ENTRY_FUNCTION,
      locals: ENTRY_LOCALS,
      ...bodyAt(plan, program, 0, entryShell(programs[program], prototype, layout, RESUME, program), places[program]),
      exported: true,
    })),
  ];
  const bytes = encodeModule({ memoryPages: MEMORY_BYTES / 65536, imports: plan.imports, functions });
  return { bytes, imported: plan.imported, places };
}

/** Numbers all functions: imports, kernel functions compiled in, programs' own functions, entries. */
export function planModule(programs: readonly Program[]): Plan {
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
    first += blocks.called.length;
    return { program, blocks, first: at };
  });
  return { programs: planned, imports, imported, emitted, kernel };
}

function callablesOf({ programs, kernel }: Plan, index: number): Callables {
  const { program, blocks, first } = programs[index];
  const numbers = new Map(blocks.called.map((slot, i) => [slot, first + i]));
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

/** Emits a function that the program calls; it returns r0 and the remaining fuel. */
export const CALLED: Shell = {
  firstLocal: 0,
  context: 0,
  begin() {},
  gaveUp: (out) => out.i64(0, 0).i32(-1).op(W.return),
  end: (out) => out.get(localOf(0)).get(LOCAL.fuel),
};

function calledFunctions(plan: Plan, index: number, places: Places): WasmFunction[] {
  return plan.programs[index].blocks.called.map((slot) => ({
    name: `f${slot}`,
    type: BPF_FUNCTION,
    locals: BPF_LOCALS,
    ...bodyAt(plan, index, slot, CALLED, places),
    exported: false,
  }));
}

export function bodyAt(
  plan: Plan,
  index: number,
  slot: number,
  shell: Shell,
  places: Places,
  marks: Mark[] | null = null,
): Pick<WasmFunction, 'body' | 'hints'> {
  const { program, blocks } = plan.programs[index];
  return functionBody({ program, blocks, slot, callables: callablesOf(plan, index), shell, places, marks });
}

/** Imports of compiled code besides kernel functions. */
export interface CompiledSurroundings {
  readonly memory: Memory;
  readonly functions: KernelFunctions;
  /** continues in the interpreter where a program gave up; by the program's number */
  readonly resume: (program: number) => void;
}

/** Instantiates, and returns the entries; throws what WebAssembly throws when a function is larger than engines take. */
export function instantiate(
  { bytes, imported }: CompiledModule,
  { memory, functions, resume }: CompiledSurroundings,
): CompiledEntry[] {
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
  return Object.values(exports) as CompiledEntry[];
}
