/*
 * Dynptrs: handles on memory whose bounds are known at run time only. One lies in two stack slots, the first of them at the
 * higher index; its kind, an id that its slices share, and for a ring buffer's the reference are kept there. Callbacks and
 * global functions are given a pointer to one that they may not change (process_dynptr_func).
 */
import { EINVAL } from '../../base/errnos.ts';
import { markRead } from '../liveness.ts';
import type { Session } from '../session.ts';
import { fill, LIVE_READ64, LIVE_WRITTEN, STACK_DYNPTR } from '../state.ts';
import * as T from '../types.ts';
import { dynptrValue } from './dynptr-value.ts';
import { checkMem } from './memory.ts';
import type { DynptrUse } from './object-rules.ts';
import { acquire, release } from './references.ts';
import { clearSlots, destroyDynptr, frameOf, NOWHERE, slotOf } from './stack.ts';

const SLOTS = 2;
const ALL = fill(STACK_DYNPTR);
/** the kind whose memory has to be given back */
const REFERENCED = 'ringbuf';

/** Checks that a register points to a dynptr as a call wants it, or makes one. */
export function processDynptr(env: Session, n: number, { made, readOnly, kind, shares }: DynptrUse): void {
  const { v } = env.reg(n);
  const isConst = v.type === T.CONST_PTR_TO_DYNPTR;
  if (!isConst && v.type !== T.PTR_TO_STACK)
    env.refuse(EINVAL, `arg#${n - 1} expected pointer to stack or const struct bpf_dynptr`);
  if (made) {
    if (isConst || slotOf(env, v, 'dynptr', SLOTS) === NOWHERE)
      env.refuse(EINVAL, 'Dynptr has to be an uninitialized dynptr');
    for (let i = 0; i < SLOTS; i++)
      checkMem(env, { regno: n, off: i * 8, size: 8, isWrite: true, value: -1, aligned: false, signed: false });
    return make(env, v, kind, shares);
  }
  if (isConst && !readOnly) env.refuse(EINVAL, 'cannot pass pointer to const bpf_dynptr, the helper mutates it');
  const found = dynptrAt(env, v);
  const number = env.facts.dynptrsFromOne ? n : n - 1;
  if (!found) return env.refuse(EINVAL, `Expected an initialized dynptr as arg #${number}`);
  if (kind !== '' && found.object?.kind !== kind)
    env.refuse(EINVAL, `Expected a dynptr of type ${kind} as arg #${number}`);
  if (isConst) return;
  const spi = slotOf(env, v, 'dynptr', SLOTS);
  for (const slot of frameOf(env, v).stack.slice(spi - 1, spi + 1)) markRead(env, slot, slot.parent, LIVE_READ64);
}

/** The dynptr that a register leads to; null: there is none (is_dynptr_reg_valid_init). */
export function dynptrAt(env: Session, v: T.Val): T.Val | null {
  if (v.type === T.CONST_PTR_TO_DYNPTR) return v;
  const spi = slotOf(env, v, 'dynptr', SLOTS);
  if (spi < 0) return null;
  const { stack } = frameOf(env, v);
  const isWhole = stack[spi].types === ALL && stack[spi - 1].types === ALL;
  return isWhole && stack[spi].v.object?.first === true ? stack[spi].v : null;
}

function make(env: Session, v: T.Val, kind: string, shares: number): void {
  const f = frameOf(env, v);
  const spi = slotOf(env, v, 'dynptr', SLOTS);
  // each slot may belong to another one, which ends here
  destroyDynptr(env, f, spi);
  destroyDynptr(env, f, spi - 1);
  const id = env.newId();
  const refObjId = kind === REFERENCED ? shares || acquire(env) : 0;
  for (const [i, slot] of [f.stack[spi], f.stack[spi - 1]].entries()) {
    slot.types = ALL;
    slot.v = dynptrValue(kind, id, refObjId, i === 0);
    slot.live |= LIVE_WRITTEN;
  }
}

/** An argument that gives a dynptr's memory back: it must lead to one that holds a reference. */
export function checkDynptrRelease(env: Session, n: number): void {
  const { v } = env.reg(n);
  if (v.type !== T.PTR_TO_STACK) env.refuse(EINVAL, 'cannot release unowned const bpf_dynptr');
  const spi = slotOf(env, v, 'dynptr', SLOTS);
  if (spi < 0 || frameOf(env, v).stack[spi].v.refObjId === 0) env.refuse(EINVAL, `arg ${n} is an unacquired reference`);
}

/** Ends a dynptr, its copies and their slices (unmark_stack_slots_dynptr). */
export function releaseDynptr(env: Session, v: T.Val): void {
  const f = frameOf(env, v);
  const { refObjId } = f.stack[slotOf(env, v, 'dynptr', SLOTS)].v;
  release(env, refObjId);
  for (let i = 1; i < f.stack.length; i++) {
    const slot = f.stack[i];
    if (slot.types === ALL && slot.v.refObjId === refObjId && slot.v.object?.first) clearSlots(f, i, SLOTS);
  }
}
