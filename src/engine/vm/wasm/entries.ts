/*
 * Entries are the functions that the machine calls. A struct_ops member is called with native arguments; its program
 * takes one, the address of an array of u64. So a member's entry is its trampoline: it stores the arguments in such an
 * array, as Linux's generated machine code does, and continues as the program itself. A program can also be entered
 * directly.
 */
import { assert } from '../../base/assert.ts';
import { FRAME_BYTES, STACK_BYTES } from '../calls.ts';
import { FRAME_POINTER } from '../../isa/opcodes.ts';
import { KERNEL_BASE_HI, type Memory } from '../memory.ts';
import { CALL_OPS } from '../program.ts';
import { type Program } from '../prepared.ts';
import type { Shell } from './bodies.ts';
import type { CodeWriter } from './encoder.ts';
import { ENTRY_WORDS, LOCAL, localOf, wordOf } from './locals.ts';
import { W } from './opcodes.ts';
import * as SCRATCH from './scratch.ts';

/** How a native argument becomes a u64: pointers get the kernel's upper half, NULL stays 0. */
export type NativeArgument = 'ptr' | 'u32' | 'i32' | 'u16' | 'u8' | 'bool';

export interface Prototype {
  readonly args: readonly NativeArgument[];
  /** false for void: the trampoline answers 0 whatever the program leaves in r0 */
  readonly hasReturn: boolean;
}

/** Addresses of what a call needs. */
export interface Layout {
  /** stacks and contexts, one of each per nesting level of programs */
  readonly stacks: number;
  readonly contexts: number;
  /** u64: instructions executed by all programs */
  readonly executed: number;
  /** instructions that one call may execute */
  readonly fuel: number;
}

/** Bytes of a context: an array of u64. */
export const CONTEXT_BYTES = ENTRY_WORDS * 8;

const MASKS: Partial<Record<NativeArgument, number>> = { u16: 0xffff, u8: 0xff, bool: 0xff };

/**
 * Emits an entry around the code of a program. `prototype`: of the member; null: the program gets its context and r2,
 * and all of r0 is also stored in the scratch words. `resume`: number of the imported function that continues where the
 * code gave up; `number`: the argument passed to it.
 */
export function entryShell(
  program: Program,
  prototype: Prototype | null,
  layout: Layout,
  resume: number,
  number: number,
): Shell {
  const hasFrame = usesFrame(program);
  // only what leaves for JavaScript can lead to a program within this one
  const leaves = program.callees.some(({ fn }) => !fn.emit);
  const usesLevel = leaves || hasFrame || prototype !== null;
  return {
    firstLocal: ENTRY_WORDS,
    context: prototype ? CONTEXT_BYTES : 0,
    begin(out) {
      if (usesLevel) loadLevel(out);
      if (leaves) storeLevel(out, 1);
      if (prototype) storeNative(out, prototype, layout.contexts);
      else {
        pointer(out.get(wordOf(0)), wordOf(0));
        out.set(localOf(1)).get(wordOf(1)).op(W.i64_extend_i32_u).set(localOf(2));
      }
      if (hasFrame) framePointer(out, layout).set(localOf(FRAME_POINTER));
      out.i32(layout.fuel).set(LOCAL.fuel);
    },
    gaveUp(out) {
      if (!usesLevel) loadLevel(out);
      if (!leaves) storeLevel(out, 1);
      if (!hasFrame) framePointer(out.i32(0), layout).memory(W.i64_store, SCRATCH.registers + FRAME_POINTER * 8);
      out.i32(number).call(resume);
      if (!leaves) storeLevel(out, 0);
      out.i32(0).memory(W.i64_load, SCRATCH.result).set(localOf(0));
      out.i32(0).memory(W.i32_load, SCRATCH.fuel).set(LOCAL.fuel);
    },
    end(out) {
      if (leaves) storeLevel(out, 0);
      out.i32(0).i32(0).memory(W.i64_load, layout.executed);
      out.i32(layout.fuel).get(LOCAL.fuel).op(W.i32_sub).op(W.i64_extend_i32_u).op(W.i64_add);
      out.memory(W.i64_store, layout.executed);
      if (!prototype) out.i32(0).get(localOf(0)).memory(W.i64_store, SCRATCH.result);
      if (prototype?.hasReturn === false) out.i32(0);
      else out.get(localOf(0)).op(W.i32_wrap_i64);
    },
  };
}

/** Programs that run around this one, into their local. */
function loadLevel(out: CodeWriter): void {
  out.i32(0).memory(W.i32_load, SCRATCH.nesting).set(LOCAL.level);
}

/** Stores the number of programs that run from now on: those around this one, and `own`. */
function storeLevel(out: CodeWriter, own: 0 | 1): void {
  out.i32(0).get(LOCAL.level);
  if (own === 1) out.i32(1).op(W.i32_add);
  out.memory(W.i32_store, SCRATCH.nesting);
}

function storeNative(out: CodeWriter, { args }: Prototype, contexts: number): void {
  assert(args.length <= ENTRY_WORDS, `a member with ${args.length} arguments`);
  ofLevel(out, CONTEXT_BYTES, contexts);
  out.set(LOCAL.context);
  for (const [i, kind] of args.entries()) {
    out.get(LOCAL.context).get(wordOf(i));
    const mask = MASKS[kind];
    if (mask !== undefined) out.i32(mask).op(W.i32_and);
    if (kind === 'ptr') pointer(out, wordOf(i));
    else out.op(kind === 'i32' ? W.i64_extend_i32_s : W.i64_extend_i32_u);
    out.memory(W.i64_store, i * 8);
  }
  kernelAddress(out.get(LOCAL.context)).set(localOf(1));
}

/** Whether the program needs r10 before it gives up. */
function usesFrame({ code }: Program): boolean {
  for (let i = 0; i < code.length; i += 2) {
    const word = code[i];
    if (((word >> 8) & 15) === FRAME_POINTER || word >>> 12 === FRAME_POINTER || CALL_OPS.has(word & 255)) return true;
  }
  return false;
}

function framePointer(out: CodeWriter, layout: Layout): CodeWriter {
  ofLevel(out, STACK_BYTES, layout.stacks + FRAME_BYTES);
  return kernelAddress(out);
}

/** Leaves the address of a level's stack or context: the base plus so many bytes per level. */
function ofLevel(out: CodeWriter, bytes: number, base: number): void {
  out.get(LOCAL.level).i32(bytes).op(W.i32_mul).i32(base).op(W.i32_add);
}

/** Turns the low word on the stack into a 64-bit address. */
function kernelAddress(out: CodeWriter): CodeWriter {
  return out.op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).op(W.i64_or);
}

/** Turns a word that is also in a local into a 64-bit address; NULL stays 0. */
function pointer(out: CodeWriter, local: number): void {
  out.op(W.i64_extend_i32_u).i64(0, KERNEL_BASE_HI).i64(0, 0).get(local).op(W.select).op(W.i64_or);
}

/** Stores the arguments in JavaScript, for a program that is interpreted. */
export function storeArguments(memory: Memory, context: number, { args }: Prototype, values: readonly number[]): void {
  for (const [i, kind] of args.entries()) {
    const value = values[i] & (MASKS[kind] ?? -1);
    memory.i32[(context >>> 2) + i * 2] = value;
    memory.u32[(context >>> 2) + i * 2 + 1] =
      kind === 'ptr' && value !== 0 ? KERNEL_BASE_HI : kind === 'i32' ? value >> 31 : 0;
  }
}
