/* Calls of kernel functions (check_kfunc_call, check_kfunc_args). */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import type { Insn } from '../../isa/insn.ts';
import { pushBranch } from '../branches.ts';
import { markRead } from '../liveness.ts';
import { isUnmodelled, kfuncFlags, type KfuncFlags } from '../protos/kfuncs.ts';
import { markPrecise } from '../precision.ts';
import type { Session } from '../session.ts';
import { byteType, fill, type Frame, forEachReg, LIVE_READ64, LIVE_WRITTEN, type Reg, STACK_ITER } from '../state.ts';
import { findPrevious, widen } from '../states.ts';
import * as T from '../types.ts';
import { embeds, isScalarKind, isStruct } from './btf-walk.ts';
import { checkDynptrArgument, checkMemoryArgument } from './global-args.ts';
import { acquire, release } from './references.ts';
import { checkMem } from './memory.ts';

const SLEEPABLE = 0x10;

interface KfuncCall {
  readonly name: string;
  readonly proto: BtfType;
  readonly flags: KfuncFlags;
}

/** Checks a call of a kernel function; returns true when it ends the program (bpf_throw). */
export function checkKfunc(env: Session, insn: Insn): boolean {
  if (insn.imm === 0) return false;
  const func = env.btf.type(insn.imm >>> 0);
  const proto = func ? env.btf.type(func.type) : null;
  if (!func || !proto) env.refuse(EINVAL, `kernel btf_id ${insn.imm} is not a function`);
  const flags = kfuncFlags(func.name, env.program.type, env.facts.commonKfuncs);
  if (!flags) env.refuse(EACCES, `calling kernel function ${func.name} is not allowed`);
  if (flags.sleepable && (env.program.flags & SLEEPABLE) === 0)
    env.refuse(EACCES, `program must be sleepable to call sleepable kfunc ${func.name}`);
  if (isUnmodelled(func.name)) env.refuse(EINVAL, `kernel function ${func.name} is not in this machine`);
  const call: KfuncCall = { name: func.name, proto, flags };
  let refObjId = 0;
  proto.params.forEach((param, i) => {
    if (param.name.endsWith('__ign')) return;
    refObjId = checkParameter(env, call, param.type, param.name, i) || refObjId;
  });
  keepSections(env, func.name);
  if (flags.release && !release(env, refObjId))
    env.refuse(EINVAL, `kfunc ${func.name}#${insn.imm} reference has not been acquired before`);
  if (func.name === 'bpf_throw') return true;
  finish(env, call);
  return false;
}

function keepSections(env: Session, name: string): void {
  const { cur } = env;
  if (cur.rcu) {
    if (name === 'bpf_rcu_read_lock') env.refuse(EINVAL, `nested rcu read lock (kernel function ${name})`);
    if (name === 'bpf_rcu_read_unlock') leaveRcu(env);
  } else if (name === 'bpf_rcu_read_lock') cur.rcu = true;
  else if (name === 'bpf_rcu_read_unlock') env.refuse(EINVAL, `unmatched rcu read unlock (kernel function ${name})`);
  if (name === 'bpf_preempt_disable') cur.preempt++;
  if (name === 'bpf_preempt_enable') {
    if (cur.preempt === 0) env.refuse(EINVAL, `unmatched attempt to enable preemption (kernel function ${name})`);
    cur.preempt--;
  }
}

/** Ends an RCU section: its pointers become untrusted, and may only be read with probe loads. */
function leaveRcu({ cur }: Session): void {
  cur.rcu = false;
  forEachReg(cur, (r) => {
    if ((r.v.type & T.MEM_RCU) === 0) return;
    r.v = T.derive(r.v, { type: (r.v.type & ~(T.MEM_RCU | T.MAYBE_NULL)) | T.PTR_UNTRUSTED });
  });
}

/** Checks a parameter; returns the id of the reference that it carries, or 0. */
function checkParameter(env: Session, call: KfuncCall, typeId: number, name: string, i: number): number {
  const { btf } = env;
  const n = i + 1;
  const r = env.reg(n);
  const type = btf.type(btf.skipModifiers(typeId));
  if (isScalarKind(type)) {
    if (r.v.type !== T.SCALAR) env.refuse(EINVAL, `R${n} is not a scalar`);
    if (name.endsWith('__k')) markPrecise(env, n);
    return 0;
  }
  if (type?.kind !== 'PTR') return env.refuse(EINVAL, `Unrecognized arg#${i} type ${type?.kind ?? 'UNKN'}`);
  const { flags } = call;
  const isNull = T.isNull(r.v);
  if ((flags.trusted || flags.rcu) && (isNull || (r.v.type & T.MAYBE_NULL) !== 0))
    env.refuse(EACCES, `Possibly NULL pointer passed to trusted arg${i}`);
  if (flags.iter && i === 0) {
    iterator(env, call, n, btf.type(btf.skipModifiers(type.type))?.size ?? 8);
    return 0;
  }
  const target = btf.type(btf.skipModifiers(type.type));
  if (isStruct(target) && target.name === 'bpf_dynptr') {
    if (name.endsWith('__uninit')) env.refuse(EINVAL, `kernel function ${call.name} is not in this machine`);
    checkDynptrArgument(env, n);
    return 0;
  }
  const { v } = r;
  if (T.baseType(v.type) === T.PTR_TO_BTF_ID || T.isSocketType(v.type)) {
    structArgument(env, call, target, n, i);
    return v.refObjId;
  }
  memoryArgument(env, btf, target, n, i);
  return v.refObjId;
}

