/* What all emitters share: registers and immediates as operands, and the place at which code gives up. */
import { REGISTERS } from '../../isa/opcodes.ts';
import type { Program } from '../program.ts';
import type { CodeWriter } from './encoder.ts';
import { LOCAL, localOf } from './locals.ts';
import { W } from './opcodes.ts';

export class Operands {
  constructor(
    readonly out: CodeWriter,
    readonly program: Program,
  ) {}

  isConstant(register: number): boolean {
    return register >= REGISTERS;
  }

  isZero(register: number): boolean {
    return this.program.low[register] === 0 && this.program.high[register] === 0;
  }

  value64(register: number): this {
    if (this.isConstant(register)) this.out.i64(this.program.low[register], this.program.high[register]);
    else this.out.get(localOf(register));
    return this;
  }

  value32(register: number): this {
    if (this.isConstant(register)) this.out.i32(this.program.low[register]);
    else this.out.get(localOf(register)).op(W.i32_wrap_i64);
    return this;
  }

  set(register: number): void {
    this.out.set(localOf(register));
  }

  /** An i32 becomes the low half, 0 the high one. */
  set32(register: number): void {
    this.out.op(W.i64_extend_i32_u);
    this.set(register);
  }

  /** The instruction at which the interpreter would go on. */
  at(slot: number): void {
    this.out.i32(slot).set(LOCAL.pc);
  }

  /** Gives up if the i32 on the stack is not 0, which is seldom. `bail`: depth of the label that gives up. */
  bailIf(bail: number): void {
    this.out.unlikely().branch(W.br_if, bail);
  }
}
