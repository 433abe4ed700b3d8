/* ALU instructions (check_alu_op, adjust_reg_min_max_vals, adjust_ptr_min_max_vals). */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import type { Insn } from '../../isa/insn.ts';
import { CLASS, classOf } from '../../isa/opcodes.ts';
import {
  type Bounds,
  cloneBounds,
  constBounds,
  constNumber,
  S64_MAX,
  S64_MIN,
  setTnum,
  syncBounds,
  unbound32,
  UNKNOWN,
} from '../bounds.ts';
import { signExtend32, signExtend64, zeroExtend } from '../widths.ts';
import { checkDestination, checkSource } from '../liveness.ts';
import { markPrecise } from '../precision.ts';
import * as ALU from '../scalar-alu.ts';
import type { Session } from '../session.ts';
import { pushBranch } from '../branches.ts';
import { type Reg } from '../state.ts';
import { tnumAdd, tnumSub, tnumWithSubreg, U64_MAX } from '../tnum.ts';
import * as T from '../types.ts';
import { assignId } from './ids.ts';
import { checkBounds } from './sanity.ts';

const isX = ({ opcode }: Insn): boolean => (opcode & 8) !== 0;

function set(env: Session, n: number, v: T.Val, precise = false): void {
  const r = env.reg(n);
  r.v = v;
  r.precise = precise;
}

export function checkAlu(env: Session, insn: Insn): void {
  const op = insn.opcode & 0xf0;
  if (op === ALU.END || op === ALU.NEG) checkUnary(env, insn, op);
  else if (op === ALU.MOV) checkMove(env, insn);
  else if (op > ALU.END) env.refuse(EINVAL, `invalid BPF_ALU opcode ${op.toString(16)}`);
  else checkBinary(env, insn, op);
  checkBounds(env, env.reg(insn.dst), 'alu');
}

function checkUnary(env: Session, insn: Insn, op: number): void {
  const { src, off, imm } = insn;
  if (op === ALU.NEG) {
    if (isX(insn) || src !== 0 || off !== 0 || imm !== 0) env.refuse(EINVAL, 'BPF_NEG uses reserved fields');
  } else {
    const bad = imm !== 16 && imm !== 32 && imm !== 64;
    if (src !== 0 || off !== 0 || bad || (classOf(insn.opcode) === CLASS.ALU64 && isX(insn)))
      env.refuse(EINVAL, 'BPF_END uses reserved fields');
  }
  checkSource(env, insn.dst);
  checkDestination(env, insn.dst, false);
}

const CAST = 1;

function checkMoveFields(env: Session, insn: Insn): void {
  const { src, off, imm } = insn;
  const reserved = 'BPF_MOV uses reserved fields';
  if (!isX(insn)) {
    if (src !== 0 || off !== 0) env.refuse(EINVAL, reserved);
    return;
  }
  const is64 = classOf(insn.opcode) === CLASS.ALU64;
  if (is64 && off === CAST && env.facts.mayGoto) {
    if (imm !== 1 && imm !== 0x10000)
      env.refuse(EINVAL, 'addr_space_cast insn can only convert between address space 1 and 0');
    env.refuse(EINVAL, 'addr_space_cast insn can only be used in a program that has an associated arena');
  }
  const signExtends = env.facts.v4 && (off === 8 || off === 16 || (is64 && off === 32));
  if ((off !== 0 && !signExtends) || imm !== 0) env.refuse(EINVAL, reserved);
}

function checkMove(env: Session, insn: Insn): void {
  checkMoveFields(env, insn);
  const is64 = classOf(insn.opcode) === CLASS.ALU64;
  if (isX(insn)) checkSource(env, insn.src);
  checkDestination(env, insn.dst, true);
  if (!isX(insn)) {
    set(env, insn.dst, T.scalar(is64 ? constNumber(insn.imm) : constNumber(insn.imm >>> 0)));
    return;
  }
  if (is64 && insn.off === 0) {
    const from = env.reg(insn.src);
    if (env.facts.linkedScalars || from.v.b.m !== 0n) assignId(env, from);
    set(env, insn.dst, from.v, from.precise);
  } else extendMove(env, insn, is64);
}