const KIND = (t: BtfType | null): string => (t ? t.kind : 'UNKN');

function structArgument(env: Session, { name, flags }: KfuncCall, target: BtfType | null, n: number, i: number): void {
  const { v } = env.reg(n);
  if (!isStruct(target))
    env.refuse(
      EINVAL,
      `kernel function ${name} args#${i} pointer type ${KIND(target)} ${target?.name ?? ''} is not supported`,
    );
  if (flags.trusted && !T.isTrusted(v)) env.refuse(EINVAL, `R${n} must be referenced or trusted`);
  if (flags.rcu && !T.isTrusted(v) && !T.isRcu(v)) env.refuse(EINVAL, `R${n} must be a rcu pointer`);
  if (!v.btf || embeds(v.btf, v.btfId, v.off, target.id, false)) return;
  const own = v.btf.type(v.btfId);
  env.refuse(
    EINVAL,
    `kernel function ${name} args#${i} expected pointer to ${target.kind} ${target.name} but R${n} has a pointer to ${KIND(own)} ${own?.name ?? ''}`,
  );
}

const MAX_DEPTH = 4;

/** Whether a struct holds only numbers, and is not nested too deep (__btf_type_is_scalar_struct). */
function isNumbers(env: Session, t: BtfType, depth: number): boolean {
  return t.members.every(({ type }) => {
    let inner = env.btf.type(env.btf.skipModifiers(type));
    if (isStruct(inner)) {
      if (depth >= MAX_DEPTH - 1) {
        env.say('max struct nesting depth exceeded\n');
        return false;
      }
      return isNumbers(env, inner, depth + 1);
    }
    if (inner?.kind === 'ARRAY') {
      if (inner.length === 0) return false;
      inner = env.btf.type(env.btf.skipModifiers(inner.type));
    }
    return isScalarKind(inner);
  });
}

function memoryArgument(env: Session, btf: Btf, target: BtfType | null, n: number, i: number): void {
  const ok =
    target && (isScalarKind(target) || target.kind === 'VOID' || (isStruct(target) && isNumbers(env, target, 0)));
  if (!ok)
    env.refuse(
      EINVAL,
      `arg#${i} pointer type ${KIND(target)} ${target?.name ?? ''} must point to scalar, or struct with scalar`,
    );
  checkMemoryArgument(env, n, Math.max(btf.sizeOf(target.id), 0));
}

/** Slots of an object on the stack, the main one first; null when it cannot be at that place. */
function slotsAt(env: Session, f: Frame, v: T.Val, count: number): readonly Reg[] | null {
  const off = v.off + Number(BigInt.asIntN(64, v.b.v));
  if (v.b.m !== 0n || off % 8 !== 0 || off > -8 * count) {
    env.say(v.b.m !== 0n ? 'iter has to be at a constant offset\n' : `cannot pass in iter at an offset=${off}\n`);
    return null;
  }
  const spi = (-off - 1) >> 3;
  return f.stack.length > spi ? f.stack.slice(spi - count + 1, spi + 1).toReversed() : [];
}

/** Open-coded iterators keep their state in stack slots, one or more by their size (process_iter_arg). */
function iterator(env: Session, { name, flags }: KfuncCall, n: number, size: number): void {
  const { v } = env.reg(n);
  const kind = /^bpf_iter_(\w+)_(new|next|destroy)$/.exec(name)?.[1] ?? '';
  if (v.type !== T.PTR_TO_STACK) env.refuse(EINVAL, `arg#0 expected pointer to an iterator on stack`);
  const f = env.cur.frames[v.frame];
  const count = size >> 3;
  if (flags.iter === 'new') return newIterator(env, n, f, kind, count);
  const slots = slotsAt(env, f, v, count) ?? [];
  const isIter = slots.every(
    (slot, i) =>
      slot.types === fill(STACK_ITER) && slot.v.object?.kind === kind && (slot.v.refObjId !== 0) === (i === 0),
  );
  if (slots.length === 0 || !isIter) env.refuse(EINVAL, `expected an initialized iter_${kind} as arg #0`);
  const first = f.stack.indexOf(slots[0]);
  for (const [i, slot] of slots.entries()) {
    markRead(env, slot, slot.parent, LIVE_READ64);
    env.scratchSlot(first - i);
  }
  if (flags.iter !== 'destroy') return;
  release(env, slots[0].v.refObjId);
  for (const slot of slots) {
    slot.types = 0;
    slot.v = T.NO_VALUE;
    slot.live |= LIVE_WRITTEN;
  }
}

