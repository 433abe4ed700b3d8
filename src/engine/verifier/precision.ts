/*
 * Precision: when a decision depends on the exact value of a scalar, the instructions that made it are walked backwards
 * and the registers and slots it came from are marked precise in the saved states, so that pruning compares them
 * (__mark_chain_precision, backtrack_insn). Example: `r1 = 4; r2 = r1; r0 += r2` with r0 a pointer: r2 is needed, then
 * through the move r1, and at `r1 = 4` nothing is left to look for.
 */
import { EFAULT } from '../base/errnos.ts';
import type { Insn } from '../isa/insn.ts';
import { CLASS, classOf, isWide, MODE, modeOf } from '../isa/opcodes.ts';
import { callsSyncCallback } from './cfg.ts';
import { frameText, insnText } from './print.ts';
import type { Session } from './session.ts';
import {
  DST_IS_STACK,
  type HistoryEntry,
  isSpilled,
  type LinkedReg,
  SRC_IS_STACK,
  STACK_ACCESS,
  type State,
} from './state.ts';
import { isKfuncCall, isLocalCall } from '../isa/flow.ts';
import { subprogAt } from './structure.ts';
import { SCALAR } from './types.ts';

/** The values still to be traced: masks of registers and of slots by frame. */
export class Backtrack {
  frame = 0;
  readonly regs = [0, 0, 0, 0, 0, 0, 0, 0];
  readonly slots: Set<number>[] = [];

  slotsOf(frame: number): Set<number> {
    return (this.slots[frame] ??= new Set());
  }
  get empty(): boolean {
    for (let f = this.frame; f >= 0; f--) {
      if (this.regs[f] !== 0) return false;
      const slots = this.slots[f];
      if (slots && slots.size > 0) return false;
    }
    return true;
  }
  setReg(n: number, frame = this.frame): void {
    this.regs[frame] |= 1 << n;
  }
  clearReg(n: number, frame = this.frame): void {
    this.regs[frame] &= ~(1 << n);
  }
  hasReg(n: number, frame = this.frame): boolean {
    return ((this.regs[frame] >>> n) & 1) !== 0;
  }
  hasSlot(spi: number, frame = this.frame): boolean {
    return this.slots[frame]?.has(spi) ?? false;
  }
  reset(): void {
    this.regs.fill(0);
    this.slots.length = 0;
  }
}

const regsText = (mask: number): string => {
  const names: string[] = [];
  for (let i = 0; i < 11; i++) if ((mask >>> i) & 1) names.push(`r${i}`);
  return names.join(',');
};
const slotsText = (bt: Backtrack, frame: number): string =>
  [...bt.slotsOf(frame)]
    .toSorted((a, b) => a - b)
    .map((spi) => `${-(spi + 1) * 8}`)
    .join(',');

const slotsMask = (bt: Backtrack, frame: number): string =>
  [...bt.slotsOf(frame)].reduce((mask, spi) => mask | (1n << BigInt(spi)), 0n).toString(16);

/** Result of a backward walk that cannot continue; all scalars are then marked precise. */
const UNSUPPORTED = 'unsupported';
type Outcome = typeof UNSUPPORTED | null;

const bug = (env: Session, text: string): never => env.refuse(EFAULT, `BUG ${text}`);

const ALU_MOV = 0xb0;
const ALU_NEG = 0x80;
const ALU_END = 0xd0;

function backAlu(insn: Insn, bt: Backtrack): void {
  const { opcode, dst, src } = insn;
  if (!bt.hasReg(dst)) return;
  const op = opcode & 0xf0;
  const isX = (opcode & 8) !== 0;
  if (op === ALU_END || op === ALU_NEG) return;
  if (op === ALU_MOV) {
    bt.clearReg(dst);
    if (isX && src !== 10) bt.setReg(src);
  } else if (isX && src !== 10) bt.setReg(src);
}

function backLoad(bt: Backtrack, entry: HistoryEntry | null, loaded: number): void {
  if (!bt.hasReg(loaded)) return;
  bt.clearReg(loaded);
  if (entry && (entry.flags & STACK_ACCESS) !== 0) bt.slotsOf(entry.frame).add(entry.spi);
}

