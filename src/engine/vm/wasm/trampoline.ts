/*
 * Trampolines. A struct_ops member is called with native arguments; the program behind it wants one: the address of an
 * array of u64. The trampoline stores the one as the other and calls on, as Linux's generated machine code does.
 */
import { assert } from '../../base/assert.ts';
import { KERNEL_BASE_HI, type Memory, MEMORY_BYTES } from '../memory.ts';
import type { TextFunction } from '../text.ts';
import { CodeWriter, encodeModule, fn, NO_LOCALS, words } from './encoder.ts';
import { I32, W } from './opcodes.ts';
import { bodyText } from './text.ts';

/** How a native argument becomes a u64: pointers get the kernel's upper half, NULL stays 0. */
export type NativeArgument = 'ptr' | 'u32' | 'i32' | 'u16' | 'u8' | 'bool';

export interface Prototype {
  readonly args: readonly NativeArgument[];
  /** false for void: the trampoline answers 0 whatever the program leaves in r0 */
  readonly hasReturn: boolean;
}

/** Native arguments travel as four words (vm/text.ts). */
export const MAX_ARGUMENTS = 4;
/** Bytes of a context: an array of u64. */
export const contextBytes = ({ args }: Prototype): number => args.length * 8;

const MASKS: Partial<Record<NativeArgument, number>> = { u16: 0xffff, u8: 0xff, bool: 0xff };

function trampolineBody({ args, hasReturn }: Prototype, context: number): Uint8Array {
  assert(args.length <= MAX_ARGUMENTS, `a member with ${args.length} arguments`);
  const code = new CodeWriter();
  for (const [i, kind] of args.entries()) {
    code.i32(context).get(i);
    const mask = MASKS[kind];
    if (mask !== undefined) code.i32(mask).op(W.i32_and);
    code.op(kind === 'i32' ? W.i64_extend_i32_s : W.i64_extend_i32_u);
    if (kind === 'ptr') code.i64(0, KERNEL_BASE_HI).i64(0, 0).get(i).op(W.select).op(W.i64_or);
    code.memory(W.i64_store, i * 8);
  }
  code.i32(context).call(0);
  if (!hasReturn) code.op(W.drop).i32(0);
  return code.take();
}

/** Exports `trampoline`, imports `run`, which gets the context's address. */
function trampolineModule(prototype: Prototype, context: number): Uint8Array<ArrayBuffer> {
  const body = trampolineBody(prototype, context);
  const type = fn(words(MAX_ARGUMENTS), [I32]);
  return encodeModule({
    memoryPages: MEMORY_BYTES / 65536,
    imports: [{ name: 'run', type: fn([I32], [I32]) }],
    functions: [{ name: 'trampoline', type, locals: NO_LOCALS, body, exported: true }],
  });
}

/** The trampoline's code as text. */
export function trampolineText(prototype: Prototype, context: number): string[] {
  const names = { local: (index: number) => `$arg${index}`, fn: () => '$run' };
  return bodyText(trampolineBody(prototype, context), [], names).map(({ text }) => text);
}

/**
 * A callable trampoline. `context`: address in the arena of `contextBytes` bytes that belong to it alone; what `run`
 * throws goes through.
 */
export function generateTrampoline(
  prototype: Prototype,
  memory: Memory,
  context: number,
  run: (context: number) => number,
): TextFunction {
  const module = new WebAssembly.Module(trampolineModule(prototype, context));
  const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.wasm, run } });
  const trampoline = exports.trampoline as TextFunction;
  return (a, b, c, d) => trampoline(a, b, c, d) >>> 0;
}