function newIterator(env: Session, n: number, f: Frame, kind: string, count: number): void {
  const { v } = env.reg(n);
  const known = slotsAt(env, f, v, count);
  if (!known || known.some((slot) => isIteratorByte(slot)))
    env.refuse(EINVAL, `expected uninitialized iter_${kind} as arg #0`);
  for (let i = 0; i < count; i++)
    checkMem(env, { regno: n, off: i * 8, size: 8, isWrite: true, value: -1, aligned: false, signed: false });
  const id = acquire(env);
  for (const [i, slot] of (slotsAt(env, f, v, count) ?? []).entries()) {
    slot.types = fill(STACK_ITER);
    slot.v = T.derive(T.NO_VALUE, {
      type: T.PTR_TO_STACK,
      refObjId: i === 0 ? id : 0,
      object: { kind, first: i === 0, active: true, depth: 0, dynptrId: 0 },
    });
    slot.live |= LIVE_WRITTEN;
    env.scratchSlot(f.stack.indexOf(slot));
  }
}

const isIteratorByte = ({ types }: Reg): boolean =>
  Array.from({ length: 8 }, (_, i) => byteType(types, i)).includes(STACK_ITER);

/** Finishes a call: R0 to R5 are lost, the result is in R0, argument registers were read. */
function finish(env: Session, call: KfuncCall): void {
  const { proto, flags, name } = call;
  const iterSlot = flags.iter === 'next' ? env.val(1) : null;
  for (let i = 0; i <= 5; i++) {
    const r = env.reg(i);
    if (i >= 1 && i <= proto.params.length) markRead(env, r, r.parent, LIVE_READ64);
    r.v = T.NO_VALUE;
    r.precise = false;
  }
  const { btf } = env;
  const r0 = env.reg(0);
  env.scratchReg(0);
  const type = btf.type(btf.skipModifiers(proto.type));
  if (!type || type.kind === 'VOID') return;
  r0.live |= LIVE_WRITTEN;
  if (isScalarKind(type)) {
    r0.v = T.UNKNOWN_SCALAR;
    return;
  }
  const target = btf.type(btf.skipModifiers(type.type));
  const nullable = flags.returnsNull ? T.MAYBE_NULL : 0;
  if (isStruct(target)) {
    const trusted = flags.acquire ? T.PTR_TRUSTED : 0;
    r0.v = T.pointer(T.PTR_TO_BTF_ID | nullable | trusted, { btf, btfId: target.id, id: nullable ? env.newId() : 0 });
  } else
    r0.v = T.pointer(T.PTR_TO_MEM | nullable, {
      range: Math.max(btf.sizeOf(type.type), 0),
      id: nullable ? env.newId() : 0,
    });
  if (flags.acquire) {
    const id = acquire(env);
    r0.v = T.derive(r0.v, { refObjId: id, id: nullable ? id : r0.v.id });
  }
  if (iterSlot) nextIteration(env, iterSlot, name);
}

/** process_iter_next_call: a pending branch gets one more element; the current path continues with none. */
function nextIteration(env: Session, ptr: T.Val, _name: string): void {
  const spi = (-(ptr.off + Number(BigInt.asIntN(64, ptr.b.v))) - 1) >> 3;
  const slot = env.cur.frames[ptr.frame].stack[spi];
  const { object } = slot.v;
  if (!object?.active) {
    env.reg(0).v = T.ZERO_SCALAR;
    return;
  }
  const previous = findPrevious(env, env.cur.parent, env.insn);
  const queued = pushBranch(env, env.insn + 1, env.insn);
  const other = queued.frames[ptr.frame].stack[spi];
  other.v = T.derive(other.v, { object: { ...object, depth: object.depth + 1 } });
  if (previous) widen(env, previous, queued);
  const r0 = queued.frame.regs[0];
  r0.v = T.derive(r0.v, { type: r0.v.type & ~T.MAYBE_NULL, id: 0 });
  slot.v = T.derive(slot.v, { object: { ...object, active: false } });
  env.reg(0).v = T.ZERO_SCALAR;
}
