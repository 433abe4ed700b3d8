/*
 * Decides which block pays fuel for which instructions. Every instruction is paid for before it runs, and the count is
 * exact wherever it can be observed. Blocks that always run together pay at once. Whether enough fuel is left is
 * checked only where a run may go on for long: at a function's start, at the top of a loop, after a call. There it must
 * suffice for the longest path to the next check; otherwise the interpreter takes over, which checks before each
 * instruction.
 */
import type { Program } from '../prepared.ts';
import { endsInCall, type Graph } from './graph.ts';

export interface FuelPlan {
  /** by block: instructions that it pays for when it begins */
  readonly charge: Int32Array;
  /** by block: fuel that must then be left; UNASKED where it is not checked */
  readonly reserve: Int32Array;
  /** by block: instructions after it that are paid for when it ends */
  readonly beyond: Int32Array;
}

export const UNASKED = -1;

/** `lengths`: instructions of each block. */
export function planFuel(program: Program, graph: Graph, lengths: Int32Array): FuelPlan {
  const { count, next, taken, from, sources } = graph;
  const asked = placesToAsk(program, graph);
  const charge = lengths.slice();
  const beyond = new Int32Array(count);
  /** instructions of a block that all its predecessors pay for */
  const paid = new Int32Array(count);
  const isSingle = (block: number): boolean => taken[block] < 0;
  const edges = (block: number): number => from[block + 1] - from[block];
  const canBePaid = (block: number): boolean => !asked[block] && edges(block) > 0;
  const onlyAfter = (to: number): boolean => canBePaid(to) && edges(to) === 1;
  // in reverse order, so that payments of later blocks have already been moved forward as far as possible
  for (let block = count - 1; block >= 0; block--) {
    const a = next[block];
    const b = taken[block];
    if (b >= 0 && a !== b && onlyAfter(a) && onlyAfter(b)) {
      beyond[block] = Math.min(charge[a], charge[b]);
      charge[a] -= beyond[block];
      charge[b] -= beyond[block];
    } else if (a >= 0 && b < 0) beyond[block] = paid[a];
    charge[block] += beyond[block];
    if (!canBePaid(block)) continue;
    let all = true;
    for (let i = from[block]; i < from[block + 1]; i++) all &&= isSingle(sources[i]);
    if (!all) continue;
    paid[block] = charge[block];
    charge[block] = 0;
  }
  return { charge, reserve: reserves(graph, asked, charge), beyond };
}

function placesToAsk(program: Program, { count, last, next, isLoop }: Graph): Uint8Array {
  const asked = isLoop.slice();
  asked[0] = 1;
  for (let block = 0; block < count; block++) if (endsInCall(program, last[block])) asked[next[block]] = 1;
  return asked;
}

/** Finds the longest paths from the places at which fuel is checked. */
function reserves({ count, next, taken }: Graph, asked: Uint8Array, charge: Int32Array): Int32Array {
  const way = new Int32Array(count);
  const reserve = new Int32Array(count).fill(UNASKED);
  const onward = (to: number): number => (to < 0 || asked[to] ? 0 : way[to]);
  for (let block = count - 1; block >= 0; block--) {
    const longest = Math.max(onward(next[block]), onward(taken[block]));
    way[block] = charge[block] + longest;
    if (asked[block]) reserve[block] = longest;
  }
  return reserve;
}
