/*
 * Saved states: at a prune point the current state is compared with those saved there before. If one covers it, the
 * path ends; otherwise the current state may be saved and becomes the parent of later states (is_state_visited).
 */
import { EINVAL } from '../base/errnos.ts';
import { topLoopEntry, updateLoopEntry } from './branches.ts';
import {
  EXACT,
  IdMap,
  iteratorsDiffer,
  maybeLooping,
  NOT_EXACT,
  RANGE_WITHIN,
  regsExact,
  statesEqual,
} from './equal.ts';
import { markRead } from './liveness.ts';
import { Backtrack, markPreciseAll, pushHistory } from './precision.ts';
import { frameText, printLine } from './print.ts';
import { isIteratorNext } from './protos/kfuncs.ts';
import type { Saved, Session } from './session.ts';
import {
  copyState,
  forEachReg,
  type Frame,
  isSpilled,
  LIVE_DONE,
  LIVE_READ,
  LIVE_READ64,
  type Reg,
  type State,
} from './state.ts';
import { isKfuncCall } from '../isa/flow.ts';
import { isMayGoto } from './structure.ts';
import { NO_VALUE, SCALAR, UNKNOWN_SCALAR } from './types.ts';

const TEST_STATE_FREQ = 8;
const LONG_HISTORY = 40;

/** explored_state: instructions and call sites share buckets by this number. */
const bucketOf = (env: Session, insn: number): number => ((insn ^ env.frame.callsite) >>> 0) % env.count;

const sameCallsites = (a: State, b: State): boolean =>
  a.frames.length === b.frames.length && a.frames.every((f, i) => f.callsite === b.frames[i].callsite);

function cleanFrame(f: Frame): void {
  for (let i = 0; i < 10; i++) {
    const r = f.regs[i];
    if ((r.live & LIVE_READ) === 0) {
      r.v = NO_VALUE;
      r.precise = false;
    }
    r.live |= LIVE_DONE;
  }
  for (const slot of f.stack) {
    if ((slot.live & LIVE_READ) === 0) {
      slot.v = NO_VALUE;
      slot.precise = false;
      slot.types = 0;
    }
    slot.live |= LIVE_DONE;
  }
}

/** clean_live_states: closed states keep only the values that were read. */
function cleanStates(env: Session, insn: number, head: Saved | null): void {
  for (let sl = head; sl; sl = sl.next) {
    const st = sl.state;
    if (st.done || st.branches > 0 || st.insn !== insn) continue;
    const entry = topLoopEntry(st);
    if ((entry && entry.branches > 0) || !sameCallsites(st, env.cur)) continue;
    st.frames.forEach(cleanFrame);
    st.done = true;
  }
}

/** Result of comparing the current state with a saved one. */
type Answer = 'hit' | 'miss' | 'open';

function compareOpen(env: Session, old: State, insn: number): Answer {
  const { cur } = env;
  const { frame } = old;
  if (frame.inAsync && frame.asyncEntry !== cur.frame.asyncEntry) return 'open';
  const code = env.insns[insn];
  if (isKfuncCall(code) && isIteratorNext(env.btf.type(code.imm >>> 0)?.name ?? '')) {
    if (!statesEqual(env, old, cur, RANGE_WITHIN) || !iteratorActive(env)) return 'open';
    updateLoopEntry(cur, old);
    return 'hit';
  }
  if (isMayGoto(code) && old.mayGotoDepth !== cur.mayGotoDepth && statesEqual(env, old, cur, RANGE_WITHIN)) {
    updateLoopEntry(cur, old);
    return 'hit';
  }
  if (env.callsCallback[insn]) return statesEqual(env, old, cur, RANGE_WITHIN) ? 'hit' : 'open';
  const loops =
    maybeLooping(old, cur) &&
    statesEqual(env, old, cur, EXACT) &&
    !iteratorsDiffer(old, cur) &&
    old.mayGotoDepth === cur.mayGotoDepth &&
    old.callbackUnroll === cur.callbackUnroll;
  if (!loops) return 'open';
  printLine(env, insn);
  env.say(`infinite loop detected at insn ${insn}\n`);
  env.log.write(`cur state:${frameText(env, cur.frame, true)}\n`);
  env.log.write(`old state:${frameText(env, old.frame, true)}\n`);
  return env.refuse(EINVAL, '');
}

