/* Conditional jumps: which arms can be taken, and what is known in each (check_cond_jmp_op). */
import { EINVAL } from '../../base/errnos.ts';
import type { Insn } from '../../isa/insn.ts';
import { CLASS, classOf } from '../../isa/opcodes.ts';
import { type Bounds, cloneBounds, constNumber, setTnum, syncBounds } from '../bounds.ts';
import { pushBranch } from '../branches.ts';
import { checkSource } from '../liveness.ts';
import { markPrecise, pushHistory } from '../precision.ts';
import { printInsnState } from '../print.ts';
import type { Session } from '../session.ts';
import { addRanges32, addRanges64 } from '../scalar-alu.ts';
import { DST_IS_STACK, forEachReg, isSpilled, type LinkedReg, type Reg, SRC_IS_STACK, type State } from '../state.ts';
import { findPrevious, widen } from '../states.ts';
import { tnumAdd } from '../tnum.ts';
import * as T from '../types.ts';
import { branchTaken } from './decide.ts';
import { mayLock } from './objects.ts';
import { matchPackets } from './packet-range.ts';
import { JEQ, JNE, refine, reverse } from './refine.ts';
import { releaseId } from './references.ts';
import { checkBounds } from './sanity.ts';

const JCOND = 0xe0;
const isX = ({ opcode }: Insn): boolean => (opcode & 8) !== 0;

/** may_goto: the fall-through becomes a pending branch one level deeper; the walk takes the jump. */
function checkMayGoto(env: Session, insn: Insn): void {
  const { mayGotoZero } = env.facts;
  if (insn.src !== 0 || insn.dst !== 0 || insn.imm !== 0 || (insn.off === 0 && !mayGotoZero))
    env.refuse(EINVAL, `invalid may_goto ${mayGotoZero ? '' : `off ${insn.off} `}imm ${insn.imm}`);
  const previous = findPrevious(env, env.cur.parent, env.insn);
  const queued = pushBranch(env, env.insn + 1, env.insn);
  queued.mayGotoDepth++;
  if (previous) widen(env, previous, queued);
  env.insn += insn.off + 1;
}

/** Checks a conditional jump, and moves env.insn to the arm that is followed first. */
export function checkCondJump(env: Session, insn: Insn): void {
  const op = insn.opcode & 0xf0;
  if (op === JCOND) return checkMayGoto(env, insn);
  const is32 = classOf(insn.opcode) === CLASS.JMP32;
  checkSource(env, insn.dst);
  const dst = env.reg(insn.dst);
  let src: Reg | null = null;
  if (isX(insn)) {
    if (insn.imm !== 0) env.refuse(EINVAL, 'BPF_JMP/JMP32 uses reserved fields');
    checkSource(env, insn.src);
    src = env.reg(insn.src);
  } else if (insn.src !== 0) env.refuse(EINVAL, 'BPF_JMP/JMP32 uses reserved fields');
  const flags =
    (src?.v.type === T.PTR_TO_STACK ? SRC_IS_STACK : 0) | (dst.v.type === T.PTR_TO_STACK ? DST_IS_STACK : 0);
  if (flags !== 0) pushHistory(env, flags);
  const right = src ? src.v : T.scalar(constNumber(insn.imm));
  const taken = branchTaken(dst.v, right, op, is32);
  if (taken !== null) {
    if (dst.v.type === T.SCALAR) markPrecise(env, insn.dst);
    if (src && src.v.type === T.SCALAR) markPrecise(env, insn.src);
    if (env.log.level1) printInsnState(env);
    env.insn += taken ? insn.off + 1 : 1;
    return;
  }
  splitPaths(env, insn, op, is32, dst, src, right);
  if (env.log.level1) printInsnState(env);
  env.insn++;
}

function splitPaths(
  env: Session,
  insn: Insn,
  op: number,
  is32: boolean,
  dst: Reg,
  src: Reg | null,
  right: T.Val,
): void {
  const linked: LinkedReg[] = [];
  if (src && src.v.type === T.SCALAR && src.v.id) collect(env.cur, src.v.id, linked);
  if (dst.v.type === T.SCALAR && dst.v.id) collect(env.cur, dst.v.id, linked);
  if (linked.length > 1 && env.facts.linkedScalars) pushHistory(env, 0, null, linked.slice());
  const other = pushBranch(env, env.insn + insn.off + 1, env.insn);
  const otherRegs = other.frame.regs;
  const otherDst = otherRegs[insn.dst];
  const otherSrc = src ? otherRegs[insn.src] : null;
  refineArms(env, { dst, src, otherDst, otherSrc }, right, op, is32);
  if (src && otherSrc && src.v.type === T.SCALAR && src.v.id) {
    syncLinked(env.cur, src, linked);
    syncLinked(other, otherSrc, linked);
  }
  if (dst.v.type === T.SCALAR && dst.v.id) {
    syncLinked(env.cur, dst, linked);
    syncLinked(other, otherDst, linked);
  }
  if (src && !is32) liftNull(op, src, dst, env.cur, other, insn);
  const isNullTest = !is32 && !isX(insn) && insn.imm === 0 && (op === JEQ || op === JNE);
  if (isNullTest && (dst.v.type & T.MAYBE_NULL) !== 0) {
    const { id, refObjId } = dst.v;
    markNull(env.cur, id, refObjId, op === JNE);
    markNull(other, id, refObjId, op === JEQ);
  } else if (src && !is32) matchPackets(insn, op, dst, src, env.cur, other);
}

