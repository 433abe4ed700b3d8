/*
 * Programs ready to run, and the trampolines that call them. Both are caches by content: a restored checkpoint finds
 * them again.
 */
import { assert } from '../base/assert.ts';
import type { FuncModel, ProgramCode } from '../kernel/kernel.ts';
import type { BpfMachine } from '../vm/machine.ts';
import type { Program } from '../vm/program.ts';
import type { TextFunction } from '../vm/text.ts';
import { generateTrampoline, MAX_ARGUMENTS, type NativeArgument, type Prototype } from '../vm/wasm/trampoline.ts';
import type { ProgramWatch } from './microscope.ts';

const CONTEXT_BYTES = MAX_ARGUMENTS * 8;
/** A program's kernel function may lead to another program; the machine allows as many levels. */
const MAX_DEPTH = 4;

export class Programs {
  /** asked at each call of a program */
  watch: ProgramWatch | null = null;
  private readonly prepared = new Map<string, Program>();
  private readonly trampolines = new Map<string, TextFunction>();
  /** a context for each level of calls within calls, one behind the other in the arena */
  private readonly contexts: number;
  private depth = 0;
  /** id of the program that ran last; 0 before the first. For what is told about it, not state. */
  lastRun = 0;

  /** Takes memory: boot only. */
  constructor(private readonly bpf: BpfMachine) {
    this.contexts = bpf.memory.alloc('arena', MAX_DEPTH * CONTEXT_BYTES, 16);
  }

  /** Null, or why these instructions can never run. */
  problem(insns: Uint8Array): string | null {
    const program = this.bpf.prepare(insns);
    return program.ok ? null : program.error.message;
  }

  /** The code of a trampoline: a generated function for the level at which it is called. */
  trampoline(model: FuncModel, code: ProgramCode): TextFunction {
    const prototype = prototypeOf(model);
    const key = `${code.id} ${code.blob} ${prototype.args.join()} ${prototype.hasReturn}`;
    const known = this.trampolines.get(key);
    if (known) return known;
    const program = this.programOf(code);
    const run = (context: number): number => {
      this.lastRun = code.id;
      return this.bpf.run(program, context, 0, this.watch?.(code.id) ?? null);
    };
    const levels: TextFunction[] = [];
    const made: TextFunction = (a, b, c, d) => {
      const level = this.depth++;
      try {
        levels[level] ??= generateTrampoline(prototype, this.bpf.memory, this.contexts + level * CONTEXT_BYTES, run);
        return levels[level](a, b, c, d);
      } finally {
        this.depth--;
      }
    };
    this.trampolines.set(key, made);
    return made;
  }

  private programOf(code: ProgramCode): Program {
    const known = this.prepared.get(code.blob);
    if (known) return known;
    const program = this.bpf.prepare(code.insns);
    assert(program.ok, `program ${code.name} was accepted, but cannot be prepared`);
    this.prepared.set(code.blob, program.value);
    return program.value;
  }
}

/** Argument widths by size and sign, as the function model has them. */
function prototypeOf({ args, retSize }: FuncModel): Prototype {
  const native = ({ pointer, size, signed }: FuncModel['args'][number]): NativeArgument => {
    if (pointer) return 'ptr';
    if (size === 1) return 'u8';
    if (size === 2) return 'u16';
    return signed ? 'i32' : 'u32';
  };
  return { args: args.map(native), hasReturn: retSize !== 0 };
}
