/*
 * Which accesses need a check. Most accesses of a program go through a few pointers at constant offsets: one comparison
 * of the window that they span proves them all, in the block and in the blocks that only it leads to. Where it fails the
 * interpreter goes on, which checks each access by itself: a window may be wider than what the program really touches.
 *
 * Facts are kept by register: two intervals of offsets from its value, one proven writable (inside the arena), one
 * proven readable (inside the arena or the data before it). What several edges reach keeps what all of them prove.
 */
import { FRAME_POINTER, REGISTERS } from '../../isa/opcodes.ts';
import { FRAME_BYTES } from '../calls.ts';
import { CALL_OPS, type Program } from '../program.ts';
import { LOADS, STORES } from './emit-tables.ts';
import { END, type Graph, lengthOf, opAt } from './graph.ts';

/** A comparison before a slot's access: the bytes from `register - shift + low` to `register - shift + high`. */
export interface WindowCheck {
  readonly register: number;
  /** how far the register is from the pointer that the window is about */
  readonly shift: number;
  low: number;
  high: number;
  /** for stores; else loads only */
  write: boolean;
}

/** Windows wider than this are several: an access far off must not condemn the ordinary ones. */
const MAX_SPAN = 4096;
/** Beyond this offset a register is taken to be another pointer. */
const MAX_OFFSET = 1 << 20;
/** Passes after which an interval that still shrinks is given up. */
const PATIENT_PASSES = 3;
const ATOMIC32 = 0xc3;
const ATOMIC64 = 0xdb;

/** Words of a fact: writable from, to, readable from, to; empty where from equals to. */
const FACT = 4;
const FACTS = REGISTERS * FACT;

/** Bytes that an opcode loads, negative: stores; 0: it touches no memory. */
const ACCESS = new Int8Array(256);
for (const [op, { bytes }] of Object.entries(LOADS)) ACCESS[Number(op)] = bytes;
for (const [op, { bytes }] of Object.entries(STORES)) ACCESS[Number(op)] = -bytes;
ACCESS[ATOMIC32] = -4;
ACCESS[ATOMIC64] = -8;

/** The checks of a function's accesses by slot; an access without one is proven by another. */
export function accessChecks(program: Program, graph: Graph): ReadonlyMap<number, WindowCheck> {
  const checks = new Map<number, WindowCheck>();
  if (!touchesMemory(program.code)) return checks;
  const facts = solve(program, graph);
  const walk = new BlockWalk(program);
  for (let block = 0; block < graph.count; block++) walk.run(graph, block, facts, checks);
  return checks;
}

function touchesMemory(code: Int32Array): boolean {
  for (let i = 0; i < code.length; i += 2) if (ACCESS[code[i] & 255] !== 0) return true;
  return false;
}

/** Facts at each block's start. */
function solve(program: Program, graph: Graph): Int32Array {
  const { count, next, taken } = graph;
  const facts = new Int32Array(count * FACTS);
  const known = new Uint8Array(count);
  const walk = new BlockWalk(program);
  known[0] = 1;
  proveFrame(facts, 0);
  for (let pass = 0, again = true; again; pass++) {
    again = false;
    /** whether a block that was walked already must be walked again */
    const flow = (block: number, to: number): boolean => {
      if (to < 0) return false;
      const at = to * FACTS;
      if (known[to]) return meet(facts, at, walk.out, pass >= PATIENT_PASSES) && to <= block;
      known[to] = 1;
      for (let i = 0; i < FACTS; i++) facts[at + i] = walk.out[i];
      return to <= block;
    };
    for (let block = 0; block < count; block++) {
      if (!known[block]) continue;
      walk.run(graph, block, facts, null);
      if (flow(block, next[block])) again = true;
      if (flow(block, taken[block])) again = true;
    }
  }
  return facts;
}

/** The frame lies in the arena by construction. */
function proveFrame(facts: Int32Array, at: number): void {
  for (const i of [0, 2]) {
    facts[at + FRAME_POINTER * FACT + i] = -FRAME_BYTES;
    facts[at + FRAME_POINTER * FACT + i + 1] = 0;
  }
}

/** Narrows facts to what another edge proves too. Returns whether that changed them. */
function meet(facts: Int32Array, at: number, other: Int32Array, impatient: boolean): boolean {
  let changed = false;
  for (let i = 0; i < FACTS; i += 2) {
    const from = facts[at + i];
    const to = facts[at + i + 1];
    if (from === to) continue;
    const low = Math.max(from, other[i]);
    const high = Math.min(to, other[i + 1]);
    if (low === from && high === to) continue;
    changed = true;
    const isEmpty = impatient || low >= high;
    facts[at + i] = isEmpty ? 0 : low;
    facts[at + i + 1] = isEmpty ? 0 : high;
  }
  return changed;
}

