/*
 * Programs ready to run, and the trampolines that call them. Both are caches by content: a restored checkpoint finds
 * them again.
 */
import { assert } from '../base/assert.ts';
import type { FuncModel, ProgramCode } from '../kernel/kernel.ts';
import type { BpfMachine } from '../vm/machine.ts';
import type { Program } from '../vm/program.ts';
import type { TextFunction } from '../vm/text.ts';
import type { ProgramWatch } from './microscope.ts';

/** MAX_BPF_FUNC_ARGS slots of 8 bytes */
const CONTEXT_BYTES = 12 * 8;
/** A program's kernel function may lead to another program; the machine allows as many levels. */
const MAX_DEPTH = 4;

export class Programs {
  /** asked at each call of a program */
  watch: ProgramWatch | null = null;
  private readonly prepared = new Map<string, Program>();

  /** contexts of calls within calls, one behind the other in the arena */
  private readonly contexts: number;
  private depth = 0;

  /** Takes memory: boot only. */
  constructor(private readonly bpf: BpfMachine) {
    this.contexts = bpf.memory.alloc('arena', MAX_DEPTH * CONTEXT_BYTES, 16);
  }

  /** Null, or why these instructions can never run. */
  problem(insns: Uint8Array): string | null {
    const program = this.bpf.prepare(insns);
    return program.ok ? null : program.error.message;
  }

  /** Stores the native arguments as an array of u64 and calls the program with r1 pointing at it. */
  trampoline(model: FuncModel, code: ProgramCode): TextFunction {
    const program = this.programOf(code);
    const { memory } = this.bpf;
    return (a, b, c, d) => {
      const context = this.contexts + this.depth * CONTEXT_BYTES;
      const words = [a, b, c, d];
      for (const [i, { pointer }] of model.args.entries()) {
        if (pointer) memory.setPointer(context + i * 8, words[i]);
        else memory.setU64(context + i * 8, words[i] >>> 0);
      }
      this.depth++;
      try {
        const result = this.bpf.run(program, context, 0, this.watch?.(code.id) ?? null);
        return model.retSize === 0 ? 0 : result;
      } finally {
        this.depth--;
      }
    };
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
