/*
 * Translates BPF instructions to WebAssembly. Registers are i64 locals. In cases that compiled code does not handle (a
 * fault, a read of unmapped memory, too deep a call), it gives up (`bail`) before the instruction: it and the functions
 * that called it store their registers, and the interpreter continues there.
 */
import { REGISTERS } from '../../isa/opcodes.ts';
import * as MICRO from '../micro.ts';
import type { Program } from '../prepared.ts';
import { AluEmitter, emitReverse } from './emit-alu.ts';
import { CallEmitter, type Callables, emitArena } from './emit-calls.ts';
import { MemoryEmitter } from './emit-memory.ts';
import { COMPARISONS, I32_COMPARISONS, JSET, LOADS, STORES } from './emit-tables.ts';
import type { CodeWriter } from './encoder.ts';
import { LOCAL, localOf } from './locals.ts';
import { W } from './opcodes.ts';
import { Operands, type Places } from './operands.ts';
import * as SCRATCH from './scratch.ts';
import { UNASKED } from './fuel.ts';
import type { Checks } from './checks.ts';

export class InstructionEmitter {
  private readonly o: Operands;
  private readonly alu: AluEmitter;
  private readonly memory: MemoryEmitter;
  private readonly calls: CallEmitter;

  constructor(
    private readonly out: CodeWriter,
    private readonly program: Program,
    callables: Callables,
    private readonly checks: Checks,
    places: Places,
  ) {
    this.o = new Operands(out, program, places);
    this.alu = new AluEmitter(this.o);
    this.memory = new MemoryEmitter(this.o, checks);
    this.calls = new CallEmitter(this.o, callables, checks.any);
  }

  /**
   * Emits an instruction other than a jump or exit. `bail`: depth of the label that gives up; the next label serves
   * calls of functions that gave up.
   */
  instruction(slot: number, bail: number): void {
    this.emit(slot, bail);
    this.o.paid--;
  }

  private emit(slot: number, bail: number): void {
    const { code } = this.program;
    const word = code[slot * 2];
    const operand = code[slot * 2 + 1];
    const op = word & 255;
    const d = (word >> 8) & 15;
    const s = word >>> 12;
    const load = LOADS[op];
    if (load !== undefined) return this.memory.load(slot, load, d, s, operand, bail);
    const store = STORES[op];
    if (store !== undefined) return this.memory.store(slot, store, d, s, operand, bail);
    switch (op) {
      case 0xc3:
      case 0xdb:
        return this.memory.atomic(slot, op === 0xdb, d, s, operand, bail);
      case MICRO.tailCall: // tail calls are left to the interpreter, which continues with the other program
      case 0x20: // legacy packet loads are left to the interpreter: no member has a packet
      case 0x28:
      case 0x30:
        this.o.at(slot);
        this.out.i32(1);
        return this.o.bailIf(bail);
      case 0x85:
        return this.calls.kernel(operand);
      case MICRO.callBack:
        return this.calls.callBack(slot, operand, bail);
      case MICRO.callLocal:
        return this.calls.local(slot, operand >> 1, bail);
      default:
        return this.alu.emit(op, d, s, operand);
    }
  }

  /** Leaves an i32: whether the jump at a slot is taken (or, negated, not taken). */
  condition(slot: number, negated: boolean): void {
    const { o, out } = this;
    const word = this.program.code[slot * 2];
    const op = word & 255;
    const d = (word >> 8) & 15;
    const s = word >>> 12;
    const is64 = (op & 7) === 5;
    const code = op & 0xf0;
    if (is64) o.value64(d).value64(s);
    else o.value32(d).value32(s);
    if (code === JSET) {
      out.op(is64 ? W.i64_and : W.i32_and);
      if (negated) out.op(is64 ? W.i64_eqz : W.i32_eqz);
      else if (is64) out.i64(0, 0).op(W.i64_ne);
      return;
    }
    const [taken, untaken] = COMPARISONS[code];
    const comparison = negated ? untaken : taken;
    out.op(is64 ? comparison : I32_COMPARISONS[comparison]);
  }

  /**
   * Begins a block by paying its fuel. Where fuel is checked, `reserve` must remain; otherwise the code gives up before
   * the block's first instruction. `paid`: instructions, from that one on, that are then paid for.
   */
  begin(block: number, slot: number, charge: number, reserve: number, paid: number, bail: number): void {
    const { out } = this;
    this.o.block = block;
    this.o.paid = paid;
    if (charge > 0) out.get(LOCAL.fuel).i32(charge).op(W.i32_sub).set(LOCAL.fuel);
    if (reserve === UNASKED) return;
    this.o.at(slot);
    out.get(LOCAL.fuel).i32(reserve).op(W.i32_lt_s);
    this.o.bailIf(bail);
  }

  /** Emits a function's prologue. */
  enter(): void {
    if (this.checks.any) emitArena(this.out);
    emitReverse(this.out, this.program);
  }

  /** Emits the code at the label for giving up: it stores the state that the interpreter takes over. */
  bail(): void {
    const { out } = this;
    out.i32(0).get(LOCAL.place).memory(W.i32_store, SCRATCH.place);
    out.i32(0).get(LOCAL.fuel).memory(W.i32_store, SCRATCH.fuel);
    for (let r = 0; r < REGISTERS; r++)
      out
        .i32(0)
        .get(localOf(r))
        .memory(W.i64_store, SCRATCH.registers + r * 8);
  }

  /** Emits the code for a function whose callee gave up. */
  bailCaller(): void {
    this.calls.leaveFrame();
  }
}
