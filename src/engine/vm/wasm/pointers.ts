/*
 * Which register holds which pointer, and how far from it: followed through a block, and from block to block as far as
 * all paths agree. Pointers are numbered anew in each block; a pointer's name is unique in the whole function.
 *
 * Example: after `r7 = r6; r7 += 8` both registers hold pointer 3, r6 at offset 0 and r7 at offset 8. A call makes new
 * pointers of r0 to r5.
 */
import { FRAME_POINTER, REGISTERS } from '../../isa/opcodes.ts';
import type { Program } from '../prepared.ts';
import { CALL_OPS } from '../program.ts';
import { ACCESS, isAtomic } from './accesses.ts';
import type { Graph } from './graph.ts';
import { FACT, FACTS, prove } from './intervals.ts';
import type { OpenCheck } from './checks.ts';

/** Largest offset; beyond it a register counts as a new pointer. */
const MAX_OFFSET = 1 << 20;
const MOV = 0xbf;
const ADD = 0x0f;
const SUB = 0x1f;

export class Pointers {
  /** number of the pointer that a register holds, and how far from it */
  readonly pointer = new Int32Array(REGISTERS);
  readonly offset = new Int32Array(REGISTERS);
  private count = 0;
  /** by pointer: facts, FACT words each; its name; the check that may be widened */
  proven = new Int32Array(FACTS * 2);
  readonly open: (OpenCheck | null)[] = [];
  private readonly name: number[] = [];
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
    this.endName = new Int32Array(graph.count * REGISTERS);
    this.endOffset = new Int32Array(graph.count * REGISTERS);
  }

  /** Starts a block: every register holds its own pointer, about which the facts at `at` are proven. */
  enter(facts: Int32Array, at: number): void {
    this.count = 0;
    for (const r of this.followed) {
      const number = this.fresh(r);
      for (let i = 0; i < FACT; i++) this.proven[number * FACT + i] = facts[at + r * FACT + i];
    }
  }

  private fresh(register: number): number {
    const number = this.count++;
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

  /**
   * Unites registers that hold the same pointer on all paths to here; not at the top of a loop, where one path has not
   * been walked yet.
   */
  recognise(block: number): void {
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
      } else if (low !== high) prove(this.proven, number * FACT + i, low, high);
    }
    this.name[number] = name;
    this.open[number] = open;
    this.pointer[register] = number;
    this.offset[register] = offset;
  }

  /** Applies an instruction's effect on the registers. */
  step(slot: number): void {
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

  /** Writes out what is now proven around each register's value. */
  leave(out: Int32Array): void {
    const { proven } = this;
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

  /** Keeps what the registers hold at a block's end, for the blocks after it. */
  remember(block: number): void {
    for (const r of this.followed) {
      const at = block * REGISTERS + r;
      this.endName[at] = this.name[this.pointer[r]];
      this.endOffset[at] = this.offset[r];
      this.endOpen[at] = this.open[this.pointer[r]];
    }
  }
}
