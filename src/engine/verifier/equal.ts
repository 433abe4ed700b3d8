/*
 * Decides whether an old state covers the current one (states_equal, regsafe, stacksafe): then everything proven safe
 * from the old state is safe from the current one too. Ids are compared through a one-to-one map built during the
 * comparison.
 */
import { boundsEqual, boundsIn } from './bounds.ts';
import type { Session } from './session.ts';
import {
  ALL_SPILL,
  byteType,
  type Frame,
  LIVE_READ,
  Reg,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  type State,
} from './state.ts';
import * as T from './types.ts';

export const NOT_EXACT = 0;
export const EXACT = 1;
export const RANGE_WITHIN = 2;
export type Exactness = typeof NOT_EXACT | typeof EXACT | typeof RANGE_WITHIN;

export class IdMap {
  private readonly old: number[] = [];
  private readonly cur: number[] = [];
  constructor(private temporary: number) {}

  /** check_ids */
  same(a: number, b: number): boolean {
    if ((a === 0) !== (b === 0)) return false;
    if (a === 0) return true;
    for (let i = 0; i < this.old.length; i++) {
      if (this.old[i] === a) return this.cur[i] === b;
      if (this.cur[i] === b) return false;
    }
    this.old.push(a);
    this.cur.push(b);
    return true;
  }

  fresh(): number {
    return ++this.temporary;
  }
}

const ADD_CONST = 0x8000_0000;
const linkId = (v: T.Val): number => (v.id === 0 ? 0 : v.addConst ? v.id + ADD_CONST : v.id);

/** Whether two values are equal apart from their ids. */
function sameFixed(a: T.Val, b: T.Val): boolean {
  return (
    a.type === b.type &&
    a.off === b.off &&
    a.range === b.range &&
    a.map === b.map &&
    a.btfId === b.btfId &&
    a.btf === b.btf &&
    a.uid === b.uid
  );
}

/** regs_exact */
export function regsExact(a: T.Val, b: T.Val, ids: IdMap): boolean {
  if (a !== b && !(sameFixed(a, b) && boundsEqual(a.b, b.b) && sameObject(a, b))) return false;
  return ids.same(linkId(a), linkId(b)) && ids.same(a.refObjId, b.refObjId);
}

const sameObject = ({ object: a }: T.Val, { object: b }: T.Val): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.kind === b.kind &&
    a.first === b.first &&
    a.active === b.active &&
    a.depth === b.depth);

function scalarSafe(old: Reg, cur: Reg, ids: IdMap, exact: Exactness): boolean {
  if (!old.precise && exact === NOT_EXACT) return true;
  const a = old.v;
  const b = cur.v;
  if (a.id !== 0) {
    if (a.addConst !== b.addConst || (a.addConst && a.off !== b.off)) return false;
  }
  if (!boundsIn(a.b, b.b)) return false;
  if (a.id === 0) return true;
  if (!ids.same(linkId(a), linkId(b) || ids.fresh())) return false;
  return !a.addConst || ids.same(a.id, b.id);
}

function packetSafe(a: T.Val, b: T.Val, ids: IdMap): boolean {
  if (a.range < 0 || b.range < 0 ? a.range !== b.range : a.range > b.range) return false;
  return a.off === b.off && ids.same(a.id, b.id) && boundsIn(a.b, b.b);
}

/** regsafe */
export function regSafe(old: Reg, cur: Reg, ids: IdMap, exact: Exactness): boolean {
  const a = old.v;
  const b = cur.v;
  if (exact === EXACT) return regsExact(a, b, ids) && (a.type !== T.PTR_TO_STACK || a.frame === b.frame);
  if ((old.live & LIVE_READ) === 0 && exact === NOT_EXACT) return true;
  if (a.type === T.NOT_INIT && (exact === NOT_EXACT || b.type === T.NOT_INIT)) return true;
  if (a.type !== b.type) return false;
  switch (T.baseType(a.type)) {
    case T.SCALAR:
      return scalarSafe(old, cur, ids, exact);
    case T.PTR_TO_MAP_KEY:
    case T.PTR_TO_MAP_VALUE:
    case T.PTR_TO_MEM:
    case T.PTR_TO_BUF:
    case T.PTR_TO_TP_BUFFER:
      return sameFixed(a, b) && boundsIn(a.b, b.b) && ids.same(a.id, b.id) && ids.same(a.refObjId, b.refObjId);
    case T.PTR_TO_PACKET_META:
    case T.PTR_TO_PACKET:
      return packetSafe(a, b, ids);
    case T.PTR_TO_STACK:
      return regsExact(a, b, ids) && a.frame === b.frame;
    case T.PTR_TO_ARENA:
      return true;
    default:
      return regsExact(a, b, ids) && (a.type !== T.PTR_TO_FUNC || a.frame === b.frame);
  }
}

