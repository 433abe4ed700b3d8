/*
 * Checks made after all functions were followed: the stack that chains of calls need, and what callbacks must not do,
 * directly or through functions that they call (check_max_stack_depth).
 */
import { E2BIG, EACCES, EINVAL } from '../base/errnos.ts';
import { isFunctionAddress, isKfuncCall, isLocalCall, targetOf } from '../isa/flow.ts';
import type { Session } from './session.ts';
import { isMayGoto, subprogAt, subprogEnd } from './structure.ts';

const MAX_STACK = 512;
const MAX_FRAMES = 8;
/** bytes of the callers' stack above which a function may not make a tail call */
const TAIL_CALL_LIMIT = 256;

/** Functions that a function calls or takes the address of, in the order of its code. */
export function calleesOf(env: Session, subprog: number): number[] {
  const out = new Set<number>();
  for (let i = env.subprogs[subprog].start; i < subprogEnd(env, subprog); i++) {
    const insn = env.insns[i];
    if (!isLocalCall(insn) && !isFunctionAddress(insn)) continue;
    const callee = subprogAt(env, targetOf(insn, i));
    if (callee <= 0) continue;
    // an asynchronous callback has its own stack, unless it is also called
    if (isLocalCall(insn) || !env.subprogs[callee].isAsync) out.add(callee);
  }
  return [...out];
}

/** Calls of bpf_throw by function; -1: it has none. */
function throwsOf(env: Session): number[] {
  return env.subprogs.map(({ start }, n) => {
    for (let i = start; i < subprogEnd(env, n); i++) {
      const insn = env.insns[i];
      if (isKfuncCall(insn) && insn.off === 0 && env.btf.type(insn.imm >>> 0)?.name === 'bpf_throw') return i;
    }
    return -1;
  });
}

/** The first call of another function in one; -1: none. Nobody calls the main program. */
function callsDirectly(env: Session, subprog: number, callee: number): number {
  if (callee === 0) return -1;
  for (let i = env.subprogs[subprog].start; i < subprogEnd(env, subprog); i++)
    if (isLocalCall(env.insns[i]) && subprogAt(env, targetOf(env.insns[i], i)) === callee) return i;
  return -1;
}

/** Bytes of stack that an inlined bpf_loop needs. */
const LOOP_BYTES = 24;

/** Adds the stack that the kernel's own code takes: counters of may_goto and of inlined loops. */
export function addOwnStack(env: Session): void {
  env.subprogs.forEach((s, n) => {
    let loops = 0;
    let counters = 0;
    for (let i = s.start; i < subprogEnd(env, n); i++) {
      if (!env.seen[i]) continue;
      if (env.loops.get(i)?.fits) loops = LOOP_BYTES;
      if (isMayGoto(env.insns[i])) counters = env.facts.mayGotoStack;
    }
    s.stackAdded = loops + counters;
  });
}

/** Follows every chain of calls from the main program and from each function that runs later. */
export function checkStackDepth(env: Session): void {
  const roots = env.subprogs.flatMap((s, i) => (i === 0 || s.isAsync ? [i] : [])).toReversed();
  const calls = env.subprogs.map((_, i) => calleesOf(env, i));
  const throws = throwsOf(env);
  const unit = env.facts.stackUnit;
  const round = (depth: number): number => Math.ceil(Math.max(depth, unit === 32 ? 1 : 0) / unit) * unit;
  const deepest = new Map<number, number>();
  const visit = (subprog: number, depth: number, frame: number, underCallback: boolean): void => {
    const s = env.subprogs[subprog];
    const inCallback = underCallback || s.isCallback;
    // an equally deep and large chain was followed before
    const key = (subprog * MAX_FRAMES + frame) * 2 + Number(inCallback);
    if ((deepest.get(key) ?? -1) >= depth) return;
    deepest.set(key, depth);
    if (s.hasLdAbs && inCallback && env.facts.ldAbsReturns)
      env.refuse(EINVAL, 'cannot use BPF_LD_[ABS|IND] within callback');
    if (frame > 0 && s.hasTailCall && depth >= TAIL_CALL_LIMIT)
      env.refuse(EACCES, `tail_calls are not allowed when call stack of previous frames is ${depth} bytes. Too large`);
    const total = depth + round(s.stackDepth - s.stackDropped);
    if (total > MAX_STACK) env.refuse(EACCES, `combined stack size of ${frame + 1} calls is ${total}. Too large`);
    if (inCallback && throws[subprog] >= 0)
      env.refuse(EINVAL, `bpf_throw kfunc (insn ${throws[subprog]}) cannot be called from callback subprog ${subprog}`);
    const direct = callsDirectly(env, subprog, env.exceptionSubprog);
    if (direct >= 0) env.refuse(EINVAL, `insn ${direct} cannot call exception cb directly`);
    for (const callee of calls[subprog]) {
      if (frame + 1 >= MAX_FRAMES) env.refuse(E2BIG, `the call stack of ${frame + 1} frames is too deep !`);
      visit(callee, total, frame + 1, inCallback);
    }
  };
  for (const root of roots) visit(root, 0, 0, false);
}
