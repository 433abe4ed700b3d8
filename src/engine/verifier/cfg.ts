/*
 * Control flow (check_cfg): an iterative depth-first walk over the edges that marks reachable instructions, and those
 * where states are compared (prune points), recorded in the history (jump points) or always saved (forced checkpoints).
 */
import { EINVAL } from '../base/errnos.ts';
import {
  isCall,
  isFunctionAddress,
  isGoto,
  isHelperCall,
  isJumpClass,
  isKfuncCall,
  isLocalCall,
  targetOf,
} from '../isa/flow.ts';
import { type Insn } from '../isa/insn.ts';
import { isWide, OPCODE } from '../isa/opcodes.ts';
import { isIteratorNext } from './protos/kfuncs.ts';
import type { Session } from './session.ts';
import { isMayGoto } from './structure.ts';

const SYNC_CALLBACKS: ReadonlySet<number> = new Set([164, 180, 181, 209]);
const TIMER_SET_CALLBACK = 170;
const RBTREE_ADD = 'bpf_rbtree_add_impl';
const WQ_SET_CALLBACK = 'bpf_wq_set_callback_impl';

const kfuncName = (env: Session, insn: Insn): string => env.btf.type(insn.imm >>> 0)?.name ?? '';

export const callsSyncCallback = (env: Session, insn: Insn): boolean =>
  (isHelperCall(insn) && SYNC_CALLBACKS.has(insn.imm)) || (isKfuncCall(insn) && kfuncName(env, insn) === RBTREE_ADD);

const callsAsyncCallback = (env: Session, insn: Insn): boolean =>
  (isHelperCall(insn) && insn.imm === TIMER_SET_CALLBACK) ||
  (isKfuncCall(insn) && kfuncName(env, insn) === WQ_SET_CALLBACK);

const FALLTHROUGH = 1;
const BRANCH = 2;

/** An edge, or none when the instruction has no more; the second edge follows the first. */
interface Edge {
  readonly to: number;
  readonly kind: number;
}

function edgesOf(env: Session, i: number): readonly Edge[] {
  const insn = env.insns[i];
  if (isFunctionAddress(insn)) return callEdges(env, i, i + 2);
  if (!isJumpClass(insn) || insn.opcode === OPCODE.EXIT) {
    if (insn.opcode === OPCODE.EXIT) return NONE;
    return [{ to: i + (isWide(insn.opcode) ? 2 : 1), kind: FALLTHROUGH }];
  }
  if (isCall(insn)) return callEdges(env, i, i + 1);
  const target = targetOf(insn, i);
  if (isGoto(insn)) {
    mark(env.prunePoint, target);
    mark(env.jumpPoint, target);
    mark(env.jumpTarget, target);
    return [{ to: target, kind: FALLTHROUGH }];
  }
  env.prunePoint[i] = 1;
  if (isMayGoto(insn)) env.forceCheckpoint[i] = 1;
  return [
    { to: i + 1, kind: FALLTHROUGH },
    { to: target, kind: BRANCH },
  ];
}
const NONE: readonly Edge[] = [];

const mark = (bits: Uint8Array, i: number): void => {
  if (i >= 0 && i < bits.length) bits[i] = 1;
};

function callEdges(env: Session, i: number, next: number): readonly Edge[] {
  const insn = env.insns[i];
  if (callsAsyncCallback(env, insn)) env.prunePoint[i] = 1;
  if (callsSyncCallback(env, insn)) {
    env.prunePoint[i] = env.jumpPoint[i] = env.forceCheckpoint[i] = env.callsCallback[i] = 1;
  }
  if (isKfuncCall(insn) && isIteratorNext(kfuncName(env, insn))) {
    env.prunePoint[i] = env.forceCheckpoint[i] = 1;
  }
  mark(env.prunePoint, next);
  mark(env.jumpPoint, next);
  const edges: Edge[] = [{ to: next, kind: FALLTHROUGH }];
  if (isLocalCall(insn) || isFunctionAddress(insn)) {
    env.prunePoint[i] = 1;
    edges.push({ to: targetOf(insn, i), kind: BRANCH });
  }
  return edges;
}

/** Whether the walk is still inside an instruction's edges. */
const onStack = (stack: readonly number[], i: number): boolean => stack.includes(i);

interface Marks {
  readonly seen: Uint8Array;
  /** how many of an instruction's edges were followed */
  readonly next: Uint8Array;
}

/** Follows all edges from an instruction on. */
function follow(env: Session, { seen, next }: Marks, start: number): void {
  const { count } = env;
  const { refusesRecursion } = env.facts;
  const stack: number[] = [start];
  const edges: (readonly Edge[])[] = [edgesOf(env, start)];
  seen[start] = 1;
  while (stack.length > 0) {
    const t = stack[stack.length - 1];
    const mine = edges[edges.length - 1];
    if (next[t] >= mine.length) {
      stack.pop();
      edges.pop();
      continue;
    }
    const { to, kind } = mine[next[t]++];
    // straight code needs no return to it, which keeps the stack short
    if (!refusesRecursion && next[t] === mine.length) {
      stack.pop();
      edges.pop();
    }
    if (to < 0 || to >= count) env.refuse(EINVAL, `jump out of range from insn ${t} to ${to}`);
    if (kind === BRANCH) env.prunePoint[to] = env.jumpPoint[to] = env.jumpTarget[to] = 1;
    if (seen[to]) {
      const isCallBack = refusesRecursion && kind === BRANCH && isLocalCall(env.insns[t]) && onStack(stack, to);
      if (isCallBack) env.refuse(EINVAL, `back-edge from insn ${t} to ${to}`);
      continue;
    }
    seen[to] = 1;
    stack.push(to);
    edges.push(edgesOf(env, to));
  }
}

/** Walks all edges; refuses what is not reached, and jumps into wide immediates. */
export function checkCfg(env: Session): void {
  const { count } = env;
  const marks: Marks = { seen: new Uint8Array(count), next: new Uint8Array(count) };
  const { seen } = marks;
  follow(env, marks, 0);
  // nothing leads to the function that bpf_throw calls
  if (env.exceptionSubprog !== 0) follow(env, marks, env.subprogs[env.exceptionSubprog].start);
  for (let i = 0; i < count; i++) {
    if (!seen[i]) env.refuse(EINVAL, `unreachable insn ${i}`);
    if (!isWide(env.insns[i].opcode)) continue;
    if (seen[i + 1]) env.refuse(EINVAL, `jump into the middle of ldimm64 insn ${i}`);
    i++;
  }
}
