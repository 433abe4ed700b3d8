/*
 * Trampolines. A struct_ops member is called with native arguments; the program behind it wants one: the address of an
 * array of u64. The trampoline stores the one as the other and calls on, as Linux's generated machine code does.
 */
import { assert } from '../../base/assert.ts';
import { FRAME_BYTES, STACK_BYTES } from '../calls.ts';
import { KERNEL_BASE_HI, type Memory } from '../memory.ts';
import { CodeWriter, fn, words } from './encoder.ts';
import { I32, I64, W } from './opcodes.ts';
import { SCRATCH } from './scratch.ts';
import { bodyText } from './text.ts';

/** How a native argument becomes a u64: pointers get the kernel's upper half, NULL stays 0. */
export type NativeArgument = 'ptr' | 'u32' | 'i32' | 'u16' | 'u8' | 'bool';

export interface Prototype {
  readonly args: readonly NativeArgument[];
  /** false for void: the trampoline answers 0 whatever the program leaves in r0 */
  readonly hasReturn: boolean;
}

/** Where the machine keeps what a call needs. */
export interface Layout {
  /** stacks and contexts, one of each a level of programs within programs */
  readonly stacks: number;
  readonly contexts: number;
  /** f64: instructions executed by all programs */
  readonly executed: number;
  /** instructions that one call may execute */
  readonly fuel: number;
}

/** Numbers of what a trampoline calls. */
export interface TrampolineCalls {
  /** of the program in the module */
  readonly program: number;
  readonly run: number;
  readonly resume: number;
}

/** Native arguments travel as four words (vm/text.ts). */
export const MAX_ARGUMENTS = 4;
/** Bytes of a context: an array of u64. */
export const CONTEXT_BYTES = MAX_ARGUMENTS * 8;

/** Parameters: four arguments and the level; then locals. A program's own entry is given its context and r2. */
const LEVEL = 4;
const LEFT = 5;
const CONTEXT = 6;
const RESULT = 7;
const NAMES = ['arg0', 'arg1', 'arg2', 'arg3', 'level', 'left', 'context', 'r0'];
export const TRAMPOLINE = { type: fn(words(MAX_ARGUMENTS + 1), [I32]), locals: [I32, I32, I64] } as const;

const MASKS: Partial<Record<NativeArgument, number>> = { u16: 0xffff, u8: 0xff, bool: 0xff };

export function trampolineBody({ args, hasReturn }: Prototype, layout: Layout, calls: TrampolineCalls): Uint8Array {
  assert(args.length <= MAX_ARGUMENTS, `a member with ${args.length} arguments`);
  const code = new CodeWriter();
  code.get(LEVEL).i32(CONTEXT_BYTES).op(W.i32_mul).i32(layout.contexts).op(W.i32_add).set(CONTEXT);
  for (const [i, kind] of args.entries()) {
    code.get(CONTEXT).get(i);
    const mask = MASKS[kind];
    if (mask !== undefined) code.i32(mask).op(W.i32_and);
    if (kind === 'ptr') pointer(code, i);
    else code.op(kind === 'i32' ? W.i64_extend_i32_s : W.i64_extend_i32_u);
    code.memory(W.i64_store, i * 8);
  }
  enterProgram(code);
  code.get(CONTEXT).op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).op(W.i64_or).i64(0, 0);
  callProgram(code, layout, calls);
  if (hasReturn) code.get(RESULT).op(W.i32_wrap_i64);
  else code.i32(0);
  return code.take();
}

/** A program called with r1 and r2 as they are; the whole of r0 goes to the scratch words too. */
export function entryBody(layout: Layout, calls: TrampolineCalls): Uint8Array {
  const code = new CodeWriter();
  enterProgram(code);
  pointer(code.get(0), 0);
  code.get(1).op(W.i64_extend_i32_u);
  callProgram(code, layout, calls);
  code.i32(0).get(RESULT).memory(W.i64_store, SCRATCH.result);
  code.get(RESULT).op(W.i32_wrap_i64);
  return code.take();
}

/** The low word on the stack, also in a local, becomes an address; NULL stays 0. */
function pointer(code: CodeWriter, local: number): void {
  code.op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).i64(0, 0).get(local).op(W.select).op(W.i64_or);
}

function enterProgram(code: CodeWriter): void {
  code.i32(0).get(LEVEL).i32(1).op(W.i32_add).memory(W.i32_store, SCRATCH.nesting);
}

/** r1 and r2 are on the stack. Leaves r0 in its local; counts; where the program gave up, the interpreter goes on. */
function callProgram(code: CodeWriter, layout: Layout, { program, run, resume }: TrampolineCalls): void {
  for (let r = 3; r <= 5; r++) code.i64(0, 0);
  code
    .get(LEVEL)
    .i32(STACK_BYTES)
    .op(W.i32_mul)
    .i32(layout.stacks + FRAME_BYTES)
    .op(W.i32_add);
  code.op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).op(W.i64_or);
  code.i32(layout.fuel).call(run).set(LEFT).set(RESULT);
  code.get(LEFT).i32(0).op(W.i32_lt_s).block(W.if).i32(program).call(resume);
  code.i32(0).memory(W.i64_load, SCRATCH.result).set(RESULT);
  code.i32(0).memory(W.i32_load, SCRATCH.fuel).set(LEFT).op(W.end);
  code.i32(0).i32(0).memory(W.f64_load, layout.executed);
  code.i32(layout.fuel).get(LEFT).op(W.i32_sub).op(W.f64_convert_i32_s).op(W.f64_add);
  code.memory(W.f64_store, layout.executed);
  code.i32(0).get(LEVEL).memory(W.i32_store, SCRATCH.nesting);
}

/** The same by hand, for a program that is interpreted. */
export function storeArguments(memory: Memory, context: number, { args }: Prototype, values: readonly number[]): void {
  for (const [i, kind] of args.entries()) {
    const value = values[i] & (MASKS[kind] ?? -1);
    memory.i32[(context >>> 2) + i * 2] = value;
    memory.u32[(context >>> 2) + i * 2 + 1] =
      kind === 'ptr' && value !== 0 ? KERNEL_BASE_HI : kind === 'i32' ? value >> 31 : 0;
  }
}

/** The trampoline's code as text. */
export function trampolineText(prototype: Prototype, layout: Layout): string[] {
  const calls = { program: 0, run: 0, resume: 1 };
  const names = { local: (index: number) => `$${NAMES[index]}`, fn: (i: number) => (i === 0 ? '$f0' : '$resume') };
  return bodyText(trampolineBody(prototype, layout, calls), [], names).map(({ text }) => text);
}