interface Arms {
  readonly dst: Reg;
  readonly src: Reg | null;
  readonly otherDst: Reg;
  readonly otherSrc: Reg | null;
}

const setBounds = (r: Reg, b: Bounds): void => {
  r.v = T.derive(r.v, { b });
};

/** reg_set_min_max: refines the arm that is followed first, then the other. */
function refineArms(
  env: Session,
  { dst, src, otherDst, otherSrc }: Arms,
  right: T.Val,
  op: number,
  is32: boolean,
): void {
  if (dst.v.type !== T.SCALAR || right.type !== T.SCALAR) return;
  if (!env.facts.refineRanges && right.b.m !== 0n && dst.v.b.m !== 0n) return;
  const self = src === dst;
  const arm = (a: Reg, b: Reg | null, code: number): Reg => {
    const left = cloneBounds(a.v.b);
    const second = self ? left : cloneBounds(right.b);
    refine(left, second, code, is32);
    setBounds(a, syncBounds(left));
    if (!self) syncBounds(second);
    const place = b ?? new FakeReg(T.scalar(second));
    if (b && !self) setBounds(b, second);
    return place;
  };
  const falseSecond = arm(dst, src, reverse(op));
  const trueSecond = arm(otherDst, otherSrc, op);
  checkBounds(env, otherDst, 'true_reg1');
  checkBounds(env, trueSecond, 'true_reg2');
  checkBounds(env, dst, 'false_reg1');
  checkBounds(env, falseSecond, 'false_reg2');
}

/** The immediate of a K form, as a register. */
class FakeReg implements Reg {
  live = 0;
  precise = false;
  parent = null;
  types = 0;
  constructor(public v: T.Val) {}
}

const MOST_LINKED = 6;

/** Registers and slots with a scalar's id, innermost frame first (collect_linked_regs). */
function collect(st: State, id: number, linked: LinkedReg[]): void {
  const add = (r: Reg, frame: number, index: number, isReg: boolean): void => {
    if (r.v.type !== T.SCALAR || r.v.id !== id) return;
    if (linked.length < MOST_LINKED) linked.push({ frame, isReg, index });
    else r.v = T.derive(r.v, { id: 0, addConst: false });
  };
  for (let f = st.frames.length - 1; f >= 0; f--) {
    const { regs, stack } = st.frames[f];
    for (let i = 0; i < 10; i++) add(regs[i], f, i, true);
    for (let i = 0; i < stack.length; i++) if (isSpilled(stack[i])) add(stack[i], f, i, false);
  }
}

/** Applies what was learned about one register to those linked with it (sync_linked_regs). */
function syncLinked(st: State, known: Reg, linked: readonly LinkedReg[]): void {
  for (const { frame, isReg, index } of linked) {
    const r = isReg ? st.frames[frame].regs[index] : st.frames[frame].stack[index];
    if (r === known || r.v.type !== T.SCALAR || r.v.id !== known.v.id) continue;
    if ((!r.v.addConst && !known.v.addConst) || r.v.off === known.v.off) {
      r.v = known.v;
      r.precise = known.precise;
      continue;
    }
    const delta = constNumber(r.v.off - known.v.off);
    const b = cloneBounds(known.v.b);
    addRanges32(b, delta);
    addRanges64(b, delta);
    setTnum(b, tnumAdd(known.v.b, delta));
    r.v = T.derive(r.v, { b });
    r.precise = known.precise;
  }
}

const isPointer = (v: T.Val): boolean => v.type !== T.SCALAR;

/** A pointer that equals one that is not NULL is itself not NULL. */
function liftNull(op: number, src: Reg, dst: Reg, cur: State, other: State, insn: Insn): void {
  if (!isPointer(src.v) || !isPointer(dst.v)) return;
  const srcNull = (src.v.type & T.MAYBE_NULL) !== 0;
  if (srcNull === ((dst.v.type & T.MAYBE_NULL) !== 0)) return;
  if (T.baseType(src.v.type) === T.PTR_TO_BTF_ID || T.baseType(dst.v.type) === T.PTR_TO_BTF_ID) return;
  const equal = op === JEQ ? other : op === JNE ? cur : null;
  if (!equal) return;
  const r = equal.frame.regs[srcNull ? insn.src : insn.dst];
  r.v = notNull(r.v);
}

const XSKMAP = 17;
const SOCKMAP = 15;
const SOCKHASH = 18;

/** mark_ptr_not_null_reg */
export function notNull(v: T.Val): T.Val {
  const { map } = v;
  if (T.baseType(v.type) === T.PTR_TO_MAP_VALUE && map) {
    if (map.inner) return T.derive(v, { type: T.CONST_PTR_TO_MAP, map: map.inner, uid: v.id });
    if (map.type === XSKMAP) return T.derive(v, { type: T.PTR_TO_XDP_SOCK });
    if (map.type === SOCKMAP || map.type === SOCKHASH) return T.derive(v, { type: T.PTR_TO_SOCKET });
  }
  return T.derive(v, { type: v.type & ~T.MAYBE_NULL });
}

/** mark_ptr_or_null_regs: all copies of a pointer are known to be NULL, or not to be. */
function markNull(st: State, id: number, refObjId: number, isNull: boolean): void {
  if (refObjId && refObjId === id && isNull) releaseId(st, id);
  forEachReg(st, (r) => {
    const { v } = r;
    if ((v.type & T.MAYBE_NULL) === 0 || v.id !== id) return;
    if (isNull) {
      r.v = T.scalar(v.b);
      return;
    }
    const value = notNull(v);
    r.v = mayLock(value) ? value : T.derive(value, { id: 0 });
  });
}
