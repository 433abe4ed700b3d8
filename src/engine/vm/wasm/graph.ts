/*
 * Control flow of a prepared program: basic blocks, the functions they form, and for each function its blocks in
 * reverse postorder with their dominators. Typed arrays and loops, no recursion: programs may have a million slots.
 */
import * as MICRO from '../micro.ts';
import type { Program } from '../prepared.ts';

/** How a block ends. */
export const END = { next: 0, jump: 1, condition: 2, exit: 3 } as const;
const NONE = -1;

/** Blocks in slots; a block also ends after a call of the program's own functions, which use up fuel. */
export interface Blocks {
  /** 1 where a block begins */
  readonly leaders: Uint8Array;
  /** instructions from a slot to the end of its block, itself included; 0 in the middle of a wide one */
  readonly remaining: Int32Array;
  /** slots of the functions that the program calls, or that helpers call back */
  readonly called: readonly number[];
}

const EXIT = 0x95;
const JA = 0x05;
const WIDE = 0x18;

export const opAt = (code: Int32Array, slot: number): number => code[slot * 2] & 255;
export const lengthOf = (op: number): number => (op === WIDE ? 2 : 1);
const targetAt = (code: Int32Array, slot: number): number => code[slot * 2 + 1] >> 1;
/** class JMP or JMP32, except calls, exit, and may_goto, which never jumps here */
const isConditional = (op: number): boolean => ((op & 7) === 5 || (op & 7) === 6) && (op & 8) !== 0;

const isCall = (op: number): boolean => op === MICRO.callLocal || op === MICRO.callBack;
/** Whether a block ends with a call of one of the program's functions; `last`: slot of its last instruction. */
export const endsInCall = ({ code }: Program, last: number): boolean => isCall(opAt(code, last));

export function findBlocks({ code, callbacks }: Program): Blocks {
  const slots = code.length / 2;
  const leaders = new Uint8Array(slots + 1);
  const remaining = new Int32Array(slots);
  const called = new Set(callbacks);
  for (const slot of [0, ...called]) leaders[slot] = 1;
  for (let slot = 0; slot < slots; slot += lengthOf(opAt(code, slot))) {
    const op = opAt(code, slot);
    if (op === JA || isConditional(op)) leaders[targetAt(code, slot)] = 1;
    if (op === MICRO.callLocal) {
      leaders[targetAt(code, slot)] = 1;
      called.add(targetAt(code, slot));
    }
    if (op === JA || op === EXIT || isCall(op) || isConditional(op)) leaders[slot + 1] = 1;
    remaining[slot] = 1;
  }
  for (let slot = slots - 1; slot >= 0; slot--) {
    if (remaining[slot] === 0) continue;
    const next = slot + lengthOf(opAt(code, slot));
    if (next < slots && !leaders[next]) remaining[slot] += remaining[next];
  }
  return { leaders, remaining, called: [...called] };
}

/** A function's blocks by number in reverse postorder; block 0 is the entry. */
export interface Graph {
  readonly count: number;
  /** first slot, and the slot of the last instruction */
  readonly start: Int32Array;
  readonly last: Int32Array;
  readonly end: Uint8Array;
  /** successor after `next`, `jump` and an untaken condition */
  readonly next: Int32Array;
  /** successor when a condition is taken */
  readonly taken: Int32Array;
  readonly idom: Int32Array;
  /** edges from blocks before it in the order */
  readonly forwardEdges: Int32Array;
  readonly isLoop: Uint8Array;
  /** every loop is entered at its top */
  readonly reducible: boolean;
  /** blocks before block b: `sources[from[b]]` to `sources[from[b + 1] - 1]`, one an edge */
  readonly from: Int32Array;
  readonly sources: Int32Array;
}

interface Walk {
  readonly start: number[];
  readonly last: number[];
  readonly end: number[];
  readonly next: number[];
  readonly taken: number[];
}

/** Most copies of blocks made to give loops a single entry; beyond that, such a loop stays as it is. */
const MAX_COPIES = 16;

export function graphOf({ code }: Program, blocks: Blocks, entry: number): Graph {
  const walk = collect(code, blocks, entry);
  for (let copies = 0; ; copies++) {
    const order = reversePostorder(walk);
    const graph = arrange(walk, order);
    if (graph.reducible || copies === MAX_COPIES) return graph;
    split(walk, order, graph);
  }
}

/**
 * Removes one entry of a loop that has several: edges from outside lead to a copy of the entered block, and only the
 * loop itself keeps the block.
 */
function split(walk: Walk, order: readonly number[], { idom, from, sources, count }: Graph): void {
  for (let block = 0; block < count; block++) {
    let isEntered = false;
    for (let i = from[block]; i < from[block + 1]; i++) {
      isEntered ||= sources[i] >= block && !dominates(idom, block, sources[i]);
    }
    if (!isEntered) continue;
    const own = order[block];
    const copy = walk.start.length;
    for (let i = from[block]; i < from[block + 1]; i++) {
      if (sources[i] >= block) continue;
      const source = order[sources[i]];
      if (walk.next[source] === own) walk.next[source] = copy;
      if (walk.taken[source] === own) walk.taken[source] = copy;
    }
    for (const values of [walk.start, walk.last, walk.end, walk.next, walk.taken]) values.push(values[own]);
    return;
  }
}