/** Whether the iterator that R1 points to has further elements. */
function iteratorActive(env: Session): boolean {
  const { v } = env.reg(1);
  const spi = (-(v.off + Number(BigInt.asIntN(64, v.b.v))) - 1) >> 3;
  return env.cur.frames[v.frame]?.stack[spi]?.v.object?.active === true;
}

function compareClosed(env: Session, old: State): Answer {
  const entry = topLoopEntry(old);
  const force = entry !== null && entry.branches > 0;
  if (!statesEqual(env, old, env.cur, force ? RANGE_WITHIN : NOT_EXACT)) return 'miss';
  if (force && entry) updateLoopEntry(env.cur, entry);
  return 'hit';
}

/** True when the path ends here: a saved state covers it. */
export function isStateVisited(env: Session, insn: number): boolean {
  const { cur } = env;
  const force =
    (env.program.flags & TEST_STATE_FREQ) !== 0 ||
    env.forceCheckpoint[insn] !== 0 ||
    cur.histEnd - cur.histStart > LONG_HISTORY;
  let add = force || (env.jumps - env.prevJumps >= 2 && env.insnsProcessed - env.prevInsns >= 8);
  const bucket = bucketOf(env, insn);
  cleanStates(env, insn, env.explored[bucket] ?? null);
  let count = 0;
  let before: Saved | null = null;
  for (let sl = env.explored[bucket] ?? null; sl; sl = sl.next) {
    count++;
    if (sl.state.insn !== insn) {
      before = sl;
      continue;
    }
    const answer = sl.state.branches > 0 ? compareOpen(env, sl.state, insn) : compareClosed(env, sl.state);
    if (answer === 'hit') {
      sl.hitCount++;
      prune(env, sl.state, insn);
      return true;
    }
    // within a loop, saving states of every iteration seldom helps
    if (answer === 'open' && !force && env.jumps - env.prevJumps < 20 && env.insnsProcessed - env.prevInsns < 100)
      add = false;
    if (add && evict(env, sl, insn)) {
      if (before) before.next = sl.next;
      else env.explored[bucket] = sl.next;
    } else before = sl;
  }
  if (env.maxStates < count) env.maxStates = count;
  if (add) save(env, insn, bucket);
  return false;
}

/** Counts a miss; true when the saved state is no longer worth comparing with. */
function evict(env: Session, sl: Saved, insn: number): boolean {
  sl.missCount++;
  const n = env.forceCheckpoint[insn] !== 0 && sl.state.branches > 0 ? 64 : 3;
  if (sl.missCount <= sl.hitCount * n + n) return false;
  if (sl.state.done && !sl.state.usedAsLoopEntry) env.peakStates--;
  return true;
}

function prune(env: Session, old: State, insn: number): void {
  propagateLiveness(env, old, env.cur);
  if (env.jumpPoint[insn]) pushHistory(env, 0);
  propagatePrecision(env, old);
  if (env.environment.recordVisits) env.prunes.push({ insn, path: env.path, by: old.firstInsn });
}

