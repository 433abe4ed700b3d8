/*
 * The compiler: prepared programs to one WebAssembly module over the machine's memory. Each function of a program is a
 * WebAssembly function; kernel functions are imports. A program's export `runN` takes the context, r2, and the frame
 * pointer as words and leaves r0 in the scratch words.
 */
import { KERNEL_BASE_HI, MEMORY_BYTES, type Memory } from '../memory.ts';
import type { KernelFunctions } from '../functions.ts';
import type { Program } from '../program.ts';
import { CodeWriter, encodeModule, fn, type FunctionImport, NO_LOCALS, type WasmFunction, words } from './encoder.ts';
import { type Callables, InstructionEmitter } from './emit.ts';
import { type Blocks, END, findBlocks, type Graph, graphOf, lengthOf, opAt } from './graph.ts';
import { BPF_FUNCTION, BPF_LOCALS, localName } from './locals.ts';
import { I32, W } from './opcodes.ts';
import { SCRATCH } from './scratch.ts';
import { emitStructured } from './structure.ts';
import { bodyText, type Mark, type TextNames, type WasmLine } from './text.ts';

/** Context, r2, frame pointer, as words. The result and what is left of the fuel lie in the scratch words. */
export type CompiledEntry = (context: number, r2: number, framePointer: number) => void;

export interface CompiledProgram {
  readonly run: CompiledEntry;
  /** instructions from a slot to the end of its block: what giving up there must be paid back */
  readonly remaining: Int32Array;
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** one a program */
  readonly blocks: readonly Blocks[];
}

interface Plan {
  readonly program: Program;
  readonly blocks: Blocks;
  /** number of the program's first import */
  readonly firstImport: number;
  /** number of the program's first function among the module's own */
  readonly firstFunction: number;
}

const HELPER_IMPORTS: readonly FunctionImport[] = [
  { name: 'zeroRead', type: fn([I32, I32, I32], []) },
  { name: 'highWord', type: fn([], [I32]) },
];
const ZERO_READ = 0;
const HIGH_WORD = 1;

export function compileModule(programs: readonly Program[]): CompiledModule {
  const plans = planModule(programs);
  const imports = [...HELPER_IMPORTS, ...plans.flatMap(kernelImports)];
  const functions = plans.flatMap((plan, i) => [
    ...programFunctions(plan, imports.length),
    entryFunction(plan, i, imports.length),
  ]);
  const bytes = encodeModule({ memoryPages: MEMORY_BYTES / 65536, imports, functions });
  return { bytes, blocks: plans.map(({ blocks }) => blocks) };
}

function planModule(programs: readonly Program[]): Plan[] {
  let firstImport = HELPER_IMPORTS.length;
  let firstFunction = 0;
  return programs.map((program) => {
    const blocks = findBlocks(program);
    const plan = { program, blocks, firstImport, firstFunction };
    firstImport += program.callees.length;
    firstFunction += blocks.entries.length + 1;
    return plan;
  });
}

const kernelImports = ({ program, firstImport }: Plan): FunctionImport[] =>
  program.callees.map((callee, i) => ({
    name: `kernel${firstImport + i}`,
    type: fn(words(callee.words.length), [I32]),
  }));

/** `imported`: functions that the module imports in all. */
function callablesOf({ blocks, firstImport, firstFunction }: Plan, imported: number): Callables {
  const numbers = new Map(blocks.entries.map((slot, i) => [slot, imported + firstFunction + i]));
  return {
    zeroRead: ZERO_READ,
    highWord: HIGH_WORD,
    kernel: (callee) => firstImport + callee,
    local: (slot) => numbers.get(slot) as number,
  };
}

function programFunctions(plan: Plan, imported: number): WasmFunction[] {
  const { program, blocks } = plan;
  const callables = callablesOf(plan, imported);
  return blocks.entries.map((slot) => ({
    name: `f${slot}`,
    type: BPF_FUNCTION,
    locals: BPF_LOCALS,
    body: functionBody({ program, blocks, graph: graphOf(program, blocks, slot), callables, marks: null }),
    exported: false,
  }));
}

