/*
 * Which accesses need a check. Most accesses of a program go through a few pointers at constant offsets: one comparison
 * of the window that they span proves them all, in the block and in those that come only after it. Where it fails the
 * interpreter goes on, which checks each access by itself: a window may be wider than what the program really touches.
 *
 * Facts are kept by register: two intervals of offsets from its value, one proven writable (inside the arena), one
 * proven readable (inside the arena or the data before it); and one of which some byte is proven, so that the pointer is
 * near memory. What several edges reach keeps what all of them prove. The pointers themselves (which register holds which, and how far from it) are followed through a block, and for the checks
 * also from block to block, as far as all ways agree.
 */
import { FRAME_POINTER, REGISTERS } from '../../isa/opcodes.ts';
import { FRAME_BYTES } from '../calls.ts';
import { CALL_OPS } from '../program.ts';
import { type Program } from '../prepared.ts';
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
  /** something near is proven: the register's high word is right, and only the low one in question */
  readonly narrow: boolean;
}

/** Windows wider than this are several: an access far off must not condemn the ordinary ones. */
const MAX_SPAN = 4096;
/** Beyond this offset a register is taken to be another pointer. */
const MAX_OFFSET = 1 << 20;
/** So near to a proven byte no carry reaches the high word: all memory lies far from the ends of 32 bits. */
const MAX_DISTANCE = 1 << 28;
/** Passes after which an interval that still shrinks is given up. */
const PATIENT_PASSES = 3;
const ATOMIC32 = 0xc3;
const ATOMIC64 = 0xdb;
const MOV = 0xbf;
const ADD = 0x0f;
const SUB = 0x1f;

/** Words of a fact: writable from, to, readable from, to, near from, to; empty where from equals to. */
const FACT = 6;
const READABLE = 2;
const NEAR = 4;
const FACTS = REGISTERS * FACT;

/** Bytes that an opcode loads, negative: stores; 0: it touches no memory. */
const ACCESS = new Int8Array(256);
for (const [op, { bytes }] of Object.entries(LOADS)) ACCESS[Number(op)] = bytes;
for (const [op, { bytes }] of Object.entries(STORES)) ACCESS[Number(op)] = -bytes;
ACCESS[ATOMIC32] = -4;
ACCESS[ATOMIC64] = -8;

const isAtomic = (op: number): boolean => op === ATOMIC32 || op === ATOMIC64;
/** The register that an access goes through. */
const baseOf = (word: number): number => (ACCESS[word & 255] < 0 ? (word >> 8) & 15 : word >>> 12);

/** A function's checks. */
export class Checks {
  private readonly made = new Map<number, WindowCheck>();

  constructor(private readonly slots: number) {}

  get any(): boolean {
    return this.made.size > 0;
  }

  /** What a slot's access is checked by, in a block (a slot may stand in two); undefined: what proves it stands before. */
  at(block: number, slot: number): WindowCheck | undefined {
    return this.made.get(block * this.slots + slot);
  }

  add(block: number, slot: number, check: WindowCheck): void {
    this.made.set(block * this.slots + slot, check);
  }
}

/** `context`: bytes that r1 is known to lead to when the function begins. */
export function accessChecks(program: Program, graph: Graph, context: number): Checks {
  const checks = new Checks(program.code.length / 2);
  const followed = followedRegisters(program);
  if (followed.length === 0) return checks;
  const walk = new BlockWalk(program, graph, followed);
  // lies in the arena by construction
  walk.assume(1, 0, context);
  walk.assume(FRAME_POINTER, -FRAME_BYTES, 0);
  solve(walk, graph, followed);
  for (let block = 0; block < graph.count; block++) walk.run(block, checks);
  return checks;
}

/** Registers that accesses go through, and what those are copies of. */
function followedRegisters({ code }: Program): number[] {
  let mask = 0;
  for (let i = 0; i < code.length; i += 2) if (ACCESS[code[i] & 255] !== 0) mask |= 1 << baseOf(code[i]);
  for (let before = 0; before !== mask; ) {
    before = mask;
    for (let i = 0; i < code.length; i += 2) {
      const s = code[i] >>> 12;
      if ((code[i] & 255) === MOV && s < REGISTERS && (mask & (1 << ((code[i] >> 8) & 15))) !== 0) mask |= 1 << s;
    }
  }
  const registers: number[] = [];
  for (let r = 0; r < REGISTERS; r++) if ((mask & (1 << r)) !== 0) registers.push(r);
  return registers;
}