/** Moves that keep only some bits: 32 zero-extended, or fewer sign-extended. */
function extendMove(env: Session, insn: Insn, is64: boolean): void {
  const from = env.reg(insn.src);
  if (from.v.type !== T.SCALAR) {
    set(env, insn.dst, T.scalar(is64 ? UNKNOWN : zeroExtend(cloneBounds(UNKNOWN))));
    return;
  }
  const { b } = from.v;
  const keeps = insn.off === 0 ? env.facts.linkedScalars && T.bitsOf(b) <= 32 : b.umax < 1n << BigInt(insn.off - 1);
  if (keeps) assignId(env, from);
  const v = keeps
    ? from.v
    : T.derive(from.v, { id: 0, addConst: false, off: from.v.addConst ? from.v.off : from.v.off });
  let result: Bounds = b;
  if (is64) result = signExtend64(b, insn.off >> 3);
  else {
    if (insn.off !== 0) result = signExtend32(b, insn.off >> 3);
    result = result.m === 0n ? constBounds(BigInt.asUintN(32, result.v)) : zeroExtend(cloneBounds(result));
  }
  set(env, insn.dst, result === b ? v : T.derive(v, { b: result }), from.precise);
}

function checkBinary(env: Session, insn: Insn, op: number): void {
  const { src, off, imm } = insn;
  const divides = op === ALU.MOD || op === ALU.DIV;
  const offBad = off !== 0 && !(off === 1 && divides && env.facts.v4);
  if (isX(insn)) {
    if (imm !== 0 || offBad) env.refuse(EINVAL, 'BPF_ALU uses reserved fields');
    checkSource(env, src);
  } else if (src !== 0 || offBad) env.refuse(EINVAL, 'BPF_ALU uses reserved fields');
  checkSource(env, insn.dst);
  if (divides && !isX(insn) && imm === 0) env.refuse(EINVAL, 'div by zero');
  if ((op === ALU.LSH || op === ALU.RSH || op === ALU.ARSH) && !isX(insn)) {
    const width = classOf(insn.opcode) === CLASS.ALU64 ? 64 : 32;
    if (imm < 0 || imm >= width) env.refuse(EINVAL, `invalid shift ${imm}`);
  }
  checkDestination(env, insn.dst, true);
  adjust(env, insn, op);
}

const OPERATORS = ['+=', '-=', '*=', '/=', '|=', '&=', '<<=', '>>=', 'neg', '%=', '^=', '=', 's>>=', 'endian'];

/** adjust_reg_min_max_vals */
function adjust(env: Session, insn: Insn, op: number): void {
  const dst = env.reg(insn.dst);
  const dstIsPointer = dst.v.type !== T.SCALAR;
  if (!isX(insn)) {
    const off = T.scalar(constNumber(insn.imm));
    if (dstIsPointer) return adjustPointer(env, insn, op, dst.v, off, false);
    return adjustScalar(env, insn, op, dst, off.b);
  }
  const src = env.reg(insn.src);
  if (src.v.type !== T.SCALAR) {
    if (dstIsPointer) {
      if (op !== ALU.SUB) env.refuse(EACCES, `R${insn.dst} pointer ${OPERATORS[op >> 4]} pointer prohibited`);
      set(env, insn.dst, T.UNKNOWN_SCALAR);
      return;
    }
    markPrecise(env, insn.dst);
    return adjustPointer(env, insn, op, src.v, dst.v, true);
  }
  if (dstIsPointer) {
    markPrecise(env, insn.src);
    return adjustPointer(env, insn, op, dst.v, src.v, false);
  }
  if (dst.precise) markPrecise(env, insn.src);
  adjustScalar(env, insn, op, dst, src.v.b);
}

const S32_MAX = 0x7fff_ffffn;

