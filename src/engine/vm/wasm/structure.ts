/*
 * Gives control flow the form that WebAssembly needs: nested blocks, loops and ifs. After Ramsey, "Beyond Relooper"
 * (2022): the
 * dominator tree is the nesting; a block that several edges enter from above gets a `block` around what precedes it, a
 * block that is entered from below a `loop`. Where a loop has two entries there is no such nesting: then all blocks
 * follow one `br_table` in a loop.
 */
import type { CodeWriter } from './encoder.ts';
import { LOCAL } from './locals.ts';
import { END, type Graph } from './graph.ts';
import { W } from './opcodes.ts';

/** What a function's blocks contain; `block` is a number of the graph. */
export interface BlockEmitter {
  /** the instructions, without the jump at the end; `depth`: labels between here and the outer ones */
  body(block: number, depth: number): void;
  /** leaves an i32 that is not 0 when the condition at the block's end holds; `negated`: when it does not */
  condition(block: number, negated: boolean): void;
  /** emits code that leaves the function; `depth` as above */
  exit(depth: number): void;
}

/** `outer`: labels that are open around the function's code already. */
export function emitStructured(out: CodeWriter, graph: Graph, emitter: BlockEmitter, outer: number): void {
  if (graph.reducible) new Structurer(out, graph, emitter, outer).emit();
  else emitDispatch(out, graph, emitter);
}

const TASK = { tree: 0, closeBlock: 1, close: 2, otherwise: 3, branch: 4 } as const;

class Structurer {
  /** height of the label stack at which a block's `block` and `loop` were opened */
  private readonly blockLabel: Int32Array;
  private readonly loopLabel: Int32Array;
  private readonly merges: MergeChildren;
  private height: number;
  /** stack of work still to do: pairs of task and argument */
  private readonly tasks: number[] = [];

  constructor(
    private readonly out: CodeWriter,
    private readonly graph: Graph,
    private readonly emitter: BlockEmitter,
    private readonly outer: number,
  ) {
    this.height = outer;
    this.blockLabel = new Int32Array(graph.count);
    this.loopLabel = new Int32Array(graph.count);
    this.merges = mergeChildren(graph);
  }

  emit(): void {
    this.later(TASK.tree, 0);
    while (this.tasks.length > 0) {
      const argument = this.tasks.pop() as number;
      const task = this.tasks.pop() as number;
      if (task === TASK.tree) this.tree(argument);
      else if (task === TASK.otherwise) this.out.op(W.else);
      else if (task === TASK.branch) this.branchOrTree(argument >>> 1, (argument & 1) === 1);
      else this.close();
    }
  }

  private later(task: number, argument = 0): void {
    this.tasks.push(task, argument);
  }

  private open(op: typeof W.block | typeof W.loop | typeof W.if): number {
    this.out.block(op);
    return ++this.height;
  }

  private close(): void {
    this.out.op(W.end);
    this.height--;
  }

  /** A block and all that it dominates. */
  private tree(block: number): void {
    if (this.graph.isLoop[block]) {
      this.loopLabel[block] = this.open(W.loop);
      this.later(TASK.close);
    }
    // the first merge block in the order is entered from the innermost `block`
    const { first, sibling } = this.merges;
    for (let merge = first[block]; merge !== 0; merge = sibling[merge]) {
      this.blockLabel[merge] = this.open(W.block);
      this.later(TASK.tree, merge);
      this.later(TASK.closeBlock);
    }
    this.emitter.body(block, this.height - this.outer);
    this.leave(block);
  }

  private leave(block: number): void {
    const end = this.graph.end[block];
    if (end === END.exit) this.emitter.exit(this.height - this.outer);
    else if (end !== END.condition) this.branchOrTree(block, false);
    else if (this.isBranch(block, this.graph.taken[block])) {
      this.emitter.condition(block, false);
      this.out.branch(W.br_if, this.depthOf(block, this.graph.taken[block]));
      this.branchOrTree(block, false);
    } else if (this.isBranch(block, this.graph.next[block])) {
      this.emitter.condition(block, true);
      this.out.branch(W.br_if, this.depthOf(block, this.graph.next[block]));
      this.branchOrTree(block, true);
    } else {
      this.emitter.condition(block, false);
      this.open(W.if);
      this.later(TASK.close);
      this.later(TASK.branch, block << 1);
      this.later(TASK.otherwise);
      this.later(TASK.branch, (block << 1) | 1);
    }
  }

  /** Continues at the taken or the next block: by a branch, or by placing it here. */
  private branchOrTree(block: number, taken: boolean): void {
    const target = taken ? this.graph.taken[block] : this.graph.next[block];
    if (this.isBranch(block, target)) this.out.branch(W.br, this.depthOf(block, target));
    else this.later(TASK.tree, target);
  }

  private isBranch(from: number, to: number): boolean {
    return to <= from || this.graph.forwardEdges[to] > 1;
  }

  private depthOf(from: number, to: number): number {
    return this.height - (to <= from ? this.loopLabel[to] : this.blockLabel[to]);
  }
}

interface MergeChildren {
  /** by block: the first in the list of its children, and the next in the list that a block is in; 0 ends it */
  readonly first: Int32Array;
  readonly sibling: Int32Array;
}

/** For each block, the blocks that it immediately dominates and that several edges enter from above; last in order first. */
function mergeChildren({ count, idom, forwardEdges }: Graph): MergeChildren {
  const first = new Int32Array(count);
  const sibling = new Int32Array(count);
  for (let block = 1; block < count; block++) {
    if (forwardEdges[block] <= 1) continue;
    sibling[block] = first[idom[block]];
    first[idom[block]] = block;
  }
  return { first, sibling };
}

/**
 * Places all blocks one after the other, following one `br_table` in a loop. Forward edges are branches or fall
 * through; only backward edges go through the table, with the target block's number in a local.
 */
function emitDispatch(out: CodeWriter, graph: Graph, emitter: BlockEmitter): void {
  const { count, end, next, taken } = graph;
  out.block(W.loop);
  for (let block = 0; block < count; block++) out.block(W.block);
  out.get(LOCAL.dispatch).op(W.br_table);
  out.u32(count - 1);
  for (let block = 0; block < count; block++) out.u32(block);
  for (let block = 0; block < count; block++) {
    out.op(W.end);
    const toLoop = count - 1 - block;
    emitter.body(block, toLoop + 1);
    if (end[block] === END.exit) {
      emitter.exit(toLoop + 1);
      continue;
    }
    if (end[block] === END.condition && taken[block] > block) {
      emitter.condition(block, false);
      out.branch(W.br_if, taken[block] - block - 1);
    } else if (end[block] === END.condition) {
      out.i32(taken[block]).set(LOCAL.dispatch);
      emitter.condition(block, false);
      out.branch(W.br_if, toLoop);
    }
    if (next[block] <= block) out.i32(next[block]).set(LOCAL.dispatch).branch(W.br, toLoop);
    else if (next[block] > block + 1) out.branch(W.br, next[block] - block - 1);
  }
  out.op(W.end);
}
