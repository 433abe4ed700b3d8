/* Calls of kernel functions (check_kfunc_call). */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import type { Insn } from '../../isa/insn.ts';
import { markRead } from '../liveness.ts';
import { kfuncFlags } from '../protos/kfuncs.ts';
import type { Session } from '../session.ts';
import { byteType, forEachReg, LIVE_READ64, LIVE_WRITTEN, type Reg, STACK_ITER } from '../state.ts';
import * as T from '../types.ts';
import { elementOfMap } from './callbacks.ts';
import { pushAsync, pushCallback } from './frames.ts';
import { nextIteration } from './iterators.ts';
import { checkArguments } from './kfunc-args.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { resultOf } from './kfunc-result.ts';
import { inTree, objectRules } from './object-rules.ts';
import { release } from './references.ts';
import { checkReturnCode } from './return-code.ts';

const SLEEPABLE = 0x10;

/** Checks a call of a kernel function; returns true when it ends the program (bpf_throw). */
export function checkKfunc(env: Session, insn: Insn): boolean {
  if (insn.imm === 0) return false;
  const func = env.btf.type(insn.imm >>> 0);
  const proto = func ? env.btf.type(func.type) : null;
  if (!func || !proto) return env.refuse(EINVAL, `kernel btf_id ${insn.imm} is not a function`);
  const { name } = func;
  const flags = kfuncFlags(name, env.program.type, env.facts.commonKfuncs);
  if (!flags) return env.refuse(EACCES, `calling kernel function ${name} is not allowed`);
  if (flags.sleepable && (env.program.flags & SLEEPABLE) === 0)
    env.refuse(EACCES, `program must be sleepable to call sleepable kfunc ${name}`);
  const meta: KfuncMeta = {
    name,
    id: insn.imm,
    proto,
    flags,
    refObjId: 0,
    releases: 0,
    constant: null,
    dynptr: null,
    object: null,
    owning: false,
    root: null,
    inSection: false,
    subprog: 0,
    map: null,
  };
  checkArguments(env, meta);
  if (name === 'bpf_rbtree_add_impl')
    pushCallback(env, meta.subprog, objectRules(env, `kernel function ${name}`).compare(meta));
  if (name === 'bpf_wq_set_callback_impl') pushAsync(env, meta.subprog, elementOfMap(env.val(1).map));
  keepSections(env, meta);
  if (meta.releases !== 0 && !release(env, env.val(meta.releases).refObjId)) notAcquired(env, meta);
  if (GIVE.has(name)) {
    const { refObjId } = env.val(2);
    objectRules(env, `kernel function ${name}`).giveAway(env, 2);
    if (!release(env, refObjId)) notAcquired(env, meta);
  }
  if (name === 'bpf_throw') {
    // what the kernel's own function gets is what the program returns
    if (env.exceptionSubprog === 0) checkReturnCode(env, 1);
    return true;
  }
  finish(env, meta);
  return false;
}

/** Functions that put their second argument into the first. */
const GIVE: ReadonlySet<string> = new Set([
  'bpf_list_push_front_impl',
  'bpf_list_push_back_impl',
  'bpf_rbtree_add_impl',
]);

const notAcquired = (env: Session, { name, id }: KfuncMeta): never =>
  env.refuse(EINVAL, `kfunc ${name}#${id} reference has not been acquired before`);

/** Sections that a function begins and ends, or must not be called in. */
function keepSections(env: Session, { name, flags }: KfuncMeta): void {
  const { cur } = env;
  const begins = name === 'bpf_rcu_read_lock';
  const ends = name === 'bpf_rcu_read_unlock';
  if (cur.rcu) {
    if ((begins || ends) && inTree(env))
      env.refuse(EACCES, 'Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback');
    if (begins) env.refuse(EINVAL, `nested rcu read lock (kernel function ${name})`);
    if (ends) leaveRcu(env);
    else if (flags.sleepable) env.refuse(EACCES, `kernel func ${name} is sleepable within rcu_read_lock region`);
  } else if (begins) cur.rcu = true;
  else if (ends) env.refuse(EINVAL, `unmatched rcu read unlock (kernel function ${name})`);
  if (name === 'bpf_preempt_disable') cur.preempt++;
  else if (name === 'bpf_preempt_enable') {
    if (cur.preempt === 0) env.refuse(EINVAL, `unmatched attempt to enable preemption (kernel function ${name})`);
    cur.preempt--;
  } else if (cur.preempt > 0 && flags.sleepable)
    env.refuse(EACCES, `kernel func ${name} is sleepable within non-preemptible region`);
}

/** Ends an RCU section: its pointers become untrusted, and may only be read with probe loads. */
function leaveRcu({ cur }: Session): void {
  cur.rcu = false;
  const leave = (r: Reg): void => {
    if ((r.v.type & T.MEM_RCU) === 0) return;
    r.v = T.derive(r.v, { type: (r.v.type & ~(T.MEM_RCU | T.MAYBE_NULL)) | T.PTR_UNTRUSTED });
  };
  forEachReg(cur, leave);
  for (const { stack } of cur.frames) for (const slot of stack) if (byteType(slot.types, 0) === STACK_ITER) leave(slot);
}

/** Finishes a call: R0 to R5 are lost, the result is in R0, argument registers were read. */
function finish(env: Session, meta: KfuncMeta): void {
  const { proto, flags } = meta;
  const iterSlot = flags.iter === 'next' ? env.val(1) : null;
  for (let i = 0; i <= 5; i++) {
    const r = env.reg(i);
    if (i >= 1 && i <= proto.params.length) markRead(env, r, r.parent, LIVE_READ64);
    r.v = T.NO_VALUE;
    r.precise = false;
  }
  const r0 = env.reg(0);
  env.scratchReg(0);
  const result = resultOf(env, meta);
  if (!result) return;
  r0.live |= LIVE_WRITTEN;
  r0.v = result;
  if (iterSlot) nextIteration(env, iterSlot);
}