/** One block's instructions, with the registers as pointers plus constants. */
class BlockWalk {
  /** facts at the block's end */
  readonly out = new Int32Array(FACTS);
  /** number of the pointer that a register holds, and how far from it */
  private readonly pointer = new Int32Array(REGISTERS);
  private readonly offset = new Int32Array(REGISTERS);
  /** facts by pointer, FACT words each */
  private proven = new Int32Array(FACTS * 4);
  private pointers = 0;
  /** by pointer: the check that may still be widened */
  private readonly open: (WindowCheck | null)[] = [];

  constructor(private readonly program: Program) {}

  /** From a block's facts to those at its end. Notes the block's checks, if asked. */
  run(graph: Graph, block: number, facts: Int32Array, checks: Map<number, WindowCheck> | null): void {
    const { code } = this.program;
    const from = block * FACTS;
    this.pointers = 0;
    for (let r = 0; r < REGISTERS; r++) this.fresh(r);
    for (let i = 0; i < FACTS; i++) this.proven[i] = facts[from + i];
    const last = graph.last[block];
    const end = graph.end[block] === END.next ? last + 1 : last;
    for (let slot = graph.start[block]; slot < end; slot += lengthOf(opAt(code, slot))) {
      if (ACCESS[opAt(code, slot)] !== 0) this.access(slot, checks);
      this.step(slot);
    }
    this.leave();
  }

  private fresh(register: number): void {
    const number = this.pointers++;
    const at = number * FACT;
    if (at === this.proven.length) {
      const bigger = new Int32Array(this.proven.length * 2);
      bigger.set(this.proven);
      this.proven = bigger;
    }
    for (let i = 0; i < FACT; i++) this.proven[at + i] = 0;
    this.open[number] = null;
    this.pointer[register] = number;
    this.offset[register] = 0;
  }

  /** The proven part grows: between two proven places nothing lies outside. */
  private access(slot: number, checks: Map<number, WindowCheck> | null): void {
    const word = this.program.code[slot * 2];
    const operand = this.program.code[slot * 2 + 1];
    const op = word & 255;
    const bytes = Math.abs(ACCESS[op]);
    const write = ACCESS[op] < 0;
    const register = write ? (word >> 8) & 15 : word >>> 12;
    const number = this.pointer[register];
    const low = this.offset[register] + (op === ATOMIC32 || op === ATOMIC64 ? (operand << 16) >> 16 : operand);
    const high = low + bytes;
    const at = number * FACT + (write ? 0 : 2);
    const { proven } = this;
    if (proven[at] !== proven[at + 1] && proven[at] <= low && high <= proven[at + 1]) return;
    this.prove(at, low, high);
    if (write) this.prove(at + 2, low, high);
    if (!checks) return;
    const check = this.open[number];
    if (check && Math.max(check.high, high) - Math.min(check.low, low) <= MAX_SPAN) {
      check.low = Math.min(check.low, low);
      check.high = Math.max(check.high, high);
      check.write ||= write;
    } else {
      const made = { register, shift: this.offset[register], low, high, write };
      this.open[number] = made;
      checks.set(slot, made);
    }
  }

  private prove(at: number, low: number, high: number): void {
    const { proven } = this;
    const isEmpty = proven[at] === proven[at + 1];
    if (!isEmpty && Math.max(proven[at + 1], high) - Math.min(proven[at], low) > MAX_SPAN) return;
    proven[at] = isEmpty ? low : Math.min(proven[at], low);
    proven[at + 1] = isEmpty ? high : Math.max(proven[at + 1], high);
  }

  /** What an instruction does to the registers. */
  private step(slot: number): void {
    const { code, low, high } = this.program;
    const word = code[slot * 2];
    const op = word & 255;
    const d = (word >> 8) & 15;
    const s = word >>> 12;
    const isConstant = s >= REGISTERS && high[s] === low[s] >> 31;
    if (op === 0xbf && s < REGISTERS) {
      this.pointer[d] = this.pointer[s];
      this.offset[d] = this.offset[s];
    } else if ((op === 0x0f || op === 0x1f) && isConstant) {
      const moved = this.offset[d] + (op === 0x0f ? low[s] : -low[s]);
      if (Math.abs(moved) < MAX_OFFSET) this.offset[d] = moved;
      else this.fresh(d);
    } else if (CALL_OPS.has(op)) {
      for (let r = 0; r <= 5; r++) this.fresh(r);
    } else if (op === ATOMIC32 || op === ATOMIC64) {
      this.fresh(s < REGISTERS && s !== FRAME_POINTER ? s : 0);
      this.fresh(0);
    } else if (STORES[op] === undefined && (op & 7) !== 5 && (op & 7) !== 6) {
      this.fresh(d);
    }
  }

  private leave(): void {
    const { out, proven } = this;
    for (let r = 0; r < REGISTERS; r++) {
      const at = this.pointer[r] * FACT;
      const shift = this.offset[r];
      for (let i = 0; i < FACT; i += 2) {
        const isEmpty = proven[at + i] === proven[at + i + 1];
        out[r * FACT + i] = isEmpty ? 0 : proven[at + i] - shift;
        out[r * FACT + i + 1] = isEmpty ? 0 : proven[at + i + 1] - shift;
      }
    }
  }
}
