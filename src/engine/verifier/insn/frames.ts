/* Calls of the program's own functions, callbacks, and the way back (check_func_call, push_callback_call). */
import { E2BIG, EACCES, EFAULT, EINVAL } from '../../base/errnos.ts';
import type { Insn } from '../../isa/insn.ts';
import { closeBranch, pushBranch } from '../branches.ts';
import { markRead } from '../liveness.ts';
import { markPrecise } from '../precision.ts';
import { printFrame } from '../print.ts';
import { Refused, type Session } from '../session.ts';
import { copyReg, Frame, initFrame, LIVE_READ64, LIVE_WRITTEN, State } from '../state.ts';
import { findPrevious, widen } from '../states.ts';
import { subprogAt } from '../structure.ts';
import * as T from '../types.ts';
import { checkCallArguments } from './global-args.ts';
import { clearPackets } from './packets.ts';
import { checkReturnRange } from './return-code.ts';
import type { SetCallee } from './set-callee.ts';

const MAX_FRAMES = 8;

const copyArguments: SetCallee = (_, caller, callee) => {
  for (let i = 1; i <= 5; i++) callee.regs[i] = copyReg(caller.regs[i]);
};

/** setup_func_entry */
function enter(env: Session, subprog: number, callsite: number, set: SetCallee, st: State): Frame {
  if (st.frames.length >= MAX_FRAMES) env.refuse(E2BIG, `the call stack of ${st.frames.length + 1} frames is too deep`);
  const caller = st.frame;
  const callee = initFrame(new Frame(callsite, st.frames.length, subprog));
  callee.refs = caller.refs;
  set(env, caller, callee);
  st.frames.push(callee);
  env.scratchAll();
  return callee;
}

/** Clears R0 to R5 of the caller, which are lost in a call. */
export function clearCallerSaved(env: Session): void {
  for (let i = 0; i <= 5; i++) {
    const r = env.reg(i);
    r.v = T.NO_VALUE;
    r.precise = false;
    r.live |= LIVE_WRITTEN;
    env.scratchReg(i);
  }
}

/** Checks arguments against the function's BTF; errno, 0 when they fit (btf_check_subprog_call). */
function checkTypes(env: Session, subprog: number): number {
  if (!env.program.btf || env.funcInfo.length === 0) return EINVAL;
  const info = env.subprogs[subprog];
  if (info.unreliable) return EINVAL;
  try {
    checkCallArguments(env, subprog);
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.errno === EFAULT) throw error;
    info.unreliable = true;
    return error.errno;
  }
}

/** check_func_call; moves env.insn. */
export function callFunction(env: Session, insn: Insn): void {
  const subprog = subprogAt(env, env.insn + insn.imm + 1);
  const errno = checkTypes(env, subprog);
  const info = env.subprogs[subprog];
  if (info.isGlobal) {
    if (env.cur.lock)
      env.refuse(EINVAL, 'global function calls are not allowed while holding a lock,\nuse static function instead');
    if (env.cur.preempt)
      env.refuse(
        EINVAL,
        'global function calls are not allowed with preemption disabled,\nuse static function instead',
      );
    if (errno !== 0)
      env.refuse(
        errno,
        `Caller passes invalid args into func#${subprog}${env.facts.oldText ? '' : ` ('${info.name}')`}`,
      );
    if (env.log.level1)
      env.log.write(
        env.facts.oldText
          ? `Func#${subprog} is global and valid. Skipping.\n`
          : `Func#${subprog} ('${info.name}') is global and assumed valid.\n`,
      );
    if (info.changesPacket) clearPackets(env);
    info.called = true;
    clearCallerSaved(env);
    env.reg(0).v = T.UNKNOWN_SCALAR;
    env.insn++;
    return;
  }
  const caller = env.frame;
  const callee = enter(env, subprog, env.insn, copyArguments, env.cur);
  clearFrame(env, caller);
  if (env.log.level1) {
    env.log.write('caller:\n');
    printFrame(env, caller, true);
    env.log.write('callee:\n');
    printFrame(env, callee, true);
  }
  env.insn = info.start;
}

function clearFrame(env: Session, frame: Frame): void {
  for (let i = 0; i <= 5; i++) {
    const r = frame.regs[i];
    r.v = T.NO_VALUE;
    r.precise = false;
    r.live |= LIVE_WRITTEN;
    env.scratchReg(i);
  }
}

/** push_callback_call: the callback becomes a pending branch; the walk continues as if it had run. */
export function pushCallback(env: Session, subprog: number, set: SetCallee): void {
  checkTypes(env, subprog);
  env.subprogs[subprog].isCallback = true;
  const st = pushBranch(env, env.subprogs[subprog].start, env.insn);
  enter(env, subprog, env.insn, set, st);
  st.callbackUnroll++;
  st.frames[st.frames.length - 2].callbackDepth++;
  env.frame.callbackDepth = 0;
}

/** Adds a callback that runs later on its own, as a pending branch with one frame (push_async_cb). */
export function pushAsync(env: Session, subprog: number, set: SetCallee): void {
  checkTypes(env, subprog);
  env.subprogs[subprog].isAsync = true;
  env.subprogs[subprog].isCallback = true;
  const caller = env.frame;
  const st = pushBranch(env, env.subprogs[subprog].start, env.insn);
  const frame = initFrame(new Frame(-1, 0, subprog));
  st.frames = [frame];
  if (st.parent) closeBranch(st.parent);
  st.parent = null;
  st.dfsDepth = 0;
  frame.asyncEntry = caller.asyncEntry + 1;
  frame.inAsync = true;
  frame.inCallback = true;
  set(env, caller, frame);
}

/** prepare_func_exit: returns to the caller, or from a callback to the helper's call. */
export function returnToCaller(env: Session): void {
  const { cur } = env;
  const callee = cur.frame;
  const caller = cur.frames[cur.frames.length - 2];
  const r0 = callee.regs[0];
  if (r0.v.type === T.PTR_TO_STACK) env.refuse(EINVAL, 'cannot return stack pointer to the caller');
  if (callee.inCallback) {
    if (r0.v.type !== T.SCALAR) env.refuse(EACCES, 'R0 not a scalar value');
    markRead(env, r0, r0.parent, LIVE_READ64);
    markPrecise(env, 0);
    checkReturnRange(env, 'At callback return', callee.returns);
  } else {
    caller.regs[0] = copyReg(r0);
    caller.refs = callee.refs;
  }
  const back = callee.inCallback ? callee.callsite : callee.callsite + 1;
  if (env.log.level1) {
    env.log.write('returning from callee:\n');
    printFrame(env, callee, true);
    env.log.write(`to caller at ${back}:\n`);
    printFrame(env, caller, true);
  }
  cur.frames.pop();
  env.insn = back;
  if (!callee.inCallback) return;
  const previous = findPrevious(env, cur, back);
  if (previous) widen(env, previous, cur);
}
