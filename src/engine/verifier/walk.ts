/* The walk along a function's paths, instruction by instruction (do_check). */
import { E2BIG, EINVAL } from '../base/errnos.ts';
import type { Insn } from '../isa/insn.ts';
import { CLASS, classOf, MODE, modeOf, SIZE } from '../isa/opcodes.ts';
import { constBounds, UNKNOWN } from './bounds.ts';
import { closeBranch, popBranch, pushBranch } from './branches.ts';
import { checkAlu } from './insn/alu.ts';
import { callFunction, returnToCaller } from './insn/frames.ts';
import { checkHelper } from './insn/helper.ts';
import { checkCondJump } from './insn/jump.ts';
import { checkKfunc } from './insn/kfunc.ts';
import { checkAtomic, checkLoad, checkStore } from './insn/memory.ts';
import { checkNoOffset } from './insn/offsets.ts';
import { checkLeaks } from './insn/references.ts';
import { checkReturnCode } from './insn/return-code.ts';
import { checkDestination, checkSource } from './liveness.ts';
import { clearCallerSaved } from './insn/frames.ts';
import { pushHistory } from './precision.ts';
import { frameText, printInsn, printInsnState, printLine } from './print.ts';
import { isGraphCall } from './protos/kfuncs.ts';
import type { Session } from './session.ts';
import { isStateVisited } from './states.ts';
import { subprogAt } from './structure.ts';
import * as T from './types.ts';

const LIMIT = 1_000_000;

export interface Walker {
  printState: boolean;
}

/** Runs up to `budget` instructions; true when all paths are done. */
export function walk(env: Session, w: Walker, budget: number): boolean {
  for (let i = 0; i < budget; i++) if (step(env, w)) return true;
  return false;
}

/** Processes one instruction; true when no path is left. */
function step(env: Session, w: Walker): boolean {
  const { log } = env;
  env.currentEntry = null;
  if (env.insn < 0 || env.insn >= env.count) env.refuse(EINVAL, `invalid insn idx ${env.insn} insn_cnt ${env.count}`);
  const i = env.insn;
  if (++env.insnsProcessed > LIMIT) env.refuse(E2BIG, `BPF program is too large. Processed ${env.insnsProcessed} insn`);
  env.cur.lastInsn = env.prev;
  if (env.prunePoint[i] && isStateVisited(env, i)) {
    if (log.level1) {
      if (w.printState) log.write(`\nfrom ${env.prev} to ${i}: safe\n`);
      else log.write(`${i}: safe\n`);
    }
    return nextPath(env, w, 'pruned');
  }
  if (env.jumpPoint[i]) pushHistory(env, 0);
  if (log.level2 && w.printState) {
    log.write(`\nfrom ${env.prev} to ${i}:${frameText(env, env.frame, true)}\n`);
    w.printState = false;
  }
  if (log.level1) {
    if (env.scratched) printInsnState(env);
    printLine(env, i);
    printInsn(env, i);
  }
  const { recordVisits } = env.environment;
  if (recordVisits && env.visits.length < recordVisits)
    env.visits.push({ insn: i, path: env.path, before: frameText(env, env.frame, true) });
  env.seen[i] = 1;
  const done = execute(env, w, env.insns[i], i);
  if (!done) env.prev = i;
  return done === 'end';
}

type Done = false | 'end' | 'popped';

