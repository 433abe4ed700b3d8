/*
 * Emits loads, stores and atomic operations. The low half of an address is an offset in the linear memory, so one
 * unsigned 64-bit comparison checks a window of it (windows.ts); an access in a proven window needs no check.
 */
import { KERNEL_BASE_HI, REGIONS } from '../memory.ts';
import type { CodeWriter } from './encoder.ts';
import { type Access, ATOMICS, CMPXCHG, FETCH } from './emit-tables.ts';
import { LOCAL, localOf } from './locals.ts';
import { W } from './opcodes.ts';
import type { Operands } from './operands.ts';
import type { Checks } from './checks.ts';

const LOAD_FROM = REGIONS.kernel.base;
const STORE_FROM = REGIONS.arena.base;

export class MemoryEmitter {
  constructor(
    private readonly o: Operands,
    private readonly checks: Checks,
  ) {}

  load(slot: number, { op }: Access, d: number, s: number, off: number, bail: number): void {
    this.check(slot, bail);
    this.o.out.memory(op, this.address(s, off));
    this.o.set(d);
  }

  store(slot: number, { op }: Access, d: number, s: number, off: number, bail: number): void {
    this.check(slot, bail);
    const offset = this.address(d, off);
    this.o.value64(s);
    this.o.out.memory(op, offset);
  }

  atomic(slot: number, is64: boolean, d: number, s: number, operand: number, bail: number): void {
    const { out } = this.o;
    const operation = operand >> 16;
    const off = (operand << 16) >> 16;
    const load = is64 ? W.i64_load : W.i64_load32_u;
    const store = is64 ? W.i64_store : W.i64_store32;
    this.check(slot, bail);
    out.memory(load, this.address(d, off)).set(LOCAL.value);
    if (operation === CMPXCHG) {
      out.get(LOCAL.value).get(localOf(0));
      if (!is64) out.i64(-1, 0).op(W.i64_and);
      out.op(W.i64_eq).block(W.if);
    }
    const offset = this.address(d, off);
    const combine = ATOMICS[operation & 0xf0];
    if (combine !== undefined) out.get(LOCAL.value);
    this.o.value64(s);
    if (combine !== undefined) out.op(combine);
    out.memory(store, offset);
    if (operation === CMPXCHG) out.op(W.end);
    if ((operation & FETCH) === 0) return;
    out.get(LOCAL.value);
    this.o.set(operation === CMPXCHG ? 0 : s);
  }

  /** Leaves the i32 part of a proven address on the stack; returns the constant offset still to be added. */
  private address(register: number, off: number): number {
    this.o.value32(register);
    if (off >= 0) return off;
    this.o.out.i32(off).op(W.i32_add);
    return 0;
  }

  private check(slot: number, bail: number): void {
    const check = this.checks.at(this.o.block, slot);
    if (!check) return;
    const { register, shift, low, high, write, narrow } = check;
    const { out } = this.o;
    this.o.at(slot);
    const from = write ? STORE_FROM : LOAD_FROM;
    const start = low - shift - from;
    const room = STORE_FROM - from - (high - low);
    if (narrow) {
      this.o.value32(register);
      out.i32(start).op(W.i32_add).get(LOCAL.arena).op(W.i32_wrap_i64).i32(room).op(W.i32_add).op(W.i32_gt_u);
    } else {
      this.relative(register, start).get(LOCAL.arena);
      out
        .i64(room, room < 0 ? -1 : 0)
        .op(W.i64_add)
        .op(W.i64_gt_u);
    }
    this.o.bailIf(bail);
  }

  /** Leaves a kernel address minus the kernel's base, plus a number. */
  private relative(register: number, plus: number): CodeWriter {
    // the base's low word is 0: nothing is carried
    this.o.value64(register);
    return this.o.out.i64(plus, (plus < 0 ? -1 : 0) - (KERNEL_BASE_HI | 0)).op(W.i64_add);
  }
}
