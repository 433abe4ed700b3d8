/*
 * Decides which accesses need a check. Most accesses of a program go through a few pointers at constant offsets: one
 * comparison of the window that they span proves them all, in the block and in the blocks that it dominates. Where it
 * fails the interpreter takes over and checks each access by itself, since a window may be wider than what the program
 * really touches.
 *
 * Example: of `r2 = *(u32 *)(r6 + 8); r7 = r6; r7 += 16; r3 = *(u32 *)(r7 + 4)` both loads go through one pointer
 * (pointers.ts), at 8 and at 20. The first gets a check, which the second widens to the window 8 to 24; after it these
 * bytes are proven readable (intervals.ts), and a third load inside of them needs nothing.
 *
 * An access that the verifier proved on every path gets no check: `Program.proven`.
 */
import { FRAME_POINTER } from '../../isa/opcodes.ts';
import { FRAME_BYTES } from '../calls.ts';
import { type Program } from '../prepared.ts';
import { ACCESS, baseOf, followedRegisters, isAtomic } from './accesses.ts';
import { Checks, widen } from './checks.ts';
import { END, type Graph, lengthOf, opAt } from './graph.ts';
import { FACT, FACTS, meet, NEAR, prove, READABLE } from './intervals.ts';
import { Pointers } from './pointers.ts';

/**
 * Distance from a proven byte within which no carry can reach the high word: all memory lies far from the ends of the
 * 32-bit range.
 */
const MAX_DISTANCE = 1 << 28;
/** Passes after which an interval that still shrinks is given up. */
const PATIENT_PASSES = 3;

/** `context`: bytes that r1 is known to point to when the function begins. */
export function accessChecks(program: Program, graph: Graph, context: number): Checks {
  const checks = new Checks(program.code.length / 2);
  const followed = followedRegisters(program);
  if (followed.length === 0) return checks;
  const walk = new BlockWalk(program, graph, followed);
  // the stack lies in the arena by construction
  walk.assume(1, 0, context);
  walk.assume(FRAME_POINTER, -FRAME_BYTES, 0);
  solve(walk, graph, followed);
  for (let block = 0; block < graph.count; block++) walk.run(block, checks);
  return checks;
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

/** Walks one block's instructions: what they prove, and what they must check. */
class BlockWalk {
  /** at each block's start */
  readonly facts: Int32Array;
  /** facts at the end of the block that was walked last */
  readonly out = new Int32Array(FACTS);
  private readonly pointers: Pointers;

  constructor(
    private readonly program: Program,
    private readonly graph: Graph,
    followed: readonly number[],
  ) {
    this.facts = new Int32Array(graph.count * FACTS);
    this.pointers = new Pointers(program, graph, followed);
  }

  /** Writable bytes around a register's value when the function begins. */
  assume(register: number, from: number, to: number): void {
    this.facts.set([from, to, from, to, from, to], register * FACT);
  }

  /**
   * Computes the facts at a block's end from those at its start. On request records the block's checks; all blocks must
   * then be walked in order.
   */
  run(block: number, checks: Checks | null): void {
    const { code } = this.program;
    const { start, last: lasts, end: ends } = this.graph;
    const { pointers } = this;
    pointers.enter(this.facts, block * FACTS);
    if (checks) pointers.recognise(block);
    const last = lasts[block];
    const end = ends[block] === END.next ? last + 1 : last;
    for (let slot = start[block]; slot < end; slot += lengthOf(opAt(code, slot))) {
      if (ACCESS[opAt(code, slot)] !== 0) this.access(block, slot, checks);
      pointers.step(slot);
    }
    pointers.leave(this.out);
    if (checks) pointers.remember(block);
  }

  /** Whether the verifier proved the instruction's access on every path. */
  private isProven(slot: number): boolean {
    return this.program.proven !== null && this.program.proven[slot] !== 0;
  }

  /** Makes sure that the place of an access is proven, adding or widening a check where it was not. */
  private access(block: number, slot: number, checks: Checks | null): void {
    const word = this.program.code[slot * 2];
    const operand = this.program.code[slot * 2 + 1];
    const op = word & 255;
    const bytes = Math.abs(ACCESS[op]);
    const write = ACCESS[op] < 0;
    const register = baseOf(word);
    const { pointer, offset, open, proven } = this.pointers;
    const number = pointer[register];
    const low = offset[register] + (isAtomic(op) ? (operand << 16) >> 16 : operand);
    const high = low + bytes;
    const at = number * FACT + (write ? 0 : READABLE);
    if (proven[at] !== proven[at + 1] && proven[at] <= low && high <= proven[at + 1]) return;
    const near = number * FACT + NEAR;
    const narrow = proven[near] !== proven[near + 1] && Math.abs(proven[near] - low) < MAX_DISTANCE;
    proven[near] = low;
    proven[near + 1] = high;
    prove(proven, at, low, high);
    if (write) prove(proven, number * FACT + READABLE, low, high);
    if (!checks || this.isProven(slot)) return;
    const known = open[number];
    if (known && widen(known, block, low, high, write)) return;
    const check = { register, shift: offset[register], low, high, write, narrow };
    open[number] = { block, check };
    checks.add(block, slot, check);
  }
}
