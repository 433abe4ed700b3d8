/*
 * Which registers are live before each instruction, and which loop it belongs to, as kernels from 6.16 on print them at log
 * level 2 before the walk (compute_live_registers, compute_scc). Data flow alone: no states.
 *
 * Example: of `r1 = 4; r0 = r1; exit`, r1 is live before the second instruction and r0 before the third.
 */
import { endsFlow, isJump, isJumpClass, targetOf } from '../isa/flow.ts';
import { type Insn, slotsOf } from '../isa/insn.ts';
import { CLASS, classOf, codeOf, isWide, MODE, modeOf, OPCODE } from '../isa/opcodes.ts';
import { calleeOf } from './callee.ts';
import { insnText } from './print.ts';
import type { Session } from './session.ts';
import { isMayGoto } from './structure.ts';

interface Effect {
  /** masks of registers */
  readonly use: number;
  readonly def: number;
}

const ALL = 0xffff;
const CALLER_SAVED = 0b11_1111;
/** read by a call whose prototype is not known */
const ARGUMENTS = 0b11_1110;
const MOV = 0xb0;
const END = 0xd0;
const FETCH = 1;
const CMPXCHG = 0xf1;
const LOAD_ACQUIRE = 0x100;
const STORE_RELEASE = 0x110;

function atomicEffect({ dst, src, imm }: Insn): Effect {
  const use = (1 << dst) | (1 << src);
  if (imm === CMPXCHG) return { use: use | 1, def: 1 };
  if (imm === LOAD_ACQUIRE) return { use: 1 << src, def: 1 << dst };
  if (imm === STORE_RELEASE) return { use, def: 0 };
  return { use, def: (imm & FETCH) === 0 ? 0 : 1 << src };
}

/** compute_insn_live_regs */
function effectOf(env: Session, insn: Insn): Effect {
  const { opcode } = insn;
  const dst = 1 << insn.dst;
  const src = 1 << insn.src;
  const isX = (opcode & 8) !== 0;
  switch (classOf(opcode)) {
    case CLASS.LD:
      return isWide(opcode) ? { use: 0, def: dst } : { use: ALL, def: 0 };
    case CLASS.LDX:
      return { use: src, def: dst };
    case CLASS.ST:
      return { use: dst, def: 0 };
    case CLASS.STX:
      return modeOf(opcode) === MODE.ATOMIC ? atomicEffect(insn) : { use: dst | src, def: 0 };
    case CLASS.ALU:
    case CLASS.ALU64:
      if (codeOf(opcode) === MOV) return { use: isX ? src : 0, def: dst };
      return { use: isX && codeOf(opcode) !== END ? dst | src : dst, def: dst };
    default:
      if (opcode === OPCODE.EXIT) return { use: 1, def: 0 };
      if (opcode === OPCODE.CALL) return { use: calleeOf(env, insn)?.reads ?? ARGUMENTS, def: CALLER_SAVED };
      if (!isJump(insn) || endsFlow(insn) || isMayGoto(insn)) return { use: 0, def: 0 };
      return { use: isX ? dst | src : dst, def: 0 };
  }
}

/** Instructions of the same function that may run next (bpf_insn_successors). */
function successors(env: Session, i: number): number[] {
  const insn = env.insns[i];
  const next = i + slotsOf(insn);
  if (insn.opcode === OPCODE.EXIT) return [];
  if (!isJumpClass(insn) || !isJump(insn)) return [next];
  return endsFlow(insn) ? [targetOf(insn, i)] : [next, targetOf(insn, i)];
}

/** Registers by instruction: those whose value some path still reads. */
export function liveRegisters(env: Session): Uint16Array {
  const live = new Uint16Array(env.count);
  const effects = env.insns.map((insn) => effectOf(env, insn));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = env.count - 1; i >= 0; i--) {
      const after = successors(env, i).reduce((mask, to) => mask | live[to], 0);
      const { use, def } = effects[i];
      const before = (after & ~def) | use;
      if (before === live[i]) continue;
      live[i] = before;
      changed = true;
    }
  }
  return live;
}

/** By instruction: number of the loop that it belongs to, 0 for none. Tarjan's algorithm, without recursion. */
function loopsOf(env: Session): Int32Array {
  const { count } = env;
  const loop = new Int32Array(count);
  const order = new Int32Array(count);
  const low = new Int32Array(count);
  const open: number[] = [];
  const isOpen = new Uint8Array(count);
  let found = 0;
  let loops = 0;
  for (let root = 0; root < count; root += slotsOf(env.insns[root])) {
    const walk: { readonly at: number; readonly to: number[]; edge: number }[] = [];
    const enter = (at: number): void => {
      order[at] = low[at] = ++found;
      open.push(at);
      isOpen[at] = 1;
      walk.push({ at, to: successors(env, at), edge: 0 });
    };
    if (order[root] === 0) enter(root);
    for (let top = walk.at(-1); top; top = walk.at(-1)) {
      const { at, to } = top;
      if (top.edge < to.length) {
        const next = to[top.edge++];
        if (order[next] === 0) enter(next);
        else if (isOpen[next] !== 0) low[at] = Math.min(low[at], low[next]);
        continue;
      }
      walk.pop();
      const above = walk.at(-1);
      if (above) low[above.at] = Math.min(low[above.at], low[at]);
      if (low[at] !== order[at]) continue;
      const members = open.splice(open.lastIndexOf(at));
      const isLoop = members.length > 1 || to.includes(at);
      if (isLoop) loops++;
      for (const member of members) {
        isOpen[member] = 0;
        if (isLoop) loop[member] = loops;
      }
    }
  }
  return loop;
}

const registersText = (mask: number): string =>
  Array.from({ length: 10 }, (_, r) => (((mask >>> r) & 1) === 0 ? '.' : String(r))).join('');

/** Writes the table, a line an instruction: its loop, its number, the live registers, its text. */
export function printLiveRegisters(env: Session): void {
  const live = liveRegisters(env);
  const loops = loopsOf(env);
  env.log.write('Live regs before insn:\n');
  for (let i = 0; i < env.count; i += slotsOf(env.insns[i])) {
    const loop = loops[i] === 0 ? '    ' : `${String(loops[i]).padStart(3)} `;
    env.log.write(`${loop}${String(i).padStart(3)}: ${registersText(live[i])} ${insnText(env, i)}\n`);
  }
}
