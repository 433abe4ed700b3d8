/*
 * Translates a program into the interpreter's form. K and X forms become one: every immediate gets a register of its
 * own after r10, which halves the cases and removes the test for an immediate. The opcodes of K forms, unused by that,
 * serve for variants that share an opcode with another instruction.
 */
import { FUNCTION_ADDRESS, type Callee, type Program } from './prepared.ts';
import { err, ok, type Result } from '../base/result.ts';
import { endsFlow, isFunctionAddress, isLocalCall, targetOf } from '../isa/flow.ts';
import { decode, type Insn, instructionSlots } from '../isa/insn.ts';
import { specOf, type InstructionSpec, isOpcode } from '../isa/instructions.ts';
import { reservedText } from '../isa/reserved.ts';
import {
  CLASS,
  classOf,
  FRAME_POINTER,
  MODE,
  OPCODE,
  REGISTERS,
  SLOT_BYTES,
  SOURCE,
  WIDE_KIND,
} from '../isa/opcodes.ts';
import type { KernelFunction, KernelFunctions, Word } from './functions.ts';
import * as MICRO from './micro.ts';
import { PLACE_UNKNOWN } from './wasm/gate.ts';

const SIZE_BITS = 0x18;
/** Slots that the kernel takes at most (BPF_COMPLEXITY_LIMIT_INSNS). */
const MAX_SLOTS = 1_000_000;

export const CALL_OPS: ReadonlySet<number> = new Set([OPCODE.CALL, MICRO.callLocal, MICRO.callBack, MICRO.tailCall]);

/** Refuses programs that no engine could run, with the kernel's messages; it does not do the verifier's work. */
export function prepareProgram(
  insns: Uint8Array,
  functions: KernelFunctions,
  proven: Uint8Array | null = null,
): Result<Program> {
  const slots = insns.length / SLOT_BYTES;
  if (!Number.isInteger(slots) || slots === 0 || slots > MAX_SLOTS)
    return err(
      slots > MAX_SLOTS
        ? `${Math.floor(slots)} instructions, of ${MAX_SLOTS} at most`
        : `invalid program size: ${insns.length} bytes`,
    );
  const builder = new Builder(insns, functions);
  for (const slot of instructionSlots(insns)) {
    const problem = builder.add(slot);
    if (problem !== null) return err(problem, slot * SLOT_BYTES);
  }
  return builder.finish(proven);
}

class Builder {
  private readonly code: Int32Array;
  private readonly constants = new Map<number | string, number>();
  private readonly low: number[] = [];
  private readonly high: number[] = [];
  private readonly callees: Callee[] = [];
  private readonly callbacks = new Set<number>();
  private readonly starts: Uint8Array;
  private readonly jumps: { readonly from: number; readonly to: number }[] = [];
  private endsFlow = false;

  constructor(
    private readonly insns: Uint8Array,
    private readonly functions: KernelFunctions,
  ) {
    this.code = new Int32Array(insns.length / 4);
    this.starts = new Uint8Array(insns.length / SLOT_BYTES);
  }

  add(slot: number): string | null {
    const insn = decode(this.insns, slot);
    const spec = specOf(insn);
    if (!spec)
      return isOpcode(insn.opcode) ? reservedText(insn) : `unknown opcode ${insn.opcode.toString(16).padStart(2, '0')}`;
    if (insn.dst >= REGISTERS || insn.src >= REGISTERS) return `R${Math.max(insn.dst, insn.src)} is invalid`;
    if (insn.dst === FRAME_POINTER && writesDst(insn, spec)) return 'frame pointer is read only';
    this.starts[slot] = 1;
    this.endsFlow = endsFlow(insn);
    const encoded = this.encode(insn, spec, slot);
    if (typeof encoded === 'string') return encoded;
    const [op, src, operand] = encoded;
    this.code[slot * 2] = op | (insn.dst << 8) | (src << 12);
    this.code[slot * 2 + 1] = operand;
    return null;
  }

  finish(proven: Uint8Array | null): Result<Program> {
    for (const { from, to } of this.jumps) {
      if (to < 0 || to >= this.starts.length)
        return err(`jump out of range from insn ${from} to ${to}`, from * SLOT_BYTES);
      if (!this.starts[to]) return err(`jump into the middle of ldimm64 insn ${to - 1}`, from * SLOT_BYTES);
    }
    if (!this.endsFlow) return err('last insn is not an exit or jmp', this.insns.length - SLOT_BYTES);
    const { insns, code, callees } = this;
    return ok({
      insns,
      code,
      callees,
      callbacks: [...this.callbacks],
      low: registerFile(this.low),
      high: registerFile(this.high),
      proven,
      idle: null,
      place: PLACE_UNKNOWN,
    });
  }