/** Executes the instruction itself, and moves env.insn. */
function execute(env: Session, w: Walker, insn: Insn, i: number): Done {
  switch (classOf(insn.opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
      checkAlu(env, insn);
      env.insn = i + 1;
      return false;
    case CLASS.LDX:
      checkLoad(env, insn);
      env.insn = i + 1;
      return false;
    case CLASS.STX:
      if (modeOf(insn.opcode) === MODE.ATOMIC) checkAtomic(env, insn);
      else checkStore(env, insn, true);
      env.insn = i + 1;
      return false;
    case CLASS.ST:
      checkStore(env, insn, false);
      env.insn = i + 1;
      return false;
    case CLASS.LD:
      env.insn = checkWideOrPacket(env, insn, i);
      return false;
    default:
      return jump(env, w, insn, i);
  }
}

function jump(env: Session, w: Walker, insn: Insn, i: number): Done {
  env.jumps++;
  const op = insn.opcode & 0xf0;
  const is32 = classOf(insn.opcode) === CLASS.JMP32;
  const isX = (insn.opcode & 8) !== 0;
  if (op === 0x80) return call(env, w, insn, isX || is32);
  if (op === 0x90) {
    if (isX || is32 || insn.imm !== 0 || insn.src !== 0 || insn.dst !== 0)
      env.refuse(EINVAL, 'BPF_EXIT uses reserved fields');
    return exit(env, w, false);
  }
  if (op === 0) {
    const bad = is32 ? insn.off !== 0 : insn.imm !== 0;
    if (isX || insn.src !== 0 || insn.dst !== 0 || bad) env.refuse(EINVAL, 'BPF_JA uses reserved fields');
    env.insn = i + (is32 ? insn.imm : insn.off) + 1;
    return false;
  }
  checkCondJump(env, insn);
  return false;
}

function call(env: Session, w: Walker, insn: Insn, bad: boolean): Done {
  if (bad || (insn.src !== 2 && insn.off !== 0) || insn.src > 2 || insn.dst !== 0)
    env.refuse(EINVAL, 'BPF_CALL uses reserved fields');
  const isFree = insn.src === 2 && insn.off === 0 && isGraphCall(env.btf.type(insn.imm >>> 0)?.name ?? '');
  if (env.cur.lock && ((insn.src === 0 && insn.imm !== 94) || (insn.src === 2 && !isFree)))
    env.refuse(EINVAL, 'function calls are not allowed while holding a lock');
  if (insn.src === 1) {
    callFunction(env, insn);
    return false;
  }
  if (insn.src === 2) {
    if (checkKfunc(env, insn)) return exit(env, w, true);
  } else checkHelper(env, insn.imm);
  env.scratchReg(0);
  env.insn++;
  return false;
}

/** Checks that locks and RCU sections were ended before the program exits. */
function checkSectionsEnd(env: Session): void {
  const { lock, rcu, preempt } = env.cur;
  if (env.facts.leakPlaces) return checkPlace(env, 'BPF_EXIT instruction in main prog');
  if (lock) env.refuse(EINVAL, 'bpf_spin_unlock is missing');
  if (rcu) env.refuse(EINVAL, 'bpf_rcu_read_unlock is missing');
  if (preempt) env.refuse(EINVAL, `${preempt} bpf_preempt_enable${preempt === 1 ? ' is' : '(s) are'} missing`);
}

/** Checks bpf_throw, which leaves all frames at once, so that none may hold anything that it must end. */
const checkThrow = (env: Session): void => checkPlace(env, 'bpf_throw');

function checkPlace(env: Session, place: string): void {
  const { lock, rcu, preempt } = env.cur;
  const text = lock ? 'bpf_spin_lock' : rcu ? 'bpf_rcu_read_lock' : preempt ? 'bpf_preempt_disable' : null;
  if (text !== null) env.refuse(EINVAL, `${place} cannot be used inside ${text}-ed region`);
}

/** Leaves a function, or the program. */
function exit(env: Session, w: Walker, thrown: boolean): Done {
  const { cur } = env;
  const isOuter = cur.frames.length === 1;
  if (thrown) checkThrow(env);
  else if (isOuter) checkSectionsEnd(env);
  const place = thrown ? 'bpf_throw' : 'BPF_EXIT instruction in main prog';
  checkLeaks(env, thrown, env.facts.leakPlaces ? `${place} would lead to reference leak` : '');
  if (!thrown && !isOuter) {
    const at = env.insn;
    returnToCaller(env);
    w.printState = true;
    env.prev = at;
    return false;
  }
  if (!thrown) checkReturnCode(env);
  return nextPath(env, w, 'exit') ? 'end' : 'popped';
}

/** Ends the path and continues with the newest pending one; true when there is none. */
function nextPath(env: Session, w: Walker, outcome: 'exit' | 'pruned'): boolean {
  env.scratchAll();
  closeBranch(env.cur);
  const records = Boolean(env.environment.recordVisits);
  if (records) {
    env.paths[env.path].end = env.visits.length;
    env.paths[env.path].outcome = outcome;
  }
  const next = popBranch(env);
  if (!next) return true;
  if (!env.log.level2) env.log.reset(next.logPosition);
  env.insn = next.insn;
  env.prev = next.prev;
  w.printState = true;
  if (records) {
    env.paths.push({
      parent: next.path,
      from: next.prev,
      fork: next.visit,
      start: env.visits.length,
      end: env.visits.length,
      outcome: 'running',
    });
    env.path = env.paths.length - 1;
  }
  return false;
}

/** Checks the LD class: a wide immediate, or a load from the context's packet; returns the next instruction. */
function checkWideOrPacket(env: Session, insn: Insn, i: number): number {
  const mode = modeOf(insn.opcode);
  if (mode === MODE.ABS || mode === MODE.IND) {
    checkPacketLoad(env, insn, mode === MODE.IND);
    if (env.cur.frames.length === 1 || !env.facts.ldAbsReturns) return i + 1;
    returnEarly(env, i);
    return env.insn;
  }
  if (mode !== MODE.IMM || (insn.opcode & 0x18) !== SIZE.DW) env.refuse(EINVAL, 'invalid BPF_LD_IMM insn');
  if (insn.off !== 0) env.refuse(EINVAL, 'BPF_LD_IMM64 uses reserved fields');
  checkDestination(env, insn.dst, false);
  const r = env.reg(insn.dst);
  r.v = wideValue(env, insn, i);
  return i + 2;
}

function wideValue(env: Session, insn: Insn, i: number): T.Val {
  if (insn.src === 0) return T.scalar(constBounds((BigInt(insn.high) << 32n) | BigInt(insn.imm >>> 0)));
  if (insn.src === 4) {
    const subprog = subprogAt(env, i + insn.imm + 1);
    if (!env.program.btf || env.funcInfo.length === 0) env.refuse(EINVAL, 'missing btf func_info');
    if (env.subprogs[subprog].isGlobal) env.refuse(EINVAL, 'callback function not static');
    return T.pointer(T.PTR_TO_FUNC, { frame: subprog });
  }
  const { map, offset, btfId } = env.wide.get(i) ?? {};
  if (map)
    return offset === undefined
      ? T.pointer(T.CONST_PTR_TO_MAP, { map })
      : T.pointer(T.PTR_TO_MAP_VALUE, { map, off: offset });
  return variable(env, btfId ?? 0);
}

function variable(env: Session, id: number): T.Val {
  const { btf } = env;
  const v = btf.type(id);
  if (v?.kind !== 'VAR') return T.pointer(T.PTR_TO_MEM | T.MEM_RDONLY, { range: 0 });
  const typeId = btf.skipModifiers(v.type);
  const percpu = btf.type(btf.find('DATASEC', '.data..percpu'))?.variables.some((one) => one.type === id);
  if (percpu) return T.pointer(T.PTR_TO_BTF_ID | T.MEM_PERCPU, { btf, btfId: v.type });
  const type = btf.type(typeId);
  if (type?.kind === 'STRUCT' || type?.kind === 'UNION') return T.pointer(T.PTR_TO_BTF_ID, { btf, btfId: typeId });
  return T.pointer(T.PTR_TO_MEM | T.MEM_RDONLY, { range: Math.max(0, btf.sizeOf(v.type)) });
}

/** check_ld_abs */
function checkPacketLoad(env: Session, insn: Insn, isIndirect: boolean): void {
  if (!env.ctx?.skbLoads) env.refuse(EINVAL, 'BPF_LD_[ABS|IND] instructions not allowed for this program type');
  if (insn.dst !== 0 || insn.off !== 0 || (insn.opcode & 0x18) === SIZE.DW || (!isIndirect && insn.src !== 0))
    env.refuse(EINVAL, 'BPF_LD_[ABS|IND] uses reserved fields');
  checkSource(env, 6);
  checkLeaks(env, false, 'BPF_LD_[ABS|IND] cannot be mixed with socket references');
  if (env.cur.lock) env.refuse(EINVAL, 'BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region');
  if (env.cur.rcu) env.refuse(EINVAL, 'BPF_LD_[ABS|IND] cannot be used inside bpf_rcu_read_lock-ed region');
  if (env.cur.preempt) env.refuse(EINVAL, 'BPF_LD_[ABS|IND] cannot be used inside bpf_preempt_disable-ed region');
  if (env.val(6).type !== T.PTR_TO_CTX) env.refuse(EINVAL, 'at the time of BPF_LD_ABS|IND R6 != pointer to skb');
  if (isIndirect) checkSource(env, insn.src);
  checkNoOffset(env, env.val(6), 6);
  clearCallerSaved(env);
  env.reg(0).v = T.scalar(UNKNOWN);
}

/**
 * Follows the path on which a load outside the packet ends the function with 0 in R0; the successful load becomes a
 * pending branch.
 */
function returnEarly(env: Session, i: number): void {
  env.scratchReg(0);
  pushBranch(env, i + 1, i);
  env.reg(0).v = T.ZERO_SCALAR;
  returnToCaller(env);
}