const UNBOUND = new Reg(T.UNKNOWN_SCALAR);
UNBOUND.live = LIVE_READ;

/** A slot as one scalar: a whole spill, or plain data (scalar_reg_for_stack); null otherwise. */
function asScalar(slot: Reg): Reg | null {
  if (slot.types === ALL_SPILL) return slot.v.type === T.SCALAR ? slot : null;
  for (let i = 0; i < 8; i++) {
    const type = byteType(slot.types, i);
    if (type !== STACK_INVALID && type !== STACK_MISC) return null;
  }
  return UNBOUND;
}

function objectSafe(a: T.Val, b: T.Val, ids: IdMap, type: number): boolean {
  const x = a.object;
  const y = b.object;
  if (x?.kind !== y?.kind || !ids.same(a.refObjId, b.refObjId)) return false;
  return type === STACK_DYNPTR ? x?.first === y?.first : a.type === b.type && x?.active === y?.active;
}

/** Compares a slot of an old state with the current state's, which is undefined when that stack is shorter. */
function slotSafe(env: Session, old: Reg, cur: Reg | undefined, ids: IdMap, exact: Exactness): boolean {
  if (exact !== NOT_EXACT && (!cur || old.types !== cur.types)) return false;
  if (exact === NOT_EXACT && (old.live & LIVE_READ) === 0) return true;
  for (let i = 0; i < 8; i++) {
    const type = byteType(old.types, i);
    if (type === STACK_INVALID || type === STACK_MISC) continue;
    if (!cur) return false;
    if (env.facts.partialSpills) {
      const a = asScalar(old);
      const b = asScalar(cur);
      if (a && b) return regSafe(a, b, ids, exact);
    }
    if (type !== byteType(cur.types, i)) return false;
    if (i !== 7) continue;
    if (type === STACK_SPILL) return regSafe(old, cur, ids, exact);
    if (type === STACK_DYNPTR || type === STACK_ITER) return objectSafe(old.v, cur.v, ids, type);
  }
  return true;
}

function frameSafe(env: Session, old: Frame, cur: Frame, ids: IdMap, exact: Exactness): boolean {
  if (old.callbackDepth > cur.callbackDepth) return false;
  for (let i = 0; i < 11; i++) if (!regSafe(old.regs[i], cur.regs[i], ids, exact)) return false;
  for (let i = 0; i < old.stack.length; i++) if (!slotSafe(env, old.stack[i], cur.stack[i], ids, exact)) return false;
  if (old.refs.length !== cur.refs.length) return false;
  return old.refs.every((r, i) => ids.same(r.id, cur.refs[i].id));
}

/** states_equal */
export function statesEqual(env: Session, old: State, cur: State, exact: Exactness): boolean {
  if (old.frames.length !== cur.frames.length) return false;
  const ids = new IdMap(env.idGen);
  if (old.lock?.ptr !== cur.lock?.ptr || !ids.same(old.lock?.id ?? 0, cur.lock?.id ?? 0)) return false;
  if (old.rcu !== cur.rcu || old.preempt !== cur.preempt || old.sleepable !== cur.sleepable) return false;
  for (let i = 0; i < old.frames.length; i++) {
    if (old.frames[i].callsite !== cur.frames[i].callsite) return false;
    if (!frameSafe(env, old.frames[i], cur.frames[i], ids, exact)) return false;
  }
  return true;
}

/**
 * Whether the registers of the current frame are identical, so that the program may be looping (states_maybe_looping).
 */
export function maybeLooping(old: State, cur: State): boolean {
  if (old.frames.length !== cur.frames.length) return false;
  const a = old.frame.regs;
  const b = cur.frame.regs;
  for (let i = 0; i < 11; i++) {
    const x = a[i].v;
    const y = b[i].v;
    if (x === y) continue;
    const same =
      sameFixed(x, y) &&
      boundsEqual(x.b, y.b) &&
      x.id === y.id &&
      x.addConst === y.addConst &&
      x.refObjId === y.refObjId &&
      x.frame === y.frame &&
      sameObject(x, y);
    if (!same) return false;
  }
  return true;
}

/** Whether iterators on the stacks were advanced different numbers of times (iter_active_depths_differ). */
export function iteratorsDiffer(old: State, cur: State): boolean {
  return old.frames.some((frame, f) =>
    frame.stack.some((slot, i) => {
      if (byteType(slot.types, 0) !== STACK_ITER || !slot.v.object?.active) return false;
      return cur.frames[f]?.stack[i]?.v.object?.depth !== slot.v.object.depth;
    }),
  );
}