  /** micro-op, source register, operand word; or the error message */
  private encode(insn: Insn, { shape }: InstructionSpec, slot: number): [number, number, number] | string {
    const { opcode, src, off, imm } = insn;
    switch (shape) {
      case 'alu-reg':
        return [aluVariant(opcode, off), src, 0];
      case 'alu-imm':
        return [aluVariant(opcode | SOURCE.X, off), this.constant(imm, imm >> 31), 0];
      case 'unary':
        return [opcode === OPCODE.END_BE ? MICRO.swap : opcode, 0, imm];
      case 'load':
        return [classOf(opcode) === CLASS.LDX ? opcode : plainAccess(opcode, CLASS.LDX), src, off];
      case 'store-reg':
        return [plainAccess(opcode, CLASS.STX), src, off];
      case 'store-imm':
        return [plainAccess(opcode, CLASS.STX), this.constant(imm, imm >> 31), off];
      case 'atomic':
        return [opcode, src, (off & 0xffff) | (imm << 16)];
      case 'jump':
      case 'jump-long':
        return [opcode === OPCODE.MAY_GOTO ? opcode : OPCODE.JA, 0, this.target(slot, targetOf(insn, slot))];
      case 'jump-reg':
        return [opcode, src, this.target(slot, targetOf(insn, slot))];
      case 'jump-imm':
        return [opcode | SOURCE.X, this.constant(imm, imm >> 31), this.target(slot, targetOf(insn, slot))];
      case 'call':
        if (isLocalCall(insn)) return [MICRO.callLocal, 0, this.target(slot, targetOf(insn, slot))];
        return this.callee(this.functions.helper(imm), `invalid func unknown#${imm}`);
      case 'call-kfunc':
        return this.callee(this.functions.kfunc(imm), `kernel btf_id ${imm} is not a function`);
      case 'exit':
        return [opcode, 0, 0];
      case 'wide':
        return this.wide(insn, slot);
      case 'packet-abs':
        return this.packetLoad(opcode, this.constant(0, 0), imm);
      case 'packet-ind':
        return this.packetLoad(opcode, src, imm);
      case 'address-space':
        return 'addr_space_cast insn can only be used in a program that has an associated arena';
      case 'call-reg':
        return `unknown opcode ${opcode.toString(16)}`;
    }
  }

  private wide(insn: Insn, slot: number): [number, number, number] | string {
    const { opcode, src, imm, high } = insn;
    const at = (slot + 1) * SLOT_BYTES;
    const { insns } = this;
    if (at >= insns.length) return 'invalid bpf_ld_imm64 insn';
    if (insns[at] !== 0 || insns[at + 1] !== 0 || insns[at + 2] !== 0 || insns[at + 3] !== 0)
      return 'invalid bpf_ld_imm64 insn';
    if (src === WIDE_KIND.VALUE) return [opcode, this.constant(imm, high), 0];
    if (!isFunctionAddress(insn)) return 'unrecognized bpf_ld_imm64 insn';
    const target = targetOf(insn, slot);
    this.target(slot, target);
    this.callbacks.add(target);
    return [opcode, this.constant(FUNCTION_ADDRESS.low + target, FUNCTION_ADDRESS.high), 0];
  }

  /** Number of the register that holds an immediate. */
  private constant(low: number, high: number): number {
    const key = high === low >> 31 ? low : `${low}:${high}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const register = REGISTERS + this.low.length;
    this.constants.set(key, register);
    this.low.push(low);
    this.high.push(high);
    return register;
  }

  private target(from: number, to: number): number {
    this.jumps.push({ from, to });
    return to * 2;
  }

  private packetLoad(opcode: number, src: number, off: number): [number, number, number] | string {
    if (!this.functions.packet) return 'BPF_LD_[ABS|IND] instructions not allowed for this program type';
    return [(opcode & SIZE_BITS) | MODE.ABS, src, off];
  }

  private callee(fn: KernelFunction | undefined, missing: string): [number, number, number] | string {
    if (!fn) return missing;
    this.callees.push({ fn, words: argumentWords(fn.args) });
    return [callOp(fn), 0, this.callees.length - 1];
  }
}

function callOp({ callback, goesOn }: KernelFunction): number {
  if (goesOn) return MICRO.tailCall;
  return callback === undefined ? OPCODE.CALL : MICRO.callBack;
}

function registerFile(constants: readonly number[]): Int32Array {
  const file = new Int32Array(REGISTERS + constants.length);
  file.set(constants, REGISTERS);
  return file;
}

function argumentWords(args: readonly Word[]): number[] {
  return args.flatMap((word, i) => (word === 'u64' ? [(i + 1) * 2, (i + 1) * 2 + 1] : [(i + 1) * 2]));
}

/** Maps loads and stores of unusual class or mode to the ordinary opcode. */
const plainAccess = (opcode: number, cls: number): number => (opcode & SIZE_BITS) | MODE.MEM | cls;

function aluVariant(opcode: number, off: number): number {
  if (off === 0) return opcode;
  const is64 = classOf(opcode) === CLASS.ALU64;
  switch (opcode & 0xf0) {
    case 0x30:
      return is64 ? MICRO.sdiv : MICRO.sdiv32;
    case 0x90:
      return is64 ? MICRO.smod : MICRO.smod32;
    default:
      if (off === 32) return MICRO.movsx32;
      if (off === 16) return is64 ? MICRO.movsx16 : MICRO.movsx16_32;
      return is64 ? MICRO.movsx8 : MICRO.movsx8_32;
  }
}

/** Whether the destination field names a register that the instruction changes. */
function writesDst({ opcode }: Insn, { shape }: InstructionSpec): boolean {
  const cls = classOf(opcode);
  return cls === CLASS.ALU || cls === CLASS.ALU64 || shape === 'load' || shape === 'wide';
}
