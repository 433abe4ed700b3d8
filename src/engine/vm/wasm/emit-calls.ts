/* Emits calls of kernel functions and of the program's own functions. */
import { FRAME_BYTES, FRAME_SHIFT, MAX_FRAMES, NO_TURN } from '../calls.ts';
import { GO_ON } from '../functions.ts';
import { KERNEL_BASE_HI, REGIONS, regionEndAddress } from '../memory.ts';
import { LOCAL, localOf } from './locals.ts';
import { FUNCTION_ADDRESS } from '../prepared.ts';
import type { CodeWriter } from './encoder.ts';
import { W } from './opcodes.ts';
import type { Operands } from './operands.ts';
import * as SCRATCH from './scratch.ts';

/** Numbers of the functions that code calls. */
export interface Callables {
  /** high word of the last u64 result of a kernel function */
  readonly highWord: number;
  /** kernel function by its number in `program.callees` */
  readonly kernel: (callee: number) => number;
  /** function of the program by its entry slot */
  readonly local: (slot: number) => number;
}

/**
 * A program's stack is aligned to its size, so that r10 alone tells the depth: its low bits are 0 in the last frame, at
 * the end of the stack.
 */
const STACK_MASK = MAX_FRAMES * FRAME_BYTES - 1;
const ARENA_END = regionEndAddress('arena');

/** Loads the arena's used bytes into a local; again after calls, because kernel functions may make the arena grow. */
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
    // an exception in the call also leaves this function, so the fuel must be stored first
    out.i32(0);
    this.o.exactFuel().memory(W.i32_store, SCRATCH.fuel);
    this.pushWords(words);
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
    const { out, program } = this.o;
    this.o.at(slot);
    this.bailInLastFrame(bail);
    if (program.callbacks.length > 0) out.i32(NO_TURN).set(LOCAL.turn);
    this.enter(entry, bail + 1, (r) => out.get(localOf(r)));
    this.clearArguments();
    if (this.usesArena) emitArena(out);
  }

  /** Emits the loop of a helper with a callback; each turn first asks the helper. */
  callBack(slot: number, callee: number, bail: number): void {
    const { out, program } = this.o;
    const { fn, words } = program.callees[callee];
    const given = localOf(fn.callback ?? 0);
    const { callbacks } = program;
    this.o.at(slot);
    this.bailInLastFrame(bail);
    const is = (target: number): unknown =>
      out
        .get(given)
        .i64(FUNCTION_ADDRESS.low + target, FUNCTION_ADDRESS.high)
        .op(W.i64_eq);
    out.i32(0);
    for (const target of callbacks) {
      is(target);
      out.op(W.i32_or);
    }
    out.op(W.i32_eqz);
    this.o.bailIf(bail);
    out.i32(0).set(LOCAL.turn).block(W.block).block(W.loop);
    out.i32(0).get(LOCAL.fuel).memory(W.i32_store, SCRATCH.fuel).get(LOCAL.turn);
    this.pushWords(words);
    out.call(this.callables.kernel(callee)).tee(LOCAL.word).i32(GO_ON).op(W.i32_ne).block(W.if);
    out.get(LOCAL.turn).get(LOCAL.word).get(LOCAL.word).op(W.i32_eqz).op(W.select).op(W.i64_extend_i32_s);
    this.o.set(0);
    out.branch(W.br, 2).op(W.end);
    for (const target of callbacks) {
      is(target);
      out.block(W.if);
      // labels between here and there: the if, the loop, the block
      this.enter(target, bail + 4, (r) => out.i32(0).memory(W.i64_load, SCRATCH.callbackArgs + (r - 1) * 8));
      out.op(W.end);
    }
    out.get(LOCAL.turn).i32(1).op(W.i32_add).set(LOCAL.turn);
    out.get(localOf(0)).op(W.i64_eqz).branch(W.br_if, 0);
    out.get(LOCAL.turn).op(W.i64_extend_i32_u);
    this.o.set(0);
    out.op(W.end).op(W.end);
    this.clearArguments();
    if (this.usesArena) emitArena(out);
  }

  /** Saves the function's own frame for the interpreter. */
  leaveFrame(): void {
    const { out, program } = this.o;
    out.get(localOf(10)).op(W.i32_wrap_i64).i32(1).op(W.i32_sub).i32(STACK_MASK).op(W.i32_and);
    out.i32(FRAME_SHIFT).op(W.i32_shr_u).i32(SCRATCH.FRAME.bytes).op(W.i32_mul).tee(LOCAL.word);
    out.get(LOCAL.place).memory(W.i32_store, SCRATCH.frames + SCRATCH.FRAME.place);
    out.get(LOCAL.word);
    if (program.callbacks.length > 0) out.get(LOCAL.turn);
    else out.i32(NO_TURN);
    out.memory(W.i32_store, SCRATCH.frames + SCRATCH.FRAME.turn);
    const store = (register: number, at: number): unknown =>
      out
        .get(LOCAL.word)
        .get(localOf(register))
        .memory(W.i64_store, SCRATCH.frames + at);
    for (let r = 6; r <= 9; r++) store(r, SCRATCH.FRAME.saved + (r - 6) * 8);
    // recursion passes them again; without it they need not be kept during the call
    if (program.callbacks.length === 0) return;
    for (let r = 1; r <= 5; r++) store(r, SCRATCH.FRAME.args + (r - 1) * 8);
  }

  private bailInLastFrame(bail: number): void {
    this.o.out.get(localOf(10)).op(W.i32_wrap_i64).i32(STACK_MASK).op(W.i32_and).op(W.i32_eqz);
    this.o.bailIf(bail);
  }

  /** Emits a call of a program's function; `argument` leaves one of r1 to r5 on the stack. */
  private enter(entry: number, bailCaller: number, argument: (register: number) => unknown): void {
    const { out } = this.o;
    for (let r = 1; r <= 3; r++) argument(r);
    out.get(localOf(10)).i64(FRAME_BYTES, 0).op(W.i64_add).get(LOCAL.fuel);
    for (let r = 4; r <= 5; r++) argument(r);
    out.call(this.callables.local(entry)).set(LOCAL.fuel);
    this.o.set(0);
    out.get(LOCAL.fuel).i32(0).op(W.i32_lt_s);
    this.o.bailIf(bailCaller);
  }

  private pushWords(words: readonly number[]): void {
    const { out } = this.o;
    for (const word of words) {
      out.get(localOf(word >> 1));
      if (word & 1) out.i64(32, 0).op(W.i64_shr_u);
      out.op(W.i32_wrap_i64);
    }
  }

  private clearArguments(): void {
    for (let r = 1; r <= 5; r++) {
      this.o.out.i64(0, 0);
      this.o.set(r);
    }
  }
}
