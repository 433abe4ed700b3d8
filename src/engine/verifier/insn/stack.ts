/*
 * Reads and writes of the stack by loads, stores and helpers (check_stack_read, check_stack_write and their helpers).
 */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import { constNumber, isUnknown, UNKNOWN } from '../bounds.ts';
import { markRead } from '../liveness.ts';
import { markPrecise, pushHistory } from '../precision.ts';
import { offsetText, printLine } from '../print.ts';
import type { Session } from '../session.ts';
import { CLASS, classOf } from '../../isa/opcodes.ts';
import {
  byteType,
  forEachReg,
  type Frame,
  isSpilled,
  LIVE_READ64,
  LIVE_WRITTEN,
  Reg,
  STACK_ACCESS,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  withByte,
} from '../state.ts';
import { checkFastcallAccess } from '../fastcall.ts';
import {
  bitsOf,
  derive,
  isNull,
  isSpillable,
  MAYBE_NULL,
  NO_VALUE,
  PTR_TO_MEM,
  PTR_TO_STACK,
  SCALAR,
  scalar,
  UNKNOWN_SCALAR,
  type Val,
  ZERO_SCALAR,
} from '../types.ts';
import { assignId } from './ids.ts';

const MAX_STACK = 512;
const MAX_VAR = 1n << 29n;

/** `any`: a helper reads or writes it, and the kernel does not say which. */
export type Access = 'read' | 'write' | 'any';
const ACCESS_TEXT = { read: ' read from', write: ' write to', any: ' indirect access to' } as const;

/** Makes room for slots down to a depth in bytes (grow_stack_state). */
export function growStack(env: Session, f: Frame, depth: number): void {
  const slots = (depth + 7) >> 3;
  while (f.stack.length < slots) f.stack.push(new Reg(NO_VALUE));
  const subprog = env.subprogs[f.subprog];
  if (subprog.stackDepth < slots * 8) subprog.stackDepth = slots * 8;
}

/** check_stack_access_within_bounds; `off` includes the register's fixed offset. */
export function checkStackBounds(env: Session, regno: number, off: number, size: number, access: Access): void {
  const { v } = env.reg(regno);
  const isFixed = v.b.m === 0n;
  let min = BigInt(off);
  let max = BigInt(off + size);
  if (isFixed) {
    const fixed = BigInt.asIntN(64, v.b.v);
    min += fixed;
    max += fixed;
  } else {
    if (v.b.smax >= MAX_VAR || v.b.smin <= -MAX_VAR)
      env.refuse(EACCES, `invalid unbounded variable-offset${ACCESS_TEXT[access]} stack R${regno}`);
    min += v.b.smin;
    max += v.b.smax;
  }
  let errno = min < BigInt(-MAX_STACK) || min > -1n ? EACCES : 0;
  if (errno === 0 && max > 0n) errno = EINVAL;
  if (errno !== 0) {
    if (isFixed) env.refuse(errno, `invalid${ACCESS_TEXT[access]} stack R${regno} off=${min} size=${size}`);
    env.refuse(
      errno,
      `invalid variable-offset${ACCESS_TEXT[access]} stack R${regno} var_off=${offsetText(env, v.b)} off=${off} size=${size}`,
    );
  }
  growStack(env, frameOf(env, v), Number(-min));
}

export const frameOf = (env: Session, v: Val): Frame => env.cur.frames[v.frame];

/** Puts a value into a register and marks the register as written. */
function load(env: Session, regno: number, v: Val, precise = false): void {
  const r = env.reg(regno);
  r.v = v;
  r.precise = precise;
  r.live |= LIVE_WRITTEN;
}

const bytesAt = (slot: Reg, low: number, i: number): number => byteType(slot.types, (((low - i) % 8) + 8) % 8);

/** check_stack_read: `regno` is the pointer, `to` the register that is loaded, or -1. */
export function checkStackRead(env: Session, regno: number, off: number, size: number, to: number): void {
  const { v } = env.reg(regno);
  if (v.b.m === 0n) return readFixed(env, frameOf(env, v), off + Number(BigInt.asIntN(64, v.b.v)), size, to);
  if (to < 0)
    env.refuse(
      EACCES,
      `variable offset stack pointer cannot be passed into helper function; var_off=${offsetText(env, v.b)} off=${off} size=${size}`,
    );
  readRange(env, regno, off, size, 'load');
  const f = frameOf(env, v);
  checkFastcallAccess(env, f, Number(v.b.smin) + off);
  loadStackBytes(env, f, Number(v.b.smin) + off, Number(v.b.smax) + off + size, to);
}