function backStore(insn: Insn, bt: Backtrack, entry: HistoryEntry | null): Outcome {
  if (bt.hasReg(insn.dst)) return UNSUPPORTED;
  if (!entry || (entry.flags & STACK_ACCESS) === 0 || !bt.hasSlot(entry.spi, entry.frame)) return null;
  bt.slotsOf(entry.frame).delete(entry.spi);
  if (classOf(insn.opcode) === CLASS.STX) bt.setReg(insn.src);
  return null;
}

const ARGS = 0b11_1110;

function backCall(env: Session, i: number, insn: Insn, later: number, bt: Backtrack): Outcome {
  if (isLocalCall(insn)) {
    const target = i + insn.imm + 1;
    const subprog = env.subprogs[subprogAt(env, target)];
    if (subprog?.isGlobal) {
      if ((bt.regs[bt.frame] & ARGS) !== 0) bug(env, `regs ${bt.regs[bt.frame].toString(16)}`);
      bt.clearReg(0);
      return null;
    }
    // at a function's entry the needed arguments are the caller's registers
    if ((bt.regs[bt.frame] & ~ARGS) !== 0) bug(env, 'unexpected precise regs in a function');
    if (bt.slotsOf(bt.frame).size > 0) bug(env, 'unexpected precise slots in a function');
    const args = bt.regs[bt.frame] & ARGS;
    bt.regs[bt.frame] = 0;
    bt.frame--;
    if (bt.frame < 0) bug(env, 'frame of a function');
    bt.regs[bt.frame] |= args;
    return null;
  }
  if (callsSyncCallback(env, insn) && later !== i + 1) {
    // reached from inside the callback
    if ((bt.regs[bt.frame] & ~ARGS) !== 0) bug(env, 'unexpected precise regs in a callback');
    if (bt.slotsOf(bt.frame).size > 0) bug(env, 'unexpected precise slots in a callback');
    bt.regs[bt.frame] = 0;
    bt.frame--;
    if (bt.frame < 0) bug(env, 'frame of a callback');
    return null;
  }
  if (isKfuncCall(insn) && insn.imm === 0 && insn.off === 0) return UNSUPPORTED;
  bt.clearReg(0);
  if ((bt.regs[bt.frame] & ARGS) !== 0) bug(env, `regs ${bt.regs[bt.frame].toString(16)}`);
  return null;
}

function backExit(env: Session, later: number, bt: Backtrack): Outcome {
  // `later` is the instruction after the call; for a callback it is the call itself, whose helper made the arguments
  const isCallback = later >= 0 && env.callsCallback[later] !== 0;
  if (!isCallback && (bt.regs[bt.frame] & ARGS) !== 0) bug(env, `regs ${bt.regs[bt.frame].toString(16)}`);
  const needsR0 = later > 0 && isLocalCall(env.insns[later - 1]) && bt.hasReg(0);
  bt.clearReg(0);
  bt.frame++;
  if (bt.frame > 7) bug(env, 'frame beyond the last');
  if (needsR0) bt.setReg(0);
  return null;
}

function backJump(insn: Insn, bt: Backtrack, entry: HistoryEntry | null): void {
  const op = insn.opcode & 0xf0;
  if (op === 0 || (insn.opcode & 8) === 0 || op === 0xe0) return;
  if (!bt.hasReg(insn.dst) && !bt.hasReg(insn.src)) return;
  if (!entry || (entry.flags & DST_IS_STACK) === 0) bt.setReg(insn.dst);
  if (!entry || (entry.flags & SRC_IS_STACK) === 0) bt.setReg(insn.src);
}

/** If one of a linked set is needed, all are (bt_sync_linked_regs). */
function syncLinked(bt: Backtrack, entry: HistoryEntry | null): void {
  if (!entry || entry.linked.length === 0) return;
  const has = (l: LinkedReg): boolean => (l.isReg ? bt.hasReg(l.index, l.frame) : bt.hasSlot(l.index, l.frame));
  if (!entry.linked.some(has)) return;
  for (const l of entry.linked) {
    if (l.isReg) bt.setReg(l.index, l.frame);
    else bt.slotsOf(l.frame).add(l.index);
  }
}

