/* Open-coded iterators: they keep their state in stack slots, one or more by their size (process_iter_arg). */
import { EINVAL, EPROTO } from '../../base/errnos.ts';
import { pushBranch } from '../branches.ts';
import { markRead } from '../liveness.ts';
import type { Session } from '../session.ts';
import { byteType, fill, type Frame, LIVE_READ64, LIVE_WRITTEN, type Reg, STACK_ITER } from '../state.ts';
import { findPrevious, widen } from '../states.ts';
import * as T from '../types.ts';
import { inRcu } from './in-rcu.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { checkMem } from './memory.ts';
import { acquire, release } from './references.ts';
import { clearSlots, frameOf, NOT_YET, NOWHERE, slotOf } from './stack.ts';

/** BPF_F_SLEEPABLE */
const SLEEPABLE = 0x10;

/** The argument of a function that makes, asks or ends one of `size` bytes. */
export function iteratorArgument(env: Session, meta: KfuncMeta, n: number, size: number): void {
  const { v } = env.reg(n);
  const kind = /^bpf_iter_(\w+)_(new|next|destroy)$/.exec(meta.name)?.[1] ?? '';
  if (v.type !== T.PTR_TO_STACK) env.refuse(EINVAL, `arg#${n - 1} expected pointer to an iterator on stack`);
  const f = frameOf(env, v);
  const count = size >> 3;
  if (meta.flags.iter === 'new') return newIterator(env, meta, n, f, kind, count);
  const first = slotOf(env, v, 'iter', count);
  const slots = first < 0 ? [] : slotsBelow(f, first, count);
  if (((slots[0]?.v.type ?? 0) & T.PTR_UNTRUSTED) !== 0 && slots[0].types === fill(STACK_ITER))
    env.refuse(EPROTO, `expected an RCU CS when using ${meta.name}`);
  const isIter = slots.every(
    (slot, i) =>
      slot.types === fill(STACK_ITER) && slot.v.object?.kind === kind && (slot.v.refObjId !== 0) === (i === 0),
  );
  if (slots.length === 0 || !isIter) env.refuse(EINVAL, `expected an initialized iter_${kind} as arg #${n - 1}`);
  for (const [i, slot] of slots.entries()) {
    markRead(env, slot, slot.parent, LIVE_READ64);
    env.scratchSlot(first - i);
  }
  meta.refObjId = slots[0].v.refObjId;
  meta.inSection = T.isRcu(slots[0].v);
  if (meta.flags.iter !== 'destroy') return;
  release(env, slots[0].v.refObjId);
  clearSlots(f, first, count);
}

/** The slots of an object, its first one first. */
const slotsBelow = ({ stack }: Frame, first: number, count: number): readonly Reg[] =>
  stack.slice(first - count + 1, first + 1).toReversed();

function newIterator(env: Session, meta: KfuncMeta, n: number, f: Frame, kind: string, count: number): void {
  const { v } = env.reg(n);
  if (kind === 'css_task' && (env.program.flags & SLEEPABLE) === 0)
    env.refuse(EINVAL, 'css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs');
  const before = slotOf(env, v, 'iter', count);
  const isTaken = before >= 0 && slotsBelow(f, before, count).some(isIteratorByte);
  if (before === NOWHERE || (before !== NOT_YET && isTaken))
    env.refuse(EINVAL, `expected uninitialized iter_${kind} as arg #${n - 1}`);
  for (let i = 0; i < count; i++)
    checkMem(env, { regno: n, off: i * 8, size: 8, isWrite: true, value: -1, aligned: false, signed: false });
  const id = acquire(env);
  const section = meta.flags.rcuProtected ? (inRcu(env) ? T.MEM_RCU : T.PTR_UNTRUSTED) : 0;
  const first = slotOf(env, v, 'iter', count);
  for (const [i, slot] of slotsBelow(f, first, count).entries()) {
    slot.types = fill(STACK_ITER);
    slot.v = T.derive(T.NO_VALUE, {
      type: T.PTR_TO_STACK | (i === 0 ? section : 0),
      refObjId: i === 0 ? id : 0,
      object: { kind, first: i === 0, active: true, depth: 0 },
    });
    slot.live |= LIVE_WRITTEN;
    env.scratchSlot(first - i);
  }
}

const isIteratorByte = ({ types }: Reg): boolean =>
  Array.from({ length: 8 }, (_, i) => byteType(types, i)).includes(STACK_ITER);

/** process_iter_next_call: one more element in a pending branch, none on the path that goes on. */
export function nextIteration(env: Session, ptr: T.Val): void {
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
  r0.v = T.derive(r0.v, { type: r0.v.type & ~T.MAYBE_NULL });
  slot.v = T.derive(slot.v, { object: { ...object, active: false } });
  env.reg(0).v = T.ZERO_SCALAR;
}