function readFixed(env: Session, f: Frame, off: number, size: number, to: number): void {
  const low = -off - 1;
  const spi = low >> 3;
  const slot = f.stack[spi];
  if (!env.facts.oldText) env.scratchSlot(spi);
  checkFastcallAccess(env, f, off);
  if (!isSpilled(slot)) {
    for (let i = 0; i < size; i++) checkByte(env, bytesAt(slot, low, i), off, i, size);
    markRead(env, slot, slot.parent, LIVE_READ64);
    if (to >= 0) loadStackBytes(env, f, off, off + size, to);
    return;
  }
  let spillSize = 1;
  while (spillSize < 8 && byteType(slot.types, 7 - spillSize) === STACK_SPILL) spillSize++;
  let keepHistory = true;
  if (size !== 8 || spillSize !== 8) {
    if (slot.v.type !== SCALAR) {
      printLine(env, env.insn);
      env.refuse(EACCES, 'invalid size of register fill');
    }
    markRead(env, slot, slot.parent, LIVE_READ64);
    if (to < 0) return;
    if (size <= spillSize && off % 8 === 0 && env.facts.partialSpills) {
      const wide = bitsOf(slot.v.b) > size * 8;
      load(env, to, wide ? scalar(slot.v.b) : slot.v, slot.precise);
    } else keepHistory = readPart(env, slot, low, off, size, to);
  } else {
    if (to >= 0) load(env, to, slot.v, slot.precise);
    markRead(env, slot, slot.parent, LIVE_READ64);
  }
  if (keepHistory) pushHistory(env, STACK_ACCESS, { frame: f.frameno, spi });
}

function checkByte(env: Session, type: number, off: number, i: number, size: number): void {
  if (type === STACK_MISC || type === STACK_ZERO || type === STACK_INVALID) return;
  env.refuse(EACCES, `invalid read from stack off ${off}+${i} size ${size}`);
}

/** Reads some bytes of a slot with a spilled scalar; true when the value could be taken from it. */
function readPart(env: Session, slot: Reg, low: number, off: number, size: number, to: number): boolean {
  let spills = 0;
  let zeros = 0;
  for (let i = 0; i < size; i++) {
    const type = bytesAt(slot, low, i);
    if (type === STACK_SPILL) spills++;
    else if (type === STACK_ZERO) zeros++;
    else checkByte(env, type, off, i, size);
  }
  const isZero = spills === size && isNull(slot.v);
  load(env, to, isZero || zeros === size ? ZERO_SCALAR : UNKNOWN_SCALAR);
  return isZero;
}

/** mark_reg_stack_read: all bytes zero give 0, else anything. */
function loadStackBytes(env: Session, f: Frame, min: number, max: number, to: number): void {
  let zeros = 0;
  for (let i = min; i < max; i++) {
    const spi = (-i - 1) >> 3;
    if (!env.facts.oldText) env.scratchSlot(spi);
    if (byteType(f.stack[spi].types, (-i - 1) % 8) !== STACK_ZERO) break;
    zeros++;
  }
  load(env, to, zeros === max - min ? ZERO_SCALAR : UNKNOWN_SCALAR);
}

const isSpecial = (slot: Reg): boolean => {
  const top = byteType(slot.types, 7);
  return top === STACK_SPILL || top === STACK_DYNPTR || top === STACK_ITER;
};

/** Turns bytes of a slot that held a structured value into plain data. */
export function scrub(types: number): number {
  let out = types;
  for (let i = 0; i < 8; i++) if (byteType(out, i) !== STACK_INVALID) out = withByte(out, i, STACK_MISC);
  return out;
}

/** A write over part of a dynptr ends it (destroy_if_dynptr_stack_slot). */
export function destroyDynptr(env: Session, f: Frame, spi: number): void {
  const slot = f.stack[spi];
  if (byteType(slot.types, 0) !== STACK_DYNPTR && byteType(slot.types, 7) !== STACK_DYNPTR) return;
  const first = slot.v.object?.first === true ? spi : spi + 1;
  const main = f.stack[first];
  if (main.v.refObjId !== 0) env.refuse(EINVAL, 'cannot overwrite referenced dynptr');
  env.scratchSlot(first);
  env.scratchSlot(first - 1);
  const { id } = main.v;
  clearSlots(f, first, 2);
  forEachReg(env.cur, (r) => {
    if ((r.v.type & ~MAYBE_NULL) === PTR_TO_MEM && r.v.uid === id) r.v = UNKNOWN_SCALAR;
  });
}