function adjustScalar(env: Session, insn: Insn, op: number, dst: Reg, src: Bounds): void {
  const is32 = classOf(insn.opcode) !== CLASS.ALU64;
  if ((op === ALU.AND || op === ALU.OR) && src.m === 0n && env.facts.forkBitwise) fork(env, insn, dst);
  const b = ALU.scalarAlu(op, dst.v.b, src, is32);
  const { id, addConst } = dst.v;
  const isSelf = isX(insn) && insn.src === insn.dst;
  const links = op === ALU.ADD && !is32 && id !== 0 && src.m === 0n && !isSelf && env.facts.linkedScalars;
  if (links && !addConst && src.v <= S32_MAX) dst.v = T.derive(dst.v, { b, addConst: true, off: Number(src.v) });
  else dst.v = T.scalar(b);
}

/** maybe_fork_scalars: a value that is 0 or -1 is followed once as each of the two. */
function fork(env: Session, insn: Insn, dst: Reg): void {
  const { b } = dst.v;
  const whole = b.smin === -1n && b.smax === 0n;
  if (!whole && !(b.s32min === -1 && b.s32max === 0)) return;
  const branch = pushBranch(env, env.insn, env.insn);
  const other = branch.frame.regs[insn.dst];
  if (whole) {
    other.v = T.scalar(constNumber(0));
    dst.v = T.scalar(constNumber(-1));
    return;
  }
  const low = (from: Bounds, value: number): Bounds => {
    const c = cloneBounds(from);
    setTnum(c, tnumWithSubreg(c, { v: BigInt(value >>> 0), m: 0n }));
    c.s32min = c.s32max = value;
    c.u32min = c.u32max = value >>> 0;
    return c;
  };
  other.v = T.derive(other.v, { b: low(b, 0) });
  dst.v = T.derive(dst.v, { b: low(b, -1) });
}

const LIMIT = 1n << 29n;
const LIMIT_NUMBER = 2 ** 29;

/** check_reg_sane_offset */
function checkSane(env: Session, v: T.Val, type: number): void {
  const name = T.typeText(type);
  const value = BigInt.asIntN(64, v.b.v);
  if (v.b.m === 0n && (value >= LIMIT || value <= -LIMIT))
    env.refuse(EINVAL, `math between ${name} pointer and ${value} is not allowed`);
  if (v.off >= LIMIT_NUMBER || v.off <= -LIMIT_NUMBER)
    env.refuse(EINVAL, `${name} pointer offset ${v.off} is not allowed`);
  const { smin } = v.b;
  if (smin === S64_MIN)
    env.refuse(EINVAL, `math between ${name} pointer and register with unbounded min value is not allowed`);
  if (smin >= LIMIT || smin <= -LIMIT) env.refuse(EINVAL, `value ${smin} makes ${name} pointer be out of bounds`);
}

const MATH: ReadonlySet<number> = new Set([
  T.PTR_TO_CTX,
  T.PTR_TO_MAP_VALUE,
  T.PTR_TO_MAP_KEY,
  T.PTR_TO_STACK,
  T.PTR_TO_PACKET_META,
  T.PTR_TO_PACKET,
  T.PTR_TO_TP_BUFFER,
  T.PTR_TO_BTF_ID,
  T.PTR_TO_MEM,
  T.PTR_TO_BUF,
  T.PTR_TO_FUNC,
  T.CONST_PTR_TO_DYNPTR,
]);

function checkMathAllowed(env: Session, n: number, op: number, ptr: T.Val, off: Bounds): void {
  const base = T.baseType(ptr.type);
  if (ptr.type & T.MAYBE_NULL)
    env.refuse(EACCES, `R${n} pointer arithmetic on ${T.typeText(ptr.type)} prohibited, null-check it first`);
  if (MATH.has(base) || (base === T.PTR_TO_FLOW_KEYS && off.m === 0n)) return;
  const addsZero = off.m === 0n && off.v === 0n && op === ALU.ADD;
  if ((base === T.CONST_PTR_TO_MAP || base === T.PTR_TO_FLOW_KEYS) && addsZero) return;
  env.refuse(EACCES, `R${n} pointer arithmetic on ${T.typeText(ptr.type)} prohibited`);
}