interface FunctionPlan {
  readonly program: Program;
  readonly blocks: Blocks;
  readonly graph: Graph;
  readonly callables: Callables;
  /** filled with where each instruction's code begins, if anybody wants to know */
  readonly marks: Mark[] | null;
}

function functionBody({ program, blocks, graph, callables, marks }: FunctionPlan): Uint8Array {
  const { code } = program;
  const out = new CodeWriter(1024);
  const emitter = new InstructionEmitter(out, program, callables);
  const mark = (slot: number | null): unknown => marks?.push({ at: out.length, slot });
  emitter.enter();
  out.block(W.block);
  emitStructured(
    out,
    graph,
    {
      body(block, bail) {
        const first = graph.start[block];
        const last = graph.last[block];
        mark(first);
        emitter.pay(first, blocks.remaining[first], bail);
        const end = graph.end[block] === END.next ? last + 1 : last;
        for (let slot = first; slot < end; slot += lengthOf(opAt(code, slot))) {
          mark(slot);
          emitter.instruction(slot, bail);
        }
        mark(last);
      },
      condition: (block, negated) => emitter.condition(graph.last[block], negated),
      exit: () => emitter.exit(),
    },
    1,
  );
  mark(null);
  out.op(W.unreachable).op(W.end);
  emitter.bail();
  return out.take();
}

export interface FunctionText {
  /** slot at which the BPF function begins */
  readonly slot: number;
  readonly lines: readonly WasmLine[];
}

/** A program's functions as WebAssembly text. */
export function compiledText(program: Program): FunctionText[] {
  const [plan] = planModule([program]);
  const { blocks } = plan;
  const names: TextNames = { local: localName, fn: (index) => functionName(plan, index) };
  const callables = callablesOf(plan, HELPER_IMPORTS.length + program.callees.length);
  return blocks.entries.map((slot) => {
    const marks: Mark[] = [];
    const body = functionBody({ program, blocks, graph: graphOf(program, blocks, slot), callables, marks });
    return { slot, lines: bodyText(body, marks, names) };
  });
}

function functionName({ program, blocks }: Plan, index: number): string {
  const kernel = index - HELPER_IMPORTS.length;
  if (kernel < 0) return `$${HELPER_IMPORTS[index].name}`;
  const { callees } = program;
  return kernel < callees.length ? `$${callees[kernel].fn.name}` : `$f${blocks.entries[kernel - callees.length]}`;
}

/** Words in, the program's first function, r0 out. */
function entryFunction({ firstFunction }: Plan, index: number, imported: number): WasmFunction {
  const out = new CodeWriter(64);
  out.i32(0);
  // r1: NULL stays 0
  out.get(0).op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).i64(0, 0).get(0).op(W.select).op(W.i64_or);
  out.get(1).op(W.i64_extend_i32_u);
  for (let r = 3; r <= 5; r++) out.i64(0, 0);
  out.get(2).op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).op(W.i64_or);
  out.call(imported + firstFunction).memory(W.i64_store, SCRATCH.result);
  return { name: `run${index}`, type: fn(words(3), []), locals: NO_LOCALS, body: out.take(), exported: true };
}

/** What compiled code calls besides kernel functions. */
export interface CompiledSurroundings {
  readonly memory: Memory;
  readonly functions: KernelFunctions;
  readonly zeroRead: (pc: number, low: number, high: number) => void;
}

/** Compiles and instantiates; throws what WebAssembly throws when a function is larger than engines take. */
export function compilePrograms(
  programs: readonly Program[],
  { memory, functions, zeroRead }: CompiledSurroundings,
): CompiledProgram[] {
  const { bytes, blocks } = compileModule(programs);
  const env: Record<string, WebAssembly.Memory | ((...args: number[]) => unknown)> = {
    memory: memory.wasm,
    zeroRead,
    highWord: () => functions.highWord,
  };
  let number = HELPER_IMPORTS.length;
  for (const { callees } of programs) for (const { fn } of callees) env[`kernel${number++}`] = fn.call;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  return programs.map((_, i) => ({ run: exports[`run${i}`] as CompiledEntry, remaining: blocks[i].remaining }));
}