/** Builds the graph of the blocks in that order. */
function arrange(walk: Walk, order: readonly number[]): Graph {
  const count = order.length;
  const rank = new Int32Array(count);
  for (let i = 0; i < count; i++) rank[order[i]] = i;
  const start = new Int32Array(count);
  const last = new Int32Array(count);
  const end = new Uint8Array(count);
  const next = new Int32Array(count);
  const taken = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const block = order[i];
    start[i] = walk.start[block];
    last[i] = walk.last[block];
    end[i] = walk.end[block];
    next[i] = walk.next[block] === NONE ? NONE : rank[walk.next[block]];
    taken[i] = walk.taken[block] === NONE ? NONE : rank[walk.taken[block]];
  }
  return { count, start, last, end, next, taken, ...dominance(count, next, taken) };
}

/** Blocks reached from the entry, numbered as they are found; edges by those numbers. */
function collect(code: Int32Array, { leaders }: Blocks, entry: number): Walk {
  const slots = code.length / 2;
  const numbers = new Int32Array(slots).fill(NONE);
  const walk: Walk = { start: [], last: [], end: [], next: [], taken: [] };
  const numberOf = (slot: number): number => {
    if (numbers[slot] === NONE) numbers[slot] = walk.start.push(slot) - 1;
    return numbers[slot];
  };
  numberOf(entry);
  for (let block = 0; block < walk.start.length; block++) {
    let slot = walk.start[block];
    while (slot + lengthOf(opAt(code, slot)) < slots && !leaders[slot + lengthOf(opAt(code, slot))])
      slot += lengthOf(opAt(code, slot));
    const op = opAt(code, slot);
    const after = slot + lengthOf(op);
    const end = op === EXIT ? END.exit : op === JA ? END.jump : isConditional(op) ? END.condition : END.next;
    walk.last.push(slot);
    walk.end.push(end);
    walk.next.push(end === END.exit ? NONE : numberOf(end === END.jump ? targetAt(code, slot) : after));
    walk.taken.push(end === END.condition ? numberOf(targetAt(code, slot)) : NONE);
  }
  return walk;
}

function reversePostorder({ start, next, taken }: Walk): number[] {
  const state = new Uint8Array(start.length);
  const order: number[] = [];
  const stack = [0];
  state[0] = 1;
  while (stack.length > 0) {
    const block = stack[stack.length - 1];
    // the taken edge first, so that the block that follows in the text also follows in the order
    const edge = state[block]++ === 1 ? taken[block] : next[block];
    if (state[block] > 3) {
      order.push(block);
      stack.pop();
    } else if (edge !== NONE && state[edge] === 0) {
      state[edge] = 1;
      stack.push(edge);
    }
  }
  return order.reverse();
}

function dominance(
  count: number,
  next: Int32Array,
  taken: Int32Array,
): Pick<Graph, 'idom' | 'forwardEdges' | 'isLoop' | 'reducible' | 'from' | 'sources'> {
  const { from, sources } = predecessors(count, next, taken);
  const idom = immediateDominators(count, from, sources);
  const forwardEdges = new Int32Array(count);
  const isLoop = new Uint8Array(count);
  let reducible = true;
  for (let block = 0; block < count; block++) {
    for (let i = from[block]; i < from[block + 1]; i++) {
      const source = sources[i];
      if (source < block) {
        forwardEdges[block]++;
      } else {
        isLoop[block] = 1;
        if (!dominates(idom, block, source)) reducible = false;
      }
    }
  }
  return { idom, forwardEdges, isLoop, reducible, from, sources };
}

function dominates(idom: Int32Array, above: number, below: number): boolean {
  let block = below;
  while (block > above) block = idom[block];
  return block === above;
}

function predecessors(count: number, next: Int32Array, taken: Int32Array): { from: Int32Array; sources: Int32Array } {
  const from = new Int32Array(count + 2);
  const edges = [next, taken];
  for (const edge of edges) for (let b = 0; b < count; b++) if (edge[b] !== NONE) from[edge[b] + 2]++;
  for (let b = 2; b < from.length; b++) from[b] += from[b - 1];
  const sources = new Int32Array(from[count + 1]);
  for (const edge of edges) for (let b = 0; b < count; b++) if (edge[b] !== NONE) sources[from[edge[b] + 1]++] = b;
  return { from: from.subarray(0, count + 1), sources };
}

/** Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm. */
function immediateDominators(count: number, from: Int32Array, sources: Int32Array): Int32Array {
  const idom = new Int32Array(count).fill(NONE);
  idom[0] = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (let block = 1; block < count; block++) {
      let common = NONE;
      for (let i = from[block]; i < from[block + 1]; i++) {
        let other = sources[i];
        if (idom[other] === NONE) continue;
        if (common === NONE) {
          common = other;
          continue;
        }
        while (common !== other) {
          while (common > other) common = idom[common];
          while (other > common) other = idom[other];
        }
      }
      if (idom[block] !== common) {
        idom[block] = common;
        changed = true;
      }
    }
  }
  return idom;
}