/** Empties the slots of an object of which one is the first, at the highest index. */
export function clearSlots(f: Frame, first: number, count: number): void {
  for (const slot of f.stack.slice(first - count + 1, first + 1)) {
    slot.types = 0;
    slot.v = NO_VALUE;
    slot.live |= LIVE_WRITTEN;
  }
}

/** What slotOf answers where the stack is not as deep yet, and where an object of its kind cannot lie at all. */
export const NOT_YET = -1;
export const NOWHERE = -2;

/** Index of the first slot, at the highest index, of an object on the stack (stack_slot_obj_get_spi); says why there is none. */
export function slotOf(env: Session, v: Val, kind: 'dynptr' | 'iter', count: number): number {
  if (v.b.m !== 0n) {
    env.say(`${kind} has to be at a constant offset\n`);
    return NOWHERE;
  }
  const off = v.off + Number(BigInt.asIntN(64, v.b.v));
  if (off % 8 !== 0 || off > -8 * count) {
    env.say(`cannot pass in ${kind} at an offset=${off}\n`);
    return NOWHERE;
  }
  const spi = (-off - 1) >> 3;
  return spi < frameOf(env, v).stack.length ? spi : NOT_YET;
}

/** Stores a whole scalar or pointer in a slot (save_register_state). */
function spill(slot: Reg, v: Val, precise: boolean, size: number): void {
  slot.v = v;
  slot.precise = precise;
  if (size === 8) slot.live |= LIVE_WRITTEN;
  let types = slot.types;
  for (let i = 7; i >= 8 - size; i--) types = withByte(types, i, STACK_SPILL);
  for (let i = 7 - size; i >= 0; i--) {
    const type = byteType(types, i);
    if (type !== STACK_ZERO && type !== STACK_INVALID) types = withByte(types, i, STACK_MISC);
  }
  slot.types = types;
}

/** check_stack_write: `from` is the register with the value, -1 for an immediate or data of a helper. */
export function checkStackWrite(env: Session, regno: number, off: number, size: number, from: number): void {
  const { v } = env.reg(regno);
  const f = frameOf(env, v);
  if (v.b.m === 0n) return writeFixed(env, f, off + Number(BigInt.asIntN(64, v.b.v)), size, from);
  writeRange(env, f, v, off, size, from);
}

function writeFixed(env: Session, f: Frame, off: number, size: number, from: number): void {
  const low = -off - 1;
  const spi = low >> 3;
  const slot = f.stack[spi];
  destroyDynptr(env, f, spi);
  checkFastcallAccess(env, f, off);
  env.scratchSlot(spi);
  const insn = env.insns[env.insn];
  const isImmediate = from < 0 && classOf(insn.opcode) === CLASS.ST;
  const r = from >= 0 ? env.reg(from) : null;
  const bounded =
    !env.facts.boundedSpills || (r ? r.v.b !== UNKNOWN && !isUnknown(r.v.b) : env.insns[env.insn].imm !== 0);
  const aligned = off % 8 === 0 && bounded && (size === 8 || env.facts.partialSpills);
  if (r && aligned && r.v.type === SCALAR) {
    const fits = bitsOf(r.v.b) <= size * 8;
    if (fits && env.facts.linkedScalars) assignId(env, r);
    spill(slot, fits ? r.v : derive(r.v, { id: 0, addConst: false }), r.precise, size);
  } else if (isImmediate && aligned) {
    spill(slot, scalar(constNumber(insn.imm)), false, size);
  } else if (r && isSpillable(r.v.type)) {
    spillPointer(env, f, slot, r, size);
  } else return writeData(env, slot, low, size, from, isImmediate);
  pushHistory(env, STACK_ACCESS, { frame: f.frameno, spi });
}

function spillPointer(env: Session, f: Frame, slot: Reg, r: Reg, size: number): void {
  if (size !== 8) {
    printLine(env, env.insn);
    env.refuse(EACCES, 'invalid size of register spill');
  }
  if (f !== env.frame && r.v.type === PTR_TO_STACK)
    env.refuse(EINVAL, 'cannot spill pointers to stack into stack frame of the caller');
  spill(slot, r.v, r.precise, size);
}

