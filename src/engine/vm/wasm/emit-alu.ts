/* Arithmetic: micro-ops (vm/program.ts) that change one register and touch nothing else. */
import * as MICRO from '../micro.ts';
import type { Program } from '../prepared.ts';
import { ALU32, ALU64 } from './emit-tables.ts';
import type { CodeWriter } from './encoder.ts';
import { LOCAL } from './locals.ts';
import { I64, V, W, type WasmOp } from './opcodes.ts';
import type { Operands } from './operands.ts';

export class AluEmitter {
  constructor(private readonly o: Operands) {}

  emit(op: number, d: number, s: number, operand: number): void {
    const alu = ALU64[op] ?? ALU32[op];
    if (alu !== undefined) this.plain(op, d, s, alu);
    else this.other(op, d, s, operand);
  }

  private plain(op: number, d: number, s: number, wasm: WasmOp): void {
    if ((op & 7) === 7) {
      this.o.value64(d).value64(s);
      this.o.out.op(wasm);
      this.o.set(d);
    } else {
      this.o.value32(d).value32(s);
      this.o.out.op(wasm);
      this.o.set32(d);
    }
  }

  private other(op: number, d: number, s: number, operand: number): void {
    const { out } = this.o;
    switch (op) {
      case 0xbf: // mov
      case 0x18: // wide immediate
        this.o.value64(s);
        return this.o.set(d);
      case 0xbc: // mov32
        this.o.value32(s);
        return this.o.set32(d);
      case 0x87: // neg
        out.i64(0, 0);
        this.o.value64(d);
        out.op(W.i64_sub);
        return this.o.set(d);
      case 0x84: // neg32
        out.i32(0);
        this.o.value32(d);
        out.op(W.i32_sub);
        return this.o.set32(d);
      case MICRO.movsx8:
      case MICRO.movsx16:
      case MICRO.movsx32:
        this.o.value64(s);
        out.op(op === MICRO.movsx8 ? W.i64_extend8_s : op === MICRO.movsx16 ? W.i64_extend16_s : W.i64_extend32_s);
        return this.o.set(d);
      case MICRO.movsx8_32:
      case MICRO.movsx16_32:
        this.o.value32(s);
        out.op(op === MICRO.movsx8_32 ? W.i32_extend8_s : W.i32_extend16_s);
        return this.o.set32(d);
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
      default: // may_goto: its budget is larger than the fuel
        return;
    }
  }

  /**
   * Division by 0 gives 0, and its remainder is the dividend. Dividing the least number by -1 traps in WebAssembly, not
   * in BPF.
   */
  private divide64(op: number, d: number, s: number): void {
    const { out } = this.o;
    const isDivision = op === 0x3f || op === MICRO.sdiv;
    const wasm = op === 0x3f ? W.i64_div_u : op === 0x9f ? W.i64_rem_u : op === MICRO.sdiv ? W.i64_div_s : W.i64_rem_s;
    const byZero = (): unknown => (isDivision ? out.i64(0, 0) : this.o.value64(d));
    const divide = (): void => {
      if (op === MICRO.sdiv) this.guardMinusOne64(d, s);
      else {
        this.o.value64(d).value64(s);
        out.op(wasm);
      }
    };
    if (this.o.isConstant(s)) {
      if (this.o.isZero(s)) byZero();
      else divide();
    } else {
      this.o.value64(s);
      out.op(W.i64_eqz).block(W.if, I64);
      byZero();
      out.op(W.else);
      divide();
      out.op(W.end);
    }
    this.o.set(d);
  }

  private guardMinusOne64(d: number, s: number): void {
    const { out } = this.o;
    this.o.value64(s);
    out.i64(-1, -1).op(W.i64_eq).block(W.if, I64).i64(0, 0);
    this.o.value64(d);
    out.op(W.i64_sub).op(W.else);
    this.o.value64(d).value64(s);
    out.op(W.i64_div_s).op(W.end);
  }

  /** 32-bit forms divide as 64 bits, sign- or zero-extended, so that only a divisor of 0 traps. */
  private divide32(op: number, d: number, s: number): void {
    const { out } = this.o;
    const isSigned = op === MICRO.sdiv32 || op === MICRO.smod32;
    const isDivision = op === 0x3c || op === MICRO.sdiv32;
    const extend = isSigned ? W.i64_extend_i32_s : W.i64_extend_i32_u;
    const wasm = isSigned ? (isDivision ? W.i64_div_s : W.i64_rem_s) : isDivision ? W.i64_div_u : W.i64_rem_u;
    this.o.value32(s);
    out.op(extend).tee(LOCAL.value).op(W.i64_eqz).block(W.if, I64);
    if (isDivision) out.i64(0, 0);
    else this.o.value64(d);
    out.op(W.else);
    this.o.value32(d);
    out.op(extend).get(LOCAL.value).op(wasm).op(W.end).op(W.i32_wrap_i64);
    this.o.set32(d);
  }

  private keepLow(d: number, width: number): void {
    if (width === 64) return;
    this.o.value64(d);
    this.o.out.i64(width === 16 ? 0xffff : -1, 0).op(W.i64_and);
    this.o.set(d);
  }

  private swap(d: number, width: number): void {
    const { out } = this.o;
    if (width === 64) {
      this.o.value64(d);
      out.vector(V.i64x2_splat).get(LOCAL.reverse).vector(V.i8x16_swizzle);
      // reading the first lane as a double leaves it in its register, and its bits move in one step
      out.vector(V.f64x2_extract_lane, [0]).op(W.i64_reinterpret_f64);
      return this.o.set(d);
    }
    this.o.value32(d);
    out.tee(LOCAL.word).i32(8);
    // 32 bits: two rotations, each of which puts two of the bytes in place
    if (width === 32) out.op(W.i32_rotl).i32(0x00ff00ff).op(W.i32_and).get(LOCAL.word).i32(24).op(W.i32_rotl);
    else out.op(W.i32_shl).i32(0xff00).op(W.i32_and).get(LOCAL.word).i32(8).op(W.i32_shr_u);
    out
      .i32(width === 32 ? 0xff00ff00 : 0xff)
      .op(W.i32_and)
      .op(W.i32_or);
    this.o.set32(d);
  }
}

const REVERSE = [7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0];

/**
 * Loads the shuffle that reverses bytes into a local: engines keep a local in a register, but rebuild a constant at
 * each use.
 */
export function emitReverse(out: CodeWriter, { code }: Program): void {
  for (let i = 0; i < code.length; i += 2) {
    if ((code[i] & 255) !== MICRO.swap || code[i + 1] !== 64) continue;
    out.vector(V.v128_const, REVERSE).set(LOCAL.reverse);
    return;
  }
}
