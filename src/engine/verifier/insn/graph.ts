/*
 * Lists and red-black trees of objects that programs allocate. What holds the reference of an object owns it; put into a list
 * or a tree the object belongs to that, and its pointers only borrow it until the lock is released (non-owning references).
 */
import { EFAULT, EINVAL } from '../../base/errnos.ts';
import { isKfuncCall } from '../../isa/flow.ts';
import type { MapField } from '../environment.ts';
import { isTreeCall } from '../protos/kfuncs.ts';
import type { Session } from '../session.ts';
import { forEachReg } from '../state.ts';
import * as T from '../types.ts';
import { matchesStruct } from './btf-walk.ts';
import type { SetCallee } from './set-callee.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { lockOwner } from './locks.ts';
import { targetOf } from './kptrs.ts';
import { fieldNamed, fieldsAt } from './objects.ts';

/** PTR_TO_BTF_ID | MEM_ALLOC: an object of the program's own */
const OWN = T.PTR_TO_BTF_ID | T.MEM_ALLOC;

const fieldAt = (v: T.Val, kind: string): MapField | undefined => {
  const at = v.off + Number(v.b.v);
  return fieldsAt(v).find((f) => f.kind === kind && f.offset === at);
};

function checkReferenced({ type, refObjId }: T.Val, env: Session): void {
  if (type === OWN && refObjId === 0) env.refuse(EINVAL, 'allocated object must be referenced');
}

function checkKnownPlace(env: Session, v: T.Val, n: number, kind: string): void {
  if (v.b.m !== 0n) env.refuse(EINVAL, `R${n} doesn't have constant offset. ${kind} has to be at the constant offset`);
}

/** The list or the tree itself, under its lock (__process_kf_arg_ptr_to_graph_root). */
export function rootArgument(env: Session, meta: KfuncMeta, n: number, kind: string): void {
  const { v } = env.reg(n);
  if (v.type !== T.PTR_TO_MAP_VALUE && v.type !== OWN)
    env.refuse(EINVAL, `arg#${n - 1} expected pointer to map value or allocated object`);
  checkReferenced(v, env);
  checkKnownPlace(env, v, n, kind);
  const field = fieldAt(v, kind);
  if (!field) return env.refuse(EINVAL, `${kind} not found at offset=${v.off + Number(v.b.v)}`);
  if (!isLocked(env, v)) {
    const lock = fieldNamed(v, 'bpf_spin_lock')?.offset ?? -EINVAL;
    env.refuse(EINVAL, `bpf_spin_lock at off=${lock} must be held for ${kind}`);
  }
  meta.root = field;
}

/** check_reg_allocation_locked */
function isLocked(env: Session, v: T.Val): boolean {
  const { lock } = env.cur;
  if (!lock) return false;
  if (lock.ptr === lockOwner(v) && lock.id === v.id) return true;
  env.say('held lock and object are not in the same allocation\n');
  return false;
}

/** What is put into one, or taken out of it (__process_kf_arg_ptr_to_graph_node). */
export function nodeArgument(env: Session, meta: KfuncMeta, n: number, kind: string): void {
  const { v } = env.reg(n);
  if (meta.name === 'bpf_rbtree_remove') {
    if (!T.isBorrowed(v.type) || v.refObjId !== 0)
      env.refuse(EINVAL, 'rbtree_remove node input must be non-owning ref');
    if (inTreeCallback(env)) env.refuse(EINVAL, 'rbtree_remove not allowed in rbtree cb');
  } else {
    if (v.type !== OWN) env.refuse(EINVAL, `arg#${n - 1} expected pointer to allocated object`);
    checkReferenced(v, env);
  }
  checkKnownPlace(env, v, n, kind);
  const at = v.off + Number(v.b.v);
  const { root } = meta;
  if (!fieldAt(v, kind) || !root || !v.btf) return env.refuse(EINVAL, `${kind} not found at offset=${at}`);
  const { btf, btfId } = targetOf(env, root);
  const place = `${kind} at offset=${root.node} in struct ${root.target}`;
  if (!matchesStruct({ ...v, off: 0 }, btf, btfId, true))
    env.refuse(
      EINVAL,
      `operation on ${root.kind} expects arg#1 ${place}, but arg is at offset=${at} in struct ${v.btf.type(v.btfId)?.name}`,
    );
  meta.object = { btf: v.btf, btfId: v.btfId };
  if (at !== root.node) env.refuse(EINVAL, `arg#1 offset=${at}, but expected ${place}`);
}

/** An object that counts its references, owned or borrowed. */
export function countedArgument(env: Session, meta: KfuncMeta, n: number): void {
  const { v } = env.reg(n);
  if (!T.isAllocated(v.type) || !v.btf) return env.refuse(EINVAL, `arg#${n - 1} is neither owning or non-owning ref`);
  if (!T.isBorrowed(v.type) && v.refObjId !== 0) meta.owning = true;
  if (!fieldNamed(v, 'bpf_refcount'))
    env.refuse(EINVAL, `arg#${n - 1} doesn't point to a type with bpf_refcount field`);
  meta.object = { btf: v.btf, btfId: v.btfId };
}

/** A pointer to the node of an element (mark_reg_graph_node). */
export function nodeValue(env: Session, root: MapField): T.Val {
  const { btf, btfId } = targetOf(env, root);
  return T.pointer(OWN, { btf, btfId, off: root.node ?? 0 });
}

/** The same pointer without a reference of its own (ref_set_non_owning). */
export const borrowed = (v: T.Val): T.Val =>
  T.derive(v, {
    refObjId: 0,
    type: v.type | T.NON_OWN_REF | (fieldNamed(v, 'bpf_refcount') ? T.MEM_RCU : 0),
  });

/** What is put into a list or tree is owned by that from now on (ref_convert_owning_non_owning). */
export function giveAway(env: Session, n: number): void {
  const { refObjId } = env.val(n);
  const { frame } = env;
  if (!frame.refs.some(({ id }) => id === refObjId))
    env.refuse(EFAULT, 'verifier internal error: ref state missing for ref_obj_id');
  forEachReg(env.cur, (r) => {
    if (r.v.refObjId === refObjId) r.v = borrowed(r.v);
  });
}

/** Registers of the function that compares two elements (set_rbtree_add_callback_state). */
export const compareElements =
  ({ root }: KfuncMeta): SetCallee =>
  (env, _, callee) => {
    if (!root) return;
    callee.regs[1].v = callee.regs[2].v = borrowed(nodeValue(env, root));
    callee.inCallback = true;
    callee.returns = [0, 1];
  };

/** A tree calls the code that runs, whose lock must stay as it is (in_rbtree_lock_required_cb). */
export function inTreeCallback({ cur, insns, btf }: Session): boolean {
  return cur.frames.some(({ inCallback, callsite }, i) => {
    if (i === 0 || !inCallback) return false;
    const insn = insns[callsite];
    return isKfuncCall(insn) && isTreeCall(btf.type(insn.imm >>> 0)?.name ?? '');
  });
}