/** backtrack_insn */
function backInsn(env: Session, i: number, later: number, entry: HistoryEntry | null, bt: Backtrack): Outcome {
  const insn = env.insns[i];
  if (insn.opcode === 0) return null;
  if (env.log.level2) {
    const what = env.facts.oldText
      ? `regs=${bt.regs[bt.frame].toString(16)} stack=${slotsMask(bt, bt.frame)}`
      : `mark_precise: frame${bt.frame}: regs=${regsText(bt.regs[bt.frame])} stack=${slotsText(bt, bt.frame)}`;
    env.log.write(`${what} before ${i}: ${insnText(env, i)}\n`);
  }
  syncLinked(bt, entry);
  const outcome = backByClass(env, i, later, entry, bt);
  if (outcome === null) syncLinked(bt, entry);
  return outcome;
}

function backByClass(env: Session, i: number, later: number, entry: HistoryEntry | null, bt: Backtrack): Outcome {
  const insn = env.insns[i];
  const mode = modeOf(insn.opcode);
  switch (classOf(insn.opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
      backAlu(insn, bt);
      return null;
    case CLASS.LDX:
      backLoad(bt, entry, insn.dst);
      return null;
    case CLASS.ST:
    case CLASS.STX:
      if (classOf(insn.opcode) === CLASS.STX && mode === MODE.ATOMIC && (insn.imm & 1) !== 0) {
        const loaded = insn.imm === 0xf1 ? 0 : insn.src;
        if (bt.hasReg(loaded)) {
          backLoad(bt, entry, loaded);
          return null;
        }
      }
      return backStore(insn, bt, entry);
    case CLASS.JMP:
    case CLASS.JMP32: {
      const op = insn.opcode & 0xf0;
      if (op === 0x80) return backCall(env, i, insn, later, bt);
      if (op === 0x90) return backExit(env, later, bt);
      backJump(insn, bt, entry);
      return null;
    }
    default:
      if (isWide(insn.opcode)) {
        bt.clearReg(insn.dst);
        return null;
      }
      // the source of a packet load's result is not tracked
      return bt.hasReg(0) && (mode === MODE.ABS || mode === MODE.IND) ? UNSUPPORTED : null;
  }
}

/** mark_all_scalars_precise: in all earlier saved states. */
function forceAll(env: Session, bt: Backtrack): void {
  const say = env.log.level2;
  if (say) env.log.write(`mark_precise: frame${bt.frame}: falling back to forcing all scalars precise\n`);
  for (let st = env.cur.parent; st; st = st.parent) {
    for (let f = 0; f < st.frames.length; f++) {
      const frame = st.frames[f];
      for (let j = 0; j < 10; j++) {
        const r = frame.regs[j];
        if (r.v.type !== SCALAR || r.precise) continue;
        r.precise = true;
        if (say) env.log.write(`force_precise: frame${f}: forcing r${j} to be precise\n`);
      }
      frame.stack.forEach((slot, j) => {
        if (!isSpilled(slot) || slot.v.type !== SCALAR || slot.precise) return;
        slot.precise = true;
        if (say) env.log.write(`force_precise: frame${f}: forcing fp${-(j + 1) * 8} to be precise\n`);
      });
    }
  }
  bt.reset();
}

/** Marks the traced values precise in a saved state; keeps tracing those that the state inherited. */
function markState(env: Session, st: State, bt: Backtrack): void {
  const { oldText } = env.facts;
  for (let f = bt.frame; f >= 0; f--) {
    const frame = st.frames[f];
    let isNew = false;
    for (let i = 0; i < 10; i++) {
      if (!bt.hasReg(i, f)) continue;
      const r = frame.regs[i];
      // kernels before 6.4 go on tracing all values of a state in which any was newly marked
      if (r.v.type !== SCALAR || (r.precise && !oldText)) bt.clearReg(i, f);
      else isNew ||= !r.precise;
      if (r.v.type === SCALAR) r.precise = true;
    }
    for (const spi of [...bt.slotsOf(f)].toSorted((a, b) => a - b)) {
      const slot = frame.stack[spi];
      if (!slot) bug(env, `stack slot ${spi} beyond what is allocated`);
      if (!isSpilled(slot) || slot.v.type !== SCALAR || (slot.precise && !oldText)) bt.slotsOf(f).delete(spi);
      else isNew ||= !slot.precise;
      if (isSpilled(slot) && slot.v.type === SCALAR) slot.precise = true;
    }
    if (env.log.level2) {
      const what = oldText
        ? `parent ${isNew ? "didn't have" : 'already had'} regs=${bt.regs[f].toString(16)} stack=${slotsMask(bt, f)} marks:`
        : `mark_precise: frame${f}: parent state regs=${regsText(bt.regs[f])} stack=${slotsText(bt, f)}: `;
      env.log.write(`${what}${frameText(env, frame, true)}\n`);
    }
    if (isNew || !oldText) continue;
    bt.regs[f] = 0;
    bt.slotsOf(f).clear();
  }
}

function historyAt(env: Session, st: State, end: number, i: number): HistoryEntry | null {
  if (end <= st.histStart) return null;
  const entry = env.history[end - 1];
  return entry.idx === i ? entry : null;
}

/** Marks the arguments at the entry of a global function, where tracing ends. */
function markEntry(st: State, bt: Backtrack): void {
  for (let i = 0; i < 10; i++) {
    if (!bt.hasReg(i)) continue;
    const r = st.frame.regs[i];
    bt.clearReg(i);
    if (r.v.type === SCALAR) r.precise = true;
  }
}

/** Walks back from the current instruction until no value is left to trace. */
function chain(env: Session, bt: Backtrack): void {
  let st: State = env.cur;
  let first = st.firstInsn;
  let last = env.insn;
  let later = -1;
  bt.frame = env.cur.frames.length - 1;
  let skipFirst = true;
  for (;;) {
    if (env.log.level2)
      env.log.write(
        env.facts.oldText
          ? `last_idx ${last} first_idx ${first}\n`
          : `mark_precise: frame${bt.frame}: last_idx ${last} first_idx ${first} subseq_idx ${later} \n`,
      );
    if (last < 0) {
      markEntry(st, bt);
      return;
    }
    let end = st.histEnd;
    for (let i = last; ; ) {
      if (skipFirst) skipFirst = false;
      else if (backInsn(env, i, later, historyAt(env, st, end, i), bt) === UNSUPPORTED) return forceAll(env, bt);
      if (bt.empty) return;
      later = i;
      // previous instruction (get_prev_insn_idx)
      if (i === st.firstInsn) {
        const left = end - st.histStart;
        if (left === 0 || (left === 1 && env.history[st.histStart].idx === i)) break;
      }
      if (end > st.histStart && env.history[end - 1].idx === i) {
        i = env.history[end - 1].prev;
        end--;
      } else i--;
      if (i < 0 || i >= env.count) bug(env, `backtracking idx ${i}`);
    }
    const { parent } = st;
    if (!parent) break;
    st = parent;
    markState(env, st, bt);
    if (bt.empty) return;
    later = first;
    last = st.lastInsn;
    first = st.firstInsn;
  }
  if (!bt.empty) forceAll(env, bt);
}

/** mark_chain_precision: the exact value of a register matters here. */
export function markPrecise(env: Session, n: number): void {
  if (n < 0 || env.val(n).type !== SCALAR) return;
  const bt = new Backtrack();
  bt.frame = env.cur.frames.length - 1;
  bt.setReg(n);
  chain(env, bt);
}

/** mark_chain_precision_batch */
export function markPreciseAll(env: Session, bt: Backtrack): void {
  bt.frame = env.cur.frames.length - 1;
  if (!bt.empty) chain(env, bt);
}

/** push_insn_history */
export function pushHistory(
  env: Session,
  flags: number,
  place: { frame: number; spi: number } | null = null,
  linked: readonly LinkedReg[] = [],
): void {
  const { cur, currentEntry } = env;
  if (currentEntry) {
    currentEntry.flags |= flags;
    if (place) {
      currentEntry.frame = place.frame;
      currentEntry.spi = place.spi;
    }
    if (linked.length > 0) currentEntry.linked = linked;
    return;
  }
  const entry: HistoryEntry = {
    idx: env.insn,
    prev: env.prev,
    flags,
    frame: place?.frame ?? 0,
    spi: place?.spi ?? 0,
    linked,
  };
  env.history[cur.histEnd++] = entry;
  env.currentEntry = entry;
}
