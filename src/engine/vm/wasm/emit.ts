/*
 * Instructions of BPF as instructions of WebAssembly. Registers are i64 locals; the low half of an address is an offset
 * in the linear memory, so that one unsigned comparison of the whole 64-bit address is the arena check. Where the
 * interpreter would stop the program, compiled code gives up (`bail`) before the instruction and the interpreter goes on
 * there: it alone knows how programs end badly.
 */
import { REGISTERS } from '../../isa/opcodes.ts';
import { KERNEL_BASE_HI, REGIONS } from '../memory.ts';
import { FRAME_BYTES } from '../calls.ts';
import { MICRO, type Program } from '../program.ts';
import type { CodeWriter } from './encoder.ts';
import { BPF_FUNCTION, LOCAL, localOf } from './locals.ts';
import {
  type Access,
  ALU32,
  ALU64,
  ATOMICS,
  CMPXCHG,
  COMPARISONS,
  FETCH,
  I32_COMPARISONS,
  JSET,
  LOADS,
  STORES,
} from './emit-tables.ts';
import { I64, W, type WasmOp } from './opcodes.ts';
import { SCRATCH } from './scratch.ts';

const LOAD_FROM = REGIONS.kernel.base;
const STORE_FROM = REGIONS.arena.base;

/** Numbers of the functions that code calls. */
export interface Callables {
  /** `(pc, address low, address high)`: a load that reads 0 */
  readonly zeroRead: number;
  /** high word of the last u64 result of a kernel function */
  readonly highWord: number;
  /** kernel function by its number in `program.callees` */
  readonly kernel: (callee: number) => number;
  /** function of the program by its entry slot */
  readonly local: (slot: number) => number;
}

export class InstructionEmitter {
  constructor(
    private readonly out: CodeWriter,
    private readonly program: Program,
    private readonly callables: Callables,
  ) {}

  /** An instruction that is no jump and no exit. `bail`: depth of the label that gives up. */
  instruction(slot: number, bail: number): void {
    const { code } = this.program;
    const word = code[slot * 2];
    const operand = code[slot * 2 + 1];
    const op = word & 255;
    const d = (word >> 8) & 15;
    const s = word >>> 12;
    const alu = ALU64[op] ?? ALU32[op];
    if (alu !== undefined) return this.plainAlu(op, d, s, alu);
    const load = LOADS[op];
    if (load !== undefined) return this.load(slot, load, d, s, operand);
    const store = STORES[op];
    if (store !== undefined) return this.store(slot, store, d, s, operand, bail);
    this.other(op, slot, d, s, operand, bail);
  }

