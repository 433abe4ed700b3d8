/*
 * Programs ready to run, and the trampolines that call them. Both are cached by content, so that a restored checkpoint
 * finds them again.
 */
import { assert } from '../base/assert.ts';
import type { FuncModel, ProgramCode, TrampolineCode } from '../kernel/kernel.ts';
import type { BpfMachine } from '../vm/machine.ts';
import type { Program } from '../vm/prepared.ts';
import type { TextFunction } from '../vm/text.ts';
import type { NativeArgument, Prototype } from '../vm/wasm/entries.ts';

export class Programs {
  private readonly prepared = new Map<string, Program>();
  private readonly made = new Map<string, readonly TextFunction[]>();

  constructor(private readonly bpf: BpfMachine) {}

  /** Why these instructions can never run; null if they can. */
  problem(insns: Uint8Array): string | null {
    const program = this.bpf.prepare(insns);
    return program.ok ? null : program.error.message;
  }

  /** Makes a map's trampolines, which form one WebAssembly module with their programs. */
  trampolines(members: readonly TrampolineCode[]): readonly TextFunction[] {
    const planned = members.map(({ model, code }) => ({ code, prototype: prototypeOf(model) }));
    const key = planned
      .map(({ code, prototype }) => `${code.id} ${keyOf(code)} ${prototype.args.join()} ${prototype.hasReturn}`)
      .join(';');
    const known = this.made.get(key);
    if (known) return known;
    const made = this.bpf.members(
      planned.map(({ code, prototype }) => ({ id: code.id, program: this.programOf(code), prototype })),
    );
    this.made.set(key, made);
    return made;
  }

  private programOf(code: ProgramCode): Program {
    const key = keyOf(code);
    const known = this.prepared.get(key);
    if (known) return known;
    const program = this.bpf.prepare(code.insns, code.proven);
    assert(program.ok, `program ${code.name} was accepted, but cannot be prepared`);
    this.prepared.set(key, program.value);
    return program.value;
  }
}

/** Key of compiled code: the instructions, and which of their accesses are proven. */
const keyOf = ({ blob, proven }: ProgramCode): string => `${blob} ${proven.join('')}`;

/** Prototype with argument widths by size and sign, from the function model. */
function prototypeOf({ args, retSize }: FuncModel): Prototype {
  const native = ({ pointer, size, signed }: FuncModel['args'][number]): NativeArgument => {
    if (pointer) return 'ptr';
    if (size === 1) return 'u8';
    if (size === 2) return 'u16';
    return signed ? 'i32' : 'u32';
  };
  return { args: args.map(native), hasReturn: retSize !== 0 };
}
