/*
 * Calls around which registers need not be saved (bpf_fastcall). A compiler that knows that a callee preserves a
 * register still spills it around the call, for kernels that do not know, to the lowest stack slots of the function:
 *
 *     *(u64 *)(r10 - 16) = r1
 *     call bpf_get_smp_processor_id
 *     r1 = *(u64 *)(r10 - 16)
 *
 * The kernel removes such spills and fills where it inlines the call and nothing else touches these slots; the function
 * then needs less stack (mark_fastcall_patterns, remove_fastcall_spills_fills).
 */
import { OPCODE } from '../isa/opcodes.ts';
import { calleeOf } from './callee.ts';
import type { Fastcalls, Session, Subprog } from './session.ts';
import type { Frame } from './state.ts';
import { subprogEnd } from './structure.ts';

const STORE = 0x7b;
const LOAD = 0x79;
const FRAME_POINTER = 10;
const SLOT = 8;
/** R0 to R5 */
const CALLER_SAVED = 6;
const ALL = (1 << CALLER_SAVED) - 1;
/** below any offset; means that the function keeps its spills */
const GIVEN_UP = -32_768;

/** The lowest slot of a function to which a whole register is stored; 0 when there is none. */
function lowestStore(env: Session, start: number, end: number): number {
  let lowest = 0;
  for (let i = start; i < end; i++) {
    const { opcode, dst, off } = env.insns[i];
    if (opcode === STORE && dst === FRAME_POINTER && off < lowest) lowest = off;
  }
  return lowest;
}

/** Number of pairs around a call, from the innermost outward: each spills a register that the callee preserves. */
function pairsAround(env: Session, at: number, lowest: number, mask: number): number {
  let left = ~mask & ALL;
  let pairs = 0;
  while (pairs < CALLER_SAVED) {
    const distance = pairs + 1;
    const spill = env.insns[at - distance];
    const fill = env.insns[at + distance];
    if (!spill || !fill || env.jumpTarget[at - distance + 1] || env.jumpTarget[at + distance]) break;
    const off = lowest + SLOT * pairs;
    const isPair =
      spill.opcode === STORE &&
      fill.opcode === LOAD &&
      spill.dst === FRAME_POINTER &&
      fill.src === FRAME_POINTER &&
      spill.src === fill.dst &&
      spill.off === off &&
      fill.off === off;
    if (!isPair || ((1 << spill.src) & left) === 0) break;
    left &= ~(1 << spill.src);
    pairs = distance;
  }
  return pairs;
}

/** Finds the calls with spills around them, once functions and jumps are known. */
export function findFastcalls(env: Session): void {
  const found: Fastcalls = {
    pattern: new Uint8Array(env.count),
    pairs: new Uint8Array(env.count),
    subprogs: env.subprogs.map(() => ({ lowest: 0, keep: false })),
  };
  env.subprogs.forEach(({ start }, n) => {
    const end = subprogEnd(env, n);
    const lowest = lowestStore(env, start, end);
    for (let i = start; i < end; i++) {
      if (env.insns[i].opcode !== OPCODE.CALL) continue;
      const callee = calleeOf(env, env.insns[i]);
      if (!callee || callee.clobbers === ALL) continue;
      const pairs = pairsAround(env, i, lowest, callee.clobbers);
      if (pairs === 0) continue;
      for (let k = 1; k <= pairs; k++) found.pattern[i - k] = found.pattern[i + k] = 1;
      const subprog = found.subprogs[n];
      if (callee.inlined) found.pairs[i] = pairs;
      else subprog.keep = true;
      subprog.lowest = Math.min(subprog.lowest, lowest + SLOT * pairs);
    }
  });
  env.fastcalls = found;
}

/**
 * Keeps a function's spills when something else accesses their slots (check_fastcall_stack_contract); `off` is counted
 * from the frame's top.
 */
export function checkFastcallAccess(env: Session, { subprog }: Frame, off: number): void {
  const { fastcalls } = env;
  if (!fastcalls || fastcalls.subprogs[subprog].lowest <= off || fastcalls.pattern[env.insn]) return;
  fastcalls.subprogs[subprog].lowest = GIVEN_UP;
  const end = subprogEnd(env, subprog);
  fastcalls.pattern.fill(0, env.subprogs[subprog].start, end);
  fastcalls.pairs.fill(0, env.subprogs[subprog].start, end);
}

/** Removes the slots of dropped spills from the functions' stacks. */
export function dropFastcalls(env: Session): void {
  const { fastcalls } = env;
  if (!fastcalls) return;
  env.subprogs.forEach((s: Subprog, n) => {
    const { lowest, keep } = fastcalls.subprogs[n];
    const goes = fastcalls.pairs.subarray(s.start, subprogEnd(env, n)).some((pairs) => pairs > 0);
    if (goes && !keep) s.stackDropped = s.stackDepth + lowest;
  });
}