function writeData(env: Session, slot: Reg, low: number, size: number, from: number, isImmediate: boolean): void {
  slot.v = NO_VALUE;
  if (isSpecial(slot)) slot.types = scrub(slot.types);
  if (size === 8) slot.live |= LIVE_WRITTEN;
  const isZero = from >= 0 ? isNull(env.val(from)) : isImmediate && env.insns[env.insn].imm === 0;
  if (isZero) markPrecise(env, from);
  const type = isZero ? STACK_ZERO : STACK_MISC;
  for (let i = 0; i < size; i++) slot.types = withByte(slot.types, (low - i) % 8, type);
}

/** check_stack_write_var_off */
function writeRange(env: Session, f: Frame, v: Val, off: number, size: number, from: number): void {
  const min = Number(v.b.smin) + off;
  const max = Number(v.b.smax) + off + size;
  const insn = env.insns[env.insn];
  const isZero = from >= 0 ? isNull(env.val(from)) : classOf(insn.opcode) === CLASS.ST && insn.imm === 0;
  let zeroUsed = false;
  for (let i = min; i < max; i++) destroyDynptr(env, f, (-i - 1) >> 3);
  checkFastcallAccess(env, f, min);
  for (let i = min; i < max; i++) {
    const at = -i - 1;
    const spi = at >> 3;
    const slot = f.stack[spi];
    env.scratchSlot(spi);
    const type = byteType(slot.types, at % 8);
    if (isZero && type === STACK_SPILL && isNull(slot.v)) {
      zeroUsed = true;
      continue;
    }
    if (isSpecial(slot)) slot.types = scrub(slot.types);
    slot.v = NO_VALUE;
    const next = isZero && type === STACK_ZERO ? STACK_ZERO : STACK_MISC;
    if (next === STACK_ZERO) zeroUsed = true;
    slot.types = withByte(slot.types, at % 8, next);
  }
  if (zeroUsed) markPrecise(env, from);
}

/**
 * Checks stack memory that a helper reads, or that a load reads at a variable offset (check_stack_range_initialized).
 * `output`: the helper only writes it, and the caller marks it as written afterwards.
 */
export function readRange(
  env: Session,
  regno: number,
  off: number,
  size: number,
  access: Access | 'load',
  output = false,
): boolean {
  const { v } = env.reg(regno);
  const f = frameOf(env, v);
  const isFixed = v.b.m === 0n;
  if (access !== 'load') checkStackBounds(env, regno, off, size, access);
  const clobbers = access === 'any' || access === 'write';
  const fixed = isFixed ? Number(BigInt.asIntN(64, v.b.v)) : 0;
  const min = isFixed ? off + fixed : Number(v.b.smin) + off;
  const max = isFixed ? min : Number(v.b.smax) + off;
  if (output && isFixed) {
    for (let i = min; i < max + size; i++) {
      const at = -i - 1;
      if (byteType(f.stack[at >> 3].types, at % 8) === STACK_DYNPTR)
        env.refuse(EACCES, `potential write to dynptr at off=${i} disallowed`);
    }
    return true;
  }
  for (let i = min; i < max + size; i++) {
    const at = -i - 1;
    const slot = f.stack[at >> 3];
    const type = byteType(slot.types, at % 8);
    if (type === STACK_INVALID || type === STACK_ZERO) {
      if (clobbers) slot.types = withByte(slot.types, at % 8, STACK_MISC);
    } else if (isSpilled(slot) && (slot.v.type === SCALAR || access !== 'load' || env.facts.partialSpills)) {
      if (clobbers) {
        slot.v = slot.v.type === SCALAR ? UNKNOWN_SCALAR : scalar(UNKNOWN);
        slot.precise = false;
        slot.types = scrub(slot.types);
      }
    } else if (type !== STACK_MISC) {
      const where = isFixed ? `off ${min}` : `var_off ${offsetText(env, v.b)}`;
      env.refuse(
        EACCES,
        `invalid${access === 'any' ? ' indirect' : ''} read from stack R${regno} ${where}+${i - min} size ${size}`,
      );
    }
    markRead(env, slot, slot.parent, LIVE_READ64);
  }
  return false;
}
