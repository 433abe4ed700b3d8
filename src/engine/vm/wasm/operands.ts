/* Shared by all emitters: registers and immediates as operands, and the places at which code gives up. */
import { REGISTERS } from '../../isa/opcodes.ts';
import type { Program } from '../prepared.ts';
import type { CodeWriter } from './encoder.ts';
import { LOCAL, localOf } from './locals.ts';
import { W } from './opcodes.ts';

/** Where compiled code may give up, by number: the slot, and how many instructions from it on are paid for. */
export interface Places {
  readonly slots: number[];
  readonly paid: number[];
}

export class Operands {
  /** block of the present instruction, and how many instructions from that one on are paid for */
  block = 0;
  paid = 0;

  constructor(
    readonly out: CodeWriter,
    readonly program: Program,
    private readonly places: Places,
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

  /** Zero-extends an i32 into a register. */
  set32(register: number): void {
    this.out.op(W.i64_extend_i32_u);
    this.set(register);
  }

  /** The instruction at which the interpreter would go on. */
  at(slot: number): void {
    this.out.i32(this.places.slots.push(slot) - 1).set(LOCAL.place);
    this.places.paid.push(this.paid);
  }

  /** Leaves the fuel that remains after the present instruction. */
  exactFuel(): CodeWriter {
    this.out.get(LOCAL.fuel);
    if (this.paid > 1) this.out.i32(this.paid - 1).op(W.i32_add);
    return this.out;
  }

  /** Gives up if the i32 on the stack is not 0, which is seldom. `bail`: depth of the label that gives up. */
  bailIf(bail: number): void {
    this.out.unlikely().branch(W.br_if, bail);
  }
}
