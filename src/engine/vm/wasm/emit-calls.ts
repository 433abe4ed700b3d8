/* Calls: of the kernel's functions, and of the program's own. */
import { FRAME_BYTES, MAX_FRAMES } from '../calls.ts';
import { KERNEL_BASE_HI, REGIONS, regionEndAddress } from '../memory.ts';
import { BPF_FUNCTION, LOCAL, localOf } from './locals.ts';
import type { CodeWriter } from './encoder.ts';
import { W } from './opcodes.ts';
import type { Operands } from './operands.ts';
import { FRAME, SCRATCH } from './scratch.ts';

/** Numbers of the functions that code calls. */
export interface Callables {
  /** high word of the last u64 result of a kernel function */
  readonly highWord: number;
  /** kernel function by its number in `program.callees` */
  readonly kernel: (callee: number) => number;
  /** function of the program by its entry slot */
  readonly local: (slot: number) => number;
}

/** A program's stack is aligned to its size, so that r10 alone tells the depth: 0 in the last frame, whose end it is. */
const STACK_MASK = MAX_FRAMES * FRAME_BYTES - 1;
const ARENA_END = regionEndAddress('arena');

/** The arena's used bytes into their local: it grows while kernel functions run. */
export function emitArena(out: CodeWriter): void {
  out.i32(0).memory(W.i64_load32_u, ARENA_END).i64(-REGIONS.arena.base, -1).op(W.i64_add).set(LOCAL.arena);
}

export class CallEmitter {
  constructor(
    private readonly o: Operands,
    private readonly callables: Callables,
    /** whether the function compares anything with the arena's end */
    private readonly usesArena: boolean,
  ) {}

  kernel(callee: number): void {
    const { out, program } = this.o;
    const { fn, words } = program.callees[callee];
    // what is thrown in there leaves this function too, and the fuel must be known outside
    out.i32(0).get(LOCAL.fuel).memory(W.i32_store, SCRATCH.fuel);
    for (const word of words) {
      out.get(localOf(word >> 1));
      if (word & 1) out.i64(32, 0).op(W.i64_shr_u);
      out.op(W.i32_wrap_i64);
    }
    out.call(this.callables.kernel(callee));
    if (fn.ret === 'void') out.op(W.drop).i32(0);
    out.tee(LOCAL.word).op(W.i64_extend_i32_u);
    if (fn.ret === 'u64')
      out.call(this.callables.highWord).op(W.i64_extend_i32_u).i64(32, 0).op(W.i64_shl).op(W.i64_or);
    if (fn.ret === 'ptr') out.i64(0, KERNEL_BASE_HI).i64(0, 0).get(LOCAL.word).op(W.select).op(W.i64_or);
    this.o.set(0);
    this.clearArguments();
    if (this.usesArena) emitArena(out);
  }

  /** `bail` gives up before the call; the label around it, after a function that gave up. */
  local(slot: number, entry: number, bail: number): void {
    const { out } = this.o;
    this.o.at(slot);
    out.get(localOf(10)).op(W.i32_wrap_i64).i32(STACK_MASK).op(W.i32_and).op(W.i32_eqz);
    this.o.bailIf(bail);
    for (let i = 1; i < BPF_FUNCTION.params.length - 1; i++) out.get(localOf(i));
    out.get(localOf(10)).i64(FRAME_BYTES, 0).op(W.i64_add).get(LOCAL.fuel);
    out.call(this.callables.local(entry)).set(LOCAL.fuel);
    this.o.set(0);
    out.get(LOCAL.fuel).i32(0).op(W.i32_lt_s);
    this.o.bailIf(bail + 1);
    this.clearArguments();
    if (this.usesArena) emitArena(out);
  }

  /** The function's own frame, for the interpreter. */
  leaveFrame(): void {
    const { out } = this.o;
    out.get(localOf(10)).op(W.i32_wrap_i64).i32(1).op(W.i32_sub).i32(STACK_MASK).op(W.i32_and);
    out.i32(Math.log2(FRAME_BYTES)).op(W.i32_shr_u).i32(FRAME.bytes).op(W.i32_mul).tee(LOCAL.word);
    out.get(LOCAL.pc).memory(W.i32_store, SCRATCH.frames + FRAME.pc);
    for (let r = 6; r <= 9; r++)
      out
        .get(LOCAL.word)
        .get(localOf(r))
        .memory(W.i64_store, SCRATCH.frames + (r - 6) * 8);
    out.i64(0, 0).i32(-1);
  }

  private clearArguments(): void {
    for (let r = 1; r <= 5; r++) {
      this.o.out.i64(0, 0);
      this.o.set(r);
    }
  }
}