/** Finds the facts at each block's start. */
function solve(walk: BlockWalk, { count, next, taken }: Graph, followed: readonly number[]): void {
  const { facts, out } = walk;
  const known = new Uint8Array(count);
  known[0] = 1;
  for (let pass = 0, again = true; again; pass++) {
    again = false;
    for (let block = 0; block < count; block++) {
      if (known[block] === 0) continue;
      walk.run(block, null);
      for (let edge = 0; edge < 2; edge++) {
        const to = edge === 0 ? next[block] : taken[block];
        if (to < 0) continue;
        if (known[to] === 0) {
          known[to] = 1;
          facts.set(out, to * FACTS);
        } else if (meet(facts, to * FACTS, out, followed, pass >= PATIENT_PASSES) && to <= block) again = true;
      }
    }
  }
}

/** Narrows facts to what another edge proves too. Returns whether that changed them. */
function meet(
  facts: Int32Array,
  at: number,
  other: Int32Array,
  followed: readonly number[],
  impatient: boolean,
): boolean {
  let changed = false;
  for (const register of followed) {
    for (let i = register * FACT; i < (register + 1) * FACT; i += 2) {
      const from = facts[at + i];
      const to = facts[at + i + 1];
      if (from === to) continue;
      // a byte is proven in either: both together have one on each way
      const isNear = i === register * FACT + NEAR && other[i] !== other[i + 1];
      const low = isNear ? Math.min(from, other[i]) : Math.max(from, other[i]);
      const high = isNear ? Math.max(to, other[i + 1]) : Math.min(to, other[i + 1]);
      if (low === from && high === to) continue;
      changed = true;
      const isEmpty = impatient || low >= high;
      facts[at + i] = isEmpty ? 0 : low;
      facts[at + i + 1] = isEmpty ? 0 : high;
    }
  }
  return changed;
}

/** One block's instructions, with the registers as pointers plus constants. */
class BlockWalk {
  /** at each block's start */
  readonly facts: Int32Array;
  /** facts at the end of the block that was walked last */
  readonly out = new Int32Array(FACTS);
  /** number of the pointer that a register holds, and how far from it */
  private readonly pointer = new Int32Array(REGISTERS);
  private readonly offset = new Int32Array(REGISTERS);
  private pointers = 0;
  /** by pointer: facts, FACT words each; a name that is its own in the whole function; the check that may be widened */
  private proven = new Int32Array(FACTS * 2);
  private readonly name: number[] = [];
  private readonly open: (OpenCheck | null)[] = [];
  private names = 0;
  /** by block and register: name and offset at the block's end, and the check */
  private readonly endName: Int32Array;
  private readonly endOffset: Int32Array;
  private readonly endOpen: (OpenCheck | null)[] = [];

  constructor(
    private readonly program: Program,
    private readonly graph: Graph,
    private readonly followed: readonly number[],
  ) {
    this.facts = new Int32Array(graph.count * FACTS);
    this.endName = new Int32Array(graph.count * REGISTERS);
    this.endOffset = new Int32Array(graph.count * REGISTERS);
  }

  /** Writable bytes around a register's value when the function begins. */
  assume(register: number, from: number, to: number): void {
    this.facts.set([from, to, from, to, from, to], register * FACT);
  }

  /** From a block's facts to those at its end. Notes the block's checks, if asked: then all blocks, in their order. */
  run(block: number, checks: Checks | null): void {
    const { code } = this.program;
    const { start, last: lasts, end: ends } = this.graph;
    this.pointers = 0;
    for (const r of this.followed) {
      const number = this.fresh(r);
      for (let i = 0; i < FACT; i++) this.proven[number * FACT + i] = this.facts[block * FACTS + r * FACT + i];
    }
    if (checks) this.recognise(block);
    const last = lasts[block];
    const end = ends[block] === END.next ? last + 1 : last;
    for (let slot = start[block]; slot < end; slot += lengthOf(opAt(code, slot))) {
      if (ACCESS[opAt(code, slot)] !== 0) this.access(block, slot, checks);
      this.step(slot);
    }
    this.leave();
    if (checks) this.remember(block);
  }

  private fresh(register: number): number {
    const number = this.pointers++;
    if (number * FACT === this.proven.length) {
      const bigger = new Int32Array(this.proven.length * 2);
      bigger.set(this.proven);
      this.proven = bigger;
    }
    for (let i = 0; i < FACT; i++) this.proven[number * FACT + i] = 0;
    this.open[number] = null;
    this.name[number] = ++this.names;
    this.pointer[register] = number;
    this.offset[register] = 0;
    return number;
  }