/** adjust_ptr_min_max_vals; `reversed`: the scalar is the destination. */
function adjustPointer(env: Session, insn: Insn, op: number, ptr: T.Val, off: T.Val, reversed: boolean): void {
  const { b } = off;
  const n = insn.dst;
  const known = b.m === 0n;
  if ((known && (b.smin !== b.smax || b.umin !== b.umax)) || b.smin > b.smax || b.umin > b.umax)
    return set(env, n, T.UNKNOWN_SCALAR);
  if (classOf(insn.opcode) !== CLASS.ALU64) {
    if (op !== ALU.SUB) env.refuse(EACCES, `R${n} 32-bit pointer arithmetic prohibited`);
    return set(env, n, T.UNKNOWN_SCALAR);
  }
  checkMathAllowed(env, n, op, ptr, b);
  checkSane(env, off, ptr.type);
  checkSane(env, ptr, ptr.type);
  const result = op === ALU.ADD ? addOffset(env, ptr, b) : op === ALU.SUB ? subOffset(env, n, ptr, b, reversed) : null;
  if (!result) {
    const text = op === ALU.AND || op === ALU.OR || op === ALU.XOR ? 'bitwise operator' : 'pointer arithmetic with';
    const tail = text === 'bitwise operator' ? 'on pointer prohibited' : 'operator prohibited';
    env.refuse(EACCES, `R${n} ${text} ${OPERATORS[op >> 4]} ${tail}`);
  }
  checkSane(env, result, ptr.type);
  const bounds = result.b.m === 0n ? result.b : syncBounds(result.b);
  set(
    env,
    n,
    reversed ? T.derive(result, { b: bounds, refObjId: env.val(n).refObjId }) : T.derive(result, { b: bounds }),
  );
}

const fitsInt = (x: bigint): boolean => x === BigInt.asIntN(32, x);

function addOffset(env: Session, ptr: T.Val, b: Bounds): T.Val {
  const fixed = BigInt(ptr.off) + b.smin;
  if (b.m === 0n && fitsInt(fixed)) {
    if (ptr.b.m === 0n) return T.derive(ptr, { off: Number(fixed) });
    const c = cloneBounds(ptr.b);
    unbound32(c);
    return T.derive(ptr, { off: Number(fixed), b: c });
  }
  const c = cloneBounds(ptr.b);
  unbound32(c);
  ALU.addRanges64(c, b);
  setTnum(c, tnumAdd(ptr.b, b));
  if (T.isPacket(ptr.type)) return T.derive(ptr, { b: c, id: env.newId(), range: 0 });
  return T.derive(ptr, { b: c });
}

function subOffset(env: Session, n: number, ptr: T.Val, b: Bounds, reversed: boolean): T.Val {
  if (reversed) env.refuse(EACCES, `R${n} tried to subtract pointer from scalar`);
  if (ptr.type === T.PTR_TO_STACK) env.refuse(EACCES, `R${n} subtraction from stack pointer prohibited`);
  const c = cloneBounds(ptr.b);
  unbound32(c);
  const fixed = BigInt(ptr.off) - b.smin;
  if (b.m === 0n && fitsInt(fixed)) return T.derive(ptr, { off: Number(fixed), b: ptr.b.m === 0n ? ptr.b : c });
  const min = ptr.b.smin - b.smax;
  const max = ptr.b.smax - b.smin;
  const fits = min >= S64_MIN && max <= S64_MAX;
  c.smin = fits ? min : S64_MIN;
  c.smax = fits ? max : S64_MAX;
  const wraps = ptr.b.umin < b.umax;
  c.umin = wraps ? 0n : ptr.b.umin - b.umax;
  c.umax = wraps ? U64_MAX : ptr.b.umax - b.umin;
  setTnum(c, tnumSub(ptr.b, b));
  if (!T.isPacket(ptr.type)) return T.derive(ptr, { b: c });
  return T.derive(ptr, { b: c, id: env.newId(), range: b.smin < 0n ? 0 : ptr.range });
}