/** Saves the current state, which becomes the parent of later states. */
function save(env: Session, insn: number, bucket: number): void {
  const { cur } = env;
  env.totalStates++;
  env.peakStates++;
  env.prevJumps = env.jumps;
  env.prevInsns = env.insnsProcessed;
  forEachReg(cur, (r) => {
    if (r.v.type === SCALAR) r.precise = false;
  });
  const state = copyState(cur);
  state.insn = insn;
  state.branches = 1;
  cur.parent = state;
  cur.firstInsn = insn;
  cur.histStart = cur.histEnd;
  cur.dfsDepth = state.dfsDepth + 1;
  env.explored[bucket] = { state, next: env.explored[bucket] ?? null, missCount: 0, hitCount: 0 };
  const last = cur.frames.length - 1;
  cur.frames.forEach((frame, f) => {
    const saved = state.frames[f];
    for (let i = 0; i < 10; i++) {
      if (f === last || i >= 6) frame.regs[i].parent = saved.regs[i];
      frame.regs[i].live = 0;
    }
    frame.stack.forEach((slot, i) => {
      slot.live = 0;
      slot.parent = saved.stack[i];
    });
  });
}

function propagateReg(env: Session, old: Reg, mine: Reg): void {
  const flag = old.live & LIVE_READ;
  const own = mine.live & LIVE_READ;
  if (own === LIVE_READ64 || flag === 0 || own === flag) return;
  markRead(env, old, mine, flag);
}

/** propagate_liveness: everything read after the old state counts as read after the current one too. */
function propagateLiveness(env: Session, old: State, cur: State): void {
  const last = old.frames.length - 1;
  old.frames.forEach((frame, f) => {
    const mine = cur.frames[f];
    for (let i = f < last ? 6 : 0; i < 10; i++) propagateReg(env, frame.regs[i], mine.regs[i]);
    for (let i = 0; i < frame.stack.length && i < mine.stack.length; i++)
      propagateReg(env, frame.stack[i], mine.stack[i]);
  });
}

const isNeeded = (r: Reg): boolean => r.v.type === SCALAR && r.precise && (r.live & LIVE_READ) !== 0;

/** propagate_precision */
function propagatePrecision(env: Session, old: State): void {
  const bt = new Backtrack();
  for (let f = old.frames.length - 1; f >= 0; f--) {
    const names: string[] = [];
    const { regs, stack } = old.frames[f];
    for (let i = 0; i < 10; i++) {
      if (!isNeeded(regs[i])) continue;
      bt.setReg(i, f);
      names.push(`r${i}`);
    }
    stack.forEach((slot, i) => {
      if (!isSpilled(slot) || !isNeeded(slot)) return;
      bt.slotsOf(f).add(i);
      names.push(`fp${-(i + 1) * 8}`);
    });
    if (names.length > 0 && env.log.level2) env.log.write(`frame ${f}: propagating ${names.join(',')}\n`);
  }
  markPreciseAll(env, bt);
}

/** The open state of an earlier visit on this path (find_prev_entry). */
export function findPrevious(env: Session, cur: State | null, insn: number): State | null {
  if (!cur) return null;
  for (let sl = env.explored[bucketOf(env, insn)] ?? null; sl; sl = sl.next) {
    const st = sl.state;
    if (st.insn === insn && st.branches > 0 && sameCallsites(st, cur) && st.dfsDepth < cur.dfsDepth) return st;
  }
  return null;
}

/** widen_imprecise_scalars: a value that changes between iterations, and need not be exact, becomes unknown. */
export function widen(env: Session, old: State, cur: State): void {
  const ids = new IdMap(env.idGen);
  const widenReg = (a: Reg, b: Reg): void => {
    if (a.v.type !== SCALAR || b.v.type !== SCALAR || a.precise || b.precise || regsExact(a.v, b.v, ids)) return;
    b.v = UNKNOWN_SCALAR;
  };
  for (let f = old.frames.length - 1; f >= 0; f--) {
    const a = old.frames[f];
    const b = cur.frames[f];
    for (let i = 0; i < 11; i++) widenReg(a.regs[i], b.regs[i]);
    for (let i = 0; i < Math.min(a.stack.length, b.stack.length); i++)
      if (isSpilled(a.stack[i]) && isSpilled(b.stack[i])) widenReg(a.stack[i], b.stack[i]);
  }
}
