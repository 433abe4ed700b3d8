/*
 * How native arguments reach a program without machine code: the trampoline's work done here, an array of u64 in the
 * arena with the number of arguments below it, whose address is the program's r1.
 */
import { assert } from '../../base/assert.ts';
import { KERNEL_BASE_HI, type Memory } from '../../vm/memory.ts';
import type { TextFunction } from '../../vm/text.ts';
import type { KernelParts, ProgramCode } from '../core.ts';

/** Programs may be called within programs: a kfunc may call a member again. */
const MAX_NESTING = 4;
const MAX_SLOTS = 12;
/** the number of arguments, then the arguments */
const CONTEXT_BYTES = (1 + MAX_SLOTS) * 8;

/** Runs a program with the address of its context; the low word of its r0. */
export type RunProgram = (code: ProgramCode, context: number) => number;

/** Boot only: takes the contexts from the arena. */
export function plainTrampolines(memory: Memory, run: RunProgram): KernelParts['makeTrampoline'] {
  const contexts = memory.alloc('arena', MAX_NESTING * CONTEXT_BYTES, 8);
  let depth = 0;
  return (model, code): TextFunction => {
    const pointers = model.args.map(({ pointer }) => pointer);
    const returns = model.retSize > 0;
    return (...words) => {
      assert(depth < MAX_NESTING, 'programs nested too deep');
      const context = contexts + depth * CONTEXT_BYTES + 8;
      memory.setU64(context - 8, pointers.length);
      for (const [i, pointer] of pointers.entries()) {
        memory.u32[(context >>> 2) + i * 2] = words[i];
        memory.u32[(context >>> 2) + i * 2 + 1] = pointer && words[i] !== 0 ? KERNEL_BASE_HI : 0;
      }
      depth++;
      try {
        const result = run(code, context);
        return returns ? result : 0;
      } finally {
        depth--;
      }
    };
  };
}