  /** Registers that hold the same pointer on all ways here; not at the top of a loop, where one way is not walked yet. */
  private recognise(block: number): void {
    const { from, sources, isLoop } = this.graph;
    if (isLoop[block] !== 0 || from[block] === from[block + 1]) return;
    const first = sources[from[block]] * REGISTERS;
    for (const r of this.followed) {
      const name = this.endName[first + r];
      const offset = this.endOffset[first + r];
      let open = this.endOpen[first + r];
      let agree = true;
      for (let i = from[block] + 1; i < from[block + 1]; i++) {
        const other = sources[i] * REGISTERS + r;
        agree &&= this.endName[other] === name && this.endOffset[other] === offset;
        if (this.endOpen[other] !== open) open = null;
      }
      if (agree) this.adopt(r, name, offset, open);
    }
  }

  private adopt(register: number, name: number, offset: number, open: OpenCheck | null): void {
    const own = this.pointer[register];
    let number = own;
    for (const r of this.followed) if (r < register && this.name[this.pointer[r]] === name) number = this.pointer[r];
    const at = own * FACT;
    for (let i = 0; i < FACT; i += 2) {
      const low = this.proven[at + i] + offset;
      const high = this.proven[at + i + 1] + offset;
      if (number === own) {
        this.proven[at + i] = low;
        this.proven[at + i + 1] = high;
      } else if (low !== high) this.prove(number * FACT + i, low, high);
    }
    this.name[number] = name;
    this.open[number] = open;
    this.pointer[register] = number;
    this.offset[register] = offset;
  }

  /** The proven part grows: between two proven places nothing lies outside. */
  private access(block: number, slot: number, checks: Checks | null): void {
    const word = this.program.code[slot * 2];
    const operand = this.program.code[slot * 2 + 1];
    const op = word & 255;
    const bytes = Math.abs(ACCESS[op]);
    const write = ACCESS[op] < 0;
    const register = baseOf(word);
    const number = this.pointer[register];
    const low = this.offset[register] + (isAtomic(op) ? (operand << 16) >> 16 : operand);
    const high = low + bytes;
    const at = number * FACT + (write ? 0 : READABLE);
    const { proven } = this;
    if (proven[at] !== proven[at + 1] && proven[at] <= low && high <= proven[at + 1]) return;
    const near = number * FACT + NEAR;
    const narrow = proven[near] !== proven[near + 1] && Math.abs(proven[near] - low) < MAX_DISTANCE;
    proven[near] = low;
    proven[near + 1] = high;
    this.prove(at, low, high);
    if (write) this.prove(number * FACT + READABLE, low, high);
    if (!checks) return;
    const known = this.open[number];
    if (known && widen(known, block, low, high, write)) return;
    const check = { register, shift: this.offset[register], low, high, write, narrow };
    this.open[number] = { block, check };
    checks.add(block, slot, check);
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
    if (op === MOV && s < REGISTERS) {
      this.pointer[d] = this.pointer[s];
      this.offset[d] = this.offset[s];
    } else if ((op === ADD || op === SUB) && s >= REGISTERS && high[s] === low[s] >> 31) {
      const moved = this.offset[d] + (op === ADD ? low[s] : -low[s]);
      if (Math.abs(moved) < MAX_OFFSET) this.offset[d] = moved;
      else this.fresh(d);
    } else if (CALL_OPS.has(op)) {
      for (let r = 0; r <= 5; r++) this.fresh(r);
    } else if (isAtomic(op)) {
      this.fresh(s < REGISTERS && s !== FRAME_POINTER ? s : 0);
      this.fresh(0);
    } else if (ACCESS[op] >= 0 && (op & 7) !== 5 && (op & 7) !== 6) {
      this.fresh(d);
    }
  }

  private leave(): void {
    const { out, proven } = this;
    for (const r of this.followed) {
      const at = this.pointer[r] * FACT;
      const shift = this.offset[r];
      for (let i = 0; i < FACT; i += 2) {
        const isEmpty = proven[at + i] === proven[at + i + 1];
        out[r * FACT + i] = isEmpty ? 0 : proven[at + i] - shift;
        out[r * FACT + i + 1] = isEmpty ? 0 : proven[at + i + 1] - shift;
      }
    }
  }

  private remember(block: number): void {
    for (const r of this.followed) {
      const at = block * REGISTERS + r;
      this.endName[at] = this.name[this.pointer[r]];
      this.endOffset[at] = this.offset[r];
      this.endOpen[at] = this.open[this.pointer[r]];
    }
  }
}

/** A check that has been made on every way to where it is open. */
interface OpenCheck {
  readonly block: number;
  readonly check: WindowCheck;
}

/** Lets a check stand for one more access. From another block, it does not turn a check of loads into one of stores. */
function widen({ block, check }: OpenCheck, from: number, low: number, high: number, write: boolean): boolean {
  if (Math.max(check.high, high) - Math.min(check.low, low) > MAX_SPAN) return false;
  if (write && !check.write && block !== from) return false;
  check.low = Math.min(check.low, low);
  check.high = Math.max(check.high, high);
  check.write ||= write;
  return true;
}