  /** Leaves an i32: whether the jump at a slot is taken, or is not. */
  condition(slot: number, negated: boolean): void {
    const { out } = this;
    const word = this.program.code[slot * 2];
    const op = word & 255;
    const d = (word >> 8) & 15;
    const s = word >>> 12;
    const is64 = (op & 7) === 5;
    const code = op & 0xf0;
    if (is64) this.value64(d).value64(s);
    else this.value32(d).value32(s);
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

  /** Pays for a block; gives up before its first instruction when the fuel does not last to its end. */
  pay(slot: number, instructions: number, bail: number): void {
    const { out } = this;
    this.at(slot);
    out.get(LOCAL.fuel).i32(instructions).op(W.i32_sub).tee(LOCAL.fuel).i32(0).op(W.i32_lt_s).branch(W.br_if, bail);
  }

  exit(): void {
    this.storeFuel();
    this.out.get(localOf(0)).op(W.return);
  }

  /** What a function does first. */
  enter(): void {
    this.loadFuel();
    this.out.i32(0).memory(W.i64_load32_u, SCRATCH.arenaBytes).set(LOCAL.arena);
  }

  private loadFuel(): void {
    this.out.i32(0).memory(W.i32_load, SCRATCH.fuel).set(LOCAL.fuel);
  }

  /** What stands behind the label that gives up: the machine's state as the interpreter takes it over. */
  bail(): void {
    const { out } = this;
    out.i32(0).i32(1).memory(W.i32_store, SCRATCH.bailed);
    out.i32(0).get(LOCAL.pc).memory(W.i32_store, SCRATCH.pc);
    this.storeFuel();
    for (let r = 0; r < REGISTERS; r++)
      out
        .i32(0)
        .get(localOf(r))
        .memory(W.i64_store, SCRATCH.registers + r * 8);
    out.op(W.unreachable);
  }

  private storeFuel(): void {
    this.out.i32(0).get(LOCAL.fuel).memory(W.i32_store, SCRATCH.fuel);
  }

  /** The instruction at which the interpreter would go on. */
  private at(slot: number): void {
    this.out.i32(slot).set(LOCAL.pc);
  }

  // --- operands

  private isConstant(register: number): boolean {
    return register >= REGISTERS;
  }

  private value64(register: number): this {
    if (this.isConstant(register)) this.out.i64(this.program.low[register], this.program.high[register]);
    else this.out.get(localOf(register));
    return this;
  }

  private value32(register: number): this {
    if (this.isConstant(register)) this.out.i32(this.program.low[register]);
    else this.out.get(localOf(register)).op(W.i32_wrap_i64);
    return this;
  }

  private set(register: number): void {
    this.out.set(localOf(register));
  }

  /** An i32 becomes the low half, 0 the high one. */
  private set32(register: number): void {
    this.out.op(W.i64_extend_i32_u);
    this.set(register);
  }

  private isZero(register: number): boolean {
    return this.program.low[register] === 0 && this.program.high[register] === 0;
  }

  // --- arithmetic

  private plainAlu(op: number, d: number, s: number, wasm: WasmOp): void {
    if ((op & 7) === 7) {
      this.value64(d).value64(s);
      this.out.op(wasm);
      this.set(d);
    } else {
      this.value32(d).value32(s);
      this.out.op(wasm);
      this.set32(d);
    }
  }

  private other(op: number, slot: number, d: number, s: number, operand: number, bail: number): void {
    const { out } = this;
    switch (op) {
      case 0xbf: // mov
      case 0x18: // wide immediate
        this.value64(s);
        return this.set(d);
      case 0xbc: // mov32
        this.value32(s);
        return this.set32(d);
      case 0x87: // neg
        out.i64(0, 0);
        this.value64(d);
        out.op(W.i64_sub);
        return this.set(d);
      case 0x84: // neg32
        out.i32(0);
        this.value32(d);
        out.op(W.i32_sub);
        return this.set32(d);
      case MICRO.movsx8:
      case MICRO.movsx16:
      case MICRO.movsx32:
        this.value64(s);
        out.op(op === MICRO.movsx8 ? W.i64_extend8_s : op === MICRO.movsx16 ? W.i64_extend16_s : W.i64_extend32_s);
        return this.set(d);
      case MICRO.movsx8_32:
      case MICRO.movsx16_32:
        this.value32(s);
        out.op(op === MICRO.movsx8_32 ? W.i32_extend8_s : W.i32_extend16_s);
        return this.set32(d);
      case MICRO.swap:
        return this.swap(d, operand);
      case MICRO.keepLow:
        return this.keepLow(d, operand);
      case 0x3f: // div
      case 0x9f: // mod
      case MICRO.sdiv:
      case MICRO.smod:
        return this.divide64(op, d, s);
      case 0x3c: // div32
      case 0x9c: // mod32
      case MICRO.sdiv32:
      case MICRO.smod32:
        return this.divide32(op, d, s);
      case 0xc3:
      case 0xdb:
        return this.atomic(slot, op === 0xdb, d, s, operand, bail);
      case 0x85:
        return this.callKernel(operand);
      case MICRO.callLocal:
        return this.callLocal(slot, operand >> 1, bail);
      default: // may_goto: its budget is larger than the fuel
        return;
    }
  }

  /** By 0: division gives 0, the remainder is the dividend. The least number by -1 traps in WebAssembly, not in BPF. */
  private divide64(op: number, d: number, s: number): void {
    const { out } = this;
    const isDivision = op === 0x3f || op === MICRO.sdiv;
    const wasm = op === 0x3f ? W.i64_div_u : op === 0x9f ? W.i64_rem_u : op === MICRO.sdiv ? W.i64_div_s : W.i64_rem_s;
    const byZero = (): unknown => (isDivision ? out.i64(0, 0) : this.value64(d));
    const divide = (): void => {
      if (op === MICRO.sdiv) this.guardMinusOne64(d, s);
      else {
        this.value64(d).value64(s);
        out.op(wasm);
      }
    };
    if (this.isConstant(s)) {
      if (this.isZero(s)) byZero();
      else divide();
    } else {
      this.value64(s);
      out.op(W.i64_eqz).block(W.if, I64);
      byZero();
      out.op(W.else);
      divide();
      out.op(W.end);
    }
    this.set(d);
  }

  private guardMinusOne64(d: number, s: number): void {
    const { out } = this;
    this.value64(s);
    out.i64(-1, -1).op(W.i64_eq).block(W.if, I64).i64(0, 0);
    this.value64(d);
    out.op(W.i64_sub).op(W.else);
    this.value64(d).value64(s);
    out.op(W.i64_div_s).op(W.end);
  }

  /** 32-bit forms divide as 64 bits, extended by their sign or by zeros: no case traps but 0. */
  private divide32(op: number, d: number, s: number): void {
    const { out } = this;
    const isSigned = op === MICRO.sdiv32 || op === MICRO.smod32;
    const isDivision = op === 0x3c || op === MICRO.sdiv32;
    const extend = isSigned ? W.i64_extend_i32_s : W.i64_extend_i32_u;
    const wasm = isSigned ? (isDivision ? W.i64_div_s : W.i64_rem_s) : isDivision ? W.i64_div_u : W.i64_rem_u;
    this.value32(s);
    out.op(extend).tee(LOCAL.value).op(W.i64_eqz).block(W.if, I64);
    if (isDivision) out.i64(0, 0);
    else this.value64(d);
    out.op(W.else);
    this.value32(d);
    out.op(extend).get(LOCAL.value).op(wasm).op(W.end).op(W.i32_wrap_i64);
    this.set32(d);
  }

  private keepLow(d: number, width: number): void {
    if (width === 64) return;
    this.value64(d);
    this.out.i64(width === 16 ? 0xffff : -1, 0).op(W.i64_and);
    this.set(d);
  }

  private swap(d: number, width: number): void {
    const { out } = this;
    this.value32(d);
    this.swap32();
    if (width === 16) out.i32(16).op(W.i32_shr_u);
    out.op(W.i64_extend_i32_u);
    if (width === 64) {
      out.i64(32, 0).op(W.i64_shl);
      this.value64(d);
      out.i64(32, 0).op(W.i64_shr_u).op(W.i32_wrap_i64);
      this.swap32();
      out.op(W.i64_extend_i32_u).op(W.i64_or);
    }
    this.set(d);
  }

  /** Reverses the four bytes of the i32 on the stack: two rotations, each right for two of them. */
  private swap32(): void {
    const { out } = this;
    out.tee(LOCAL.word).i32(8).op(W.i32_rotl).i32(0x00ff00ff).op(W.i32_and);
    out.get(LOCAL.word).i32(24).op(W.i32_rotl).i32(0xff00ff00).op(W.i32_and).op(W.i32_or);
  }

  // --- memory

  /** Leaves the address minus the start of the region, also in LOCAL.address. */
  private relative(register: number, off: number, from: number): CodeWriter {
    // the region's start as a kernel address, negated: its low word is not 0, so the high one is complemented
    this.value64(register);
    const low = off - from;
    const high = (low < 0 ? -1 : 0) - (KERNEL_BASE_HI | 0);
    return this.out.i64(low, high).op(W.i64_add).tee(LOCAL.address);
  }

  private load(slot: number, { op, bytes }: Access, d: number, s: number, off: number): void {
    const { out } = this;
    this.relative(s, off, LOAD_FROM)
      .get(LOCAL.arena)
      .i64(STORE_FROM - LOAD_FROM - bytes, 0)
      .op(W.i64_add)
      .op(W.i64_le_u)
      .block(W.if, I64);
    out.get(LOCAL.address).op(W.i32_wrap_i64).memory(op, LOAD_FROM);
    out.op(W.else).i32(slot);
    this.absolute(LOAD_FROM).op(W.i32_wrap_i64);
    this.absolute(LOAD_FROM).i64(32, 0).op(W.i64_shr_u).op(W.i32_wrap_i64);
    out.call(this.callables.zeroRead).i64(0, 0).op(W.end);
    this.set(d);
  }

  /** The whole address again. */
  private absolute(from: number): CodeWriter {
    return this.out.get(LOCAL.address).i64(from, KERNEL_BASE_HI).op(W.i64_add);
  }

  private store(slot: number, { op, bytes }: Access, d: number, s: number, off: number, bail: number): void {
    this.checkStore(slot, d, off, bytes, bail);
    this.out.get(LOCAL.address).op(W.i32_wrap_i64);
    this.value64(s);
    this.out.memory(op, STORE_FROM);
  }

  private checkStore(slot: number, d: number, off: number, bytes: number, bail: number): void {
    this.at(slot);
    this.relative(d, off, STORE_FROM).get(LOCAL.arena).i64(bytes, 0).op(W.i64_sub).op(W.i64_gt_u).branch(W.br_if, bail);
  }

  private atomic(slot: number, is64: boolean, d: number, s: number, operand: number, bail: number): void {
    const { out } = this;
    const operation = operand >> 16;
    const bytes = is64 ? 8 : 4;
    const load = is64 ? W.i64_load : W.i64_load32_u;
    const store = is64 ? W.i64_store : W.i64_store32;
    this.checkStore(slot, d, (operand << 16) >> 16, bytes, bail);
    const address = (): CodeWriter => out.get(LOCAL.address).op(W.i32_wrap_i64);
    address().memory(load, STORE_FROM).set(LOCAL.value);
    if (operation === CMPXCHG) {
      out.get(LOCAL.value).get(localOf(0));
      if (!is64) out.i64(-1, 0).op(W.i64_and);
      out.op(W.i64_eq).block(W.if);
    }
    address();
    const combine = ATOMICS[operation & 0xf0];
    if (combine !== undefined) out.get(LOCAL.value);
    this.value64(s);
    if (combine !== undefined) out.op(combine);
    out.memory(store, STORE_FROM);
    if (operation === CMPXCHG) out.op(W.end);
    if ((operation & FETCH) === 0) return;
    out.get(LOCAL.value);
    this.set(operation === CMPXCHG ? 0 : s);
  }

  // --- calls

  private callKernel(callee: number): void {
    const { out } = this;
    const { fn, words } = this.program.callees[callee];
    // what is thrown in there leaves this function too, and the fuel must be known outside
    this.storeFuel();
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
    this.set(0);
    this.clearArguments();
  }

  private callLocal(slot: number, entry: number, bail: number): void {
    const { out } = this;
    this.at(slot);
    out
      .get(localOf(10))
      .op(W.i32_wrap_i64)
      .i32(0)
      .memory(W.i32_load, SCRATCH.lastFrame)
      .op(W.i32_ge_u)
      .branch(W.br_if, bail);
    this.storeFuel();
    for (let i = 1; i < BPF_FUNCTION.params.length; i++) out.get(localOf(i));
    out.get(localOf(10)).i64(FRAME_BYTES, 0).op(W.i64_add);
    out.call(this.callables.local(entry));
    this.set(0);
    this.loadFuel();
    this.clearArguments();
  }

  private clearArguments(): void {
    for (let r = 1; r <= 5; r++) {
      this.out.i64(0, 0);
      this.set(r);
    }
  }
}
