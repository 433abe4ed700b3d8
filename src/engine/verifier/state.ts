/*
 * Registers, frames and states of a walk (struct bpf_reg_state, bpf_func_state, bpf_verifier_state). A Reg is a place:
 * it refers to a shared immutable value, and has what belongs to this state alone: read and written marks, whether the
 * exact value was needed, and the same place in the parent state. Stack slots are places too, with 8 byte types.
 */
import { NO_VALUE, PTR_TO_STACK, pointer, Val } from './types.ts';

export const LIVE_READ32 = 1;
export const LIVE_READ64 = 2;
export const LIVE_READ = 3;
export const LIVE_WRITTEN = 4;
export const LIVE_DONE = 8;

/** Byte types of a slot, 4 bits a byte in one number; byte 0 is that at the highest address. */
export const STACK_INVALID = 0;
export const STACK_SPILL = 1;
export const STACK_MISC = 2;
export const STACK_ZERO = 3;
export const STACK_DYNPTR = 4;
export const STACK_ITER = 5;
export const STACK_LETTERS = '?rm0di';

/** Byte types of a slot with all eight bytes of one type. */
export const fill = (type: number): number => Math.imul(type, 0x1111_1111) | 0;
export const ALL_SPILL = fill(STACK_SPILL);
export const byteType = (types: number, i: number): number => (types >>> (i * 4)) & 15;
export const withByte = (types: number, i: number, type: number): number =>
  (types & ~(15 << (i * 4))) | (type << (i * 4)) | 0;

export class Reg {
  live = 0;
  precise = false;
  parent: Reg | null = null;
  /** slots only */
  types = 0;
  constructor(public v: Val) {}
}

export function copyReg(from: Reg): Reg {
  const r = new Reg(from.v);
  r.live = from.live;
  r.precise = from.precise;
  r.parent = from.parent;
  r.types = from.types;
  return r;
}

export const isSpilled = (slot: Reg): boolean => byteType(slot.types, 7) === STACK_SPILL;

export interface Reference {
  readonly id: number;
  readonly insn: number;
}

export const MAX_REGS = 11;

export class Frame {
  regs: Reg[] = [];
  stack: Reg[] = [];
  refs: readonly Reference[] = [];
  inCallback = false;
  inAsync = false;
  callbackDepth = 0;
  asyncEntry = 0;
  /** range that a callback may return */
  returns: readonly [number, number] = [0, 0];
  constructor(
    readonly callsite: number,
    readonly frameno: number,
    readonly subprog: number,
  ) {}
}

export function initFrame(f: Frame): Frame {
  for (let i = 0; i < 10; i++) f.regs.push(new Reg(NO_VALUE));
  f.regs.push(new Reg(pointer(PTR_TO_STACK, { frame: f.frameno })));
  return f;
}

export function copyFrame(f: Frame): Frame {
  const c = new Frame(f.callsite, f.frameno, f.subprog);
  c.regs = f.regs.map(copyReg);
  c.stack = f.stack.map(copyReg);
  c.refs = f.refs;
  c.inCallback = f.inCallback;
  c.inAsync = f.inAsync;
  c.callbackDepth = f.callbackDepth;
  c.asyncEntry = f.asyncEntry;
  c.returns = f.returns;
  return c;
}

export interface Lock {
  readonly ptr: object;
  readonly id: number;
}

export class State {
  frames: Frame[] = [];
  branches = 1;
  parent: State | null = null;
  firstInsn = 0;
  lastInsn = -1;
  insn = 0;
  histStart = 0;
  histEnd = 0;
  loopEntry: State | null = null;
  usedAsLoopEntry = false;
  dfsDepth = 0;
  callbackUnroll = 0;
  mayGotoDepth = 0;
  lock: Lock | null = null;
  rcu = false;
  preempt = 0;
  sleepable = false;
  /** closed and cleaned: its registers have LIVE_DONE */
  done = false;

  get frame(): Frame {
    return this.frames[this.frames.length - 1];
  }
}

export function copyState(s: State): State {
  const c = new State();
  c.frames = s.frames.map(copyFrame);
  c.branches = s.branches;
  c.parent = s.parent;
  c.firstInsn = s.firstInsn;
  c.lastInsn = s.lastInsn;
  c.histStart = s.histStart;
  c.histEnd = s.histEnd;
  c.loopEntry = s.loopEntry;
  c.dfsDepth = s.dfsDepth;
  c.callbackUnroll = s.callbackUnroll;
  c.mayGotoDepth = s.mayGotoDepth;
  c.lock = s.lock;
  c.rcu = s.rcu;
  c.preempt = s.preempt;
  c.sleepable = s.sleepable;
  c.insn = s.insn;
  return c;
}

/** Every register and spilled register of every frame, innermost frame last (bpf_for_each_reg_in_vstate). */
export function forEachReg(s: State, visit: (r: Reg) => void): void {
  for (const frame of s.frames) {
    for (const r of frame.regs) visit(r);
    for (const slot of frame.stack) if (isSpilled(slot)) visit(slot);
  }
}

/** A linked register or slot of a history entry. */
export interface LinkedReg {
  readonly frame: number;
  readonly isReg: boolean;
  readonly index: number;
}

/** struct bpf_insn_hist_entry */
export interface HistoryEntry {
  readonly idx: number;
  readonly prev: number;
  flags: number;
  /** frame and slot of a stack access */
  frame: number;
  spi: number;
  linked: readonly LinkedReg[];
}
export const STACK_ACCESS = 1;
export const DST_IS_STACK = 2;
export const SRC_IS_STACK = 4;
