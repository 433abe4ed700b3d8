/*
 * Which instructions of a program can run, for machines without a verifier: constants are followed along every path, and
 * a branch whose outcome is known is followed one way only. So code that an object keeps for another kernel (behind
 * bpf_core_field_exists, a version in .kconfig, a weak kernel function) is never judged, as do_check never walks it.
 *
 * Example: `r1 = 0; if r1 == 0 goto +1; call unknown#195896080; exit` reaches all slots but the call.
 *
 * States are joined where paths meet: what differs is unknown from there on, so each slot is walked a bounded number of
 * times.
 */
import { type Insn, decode, wideValue } from '../isa/insn.ts';
import { accessBytes, CALL_KIND, CLASS, classOf, FRAME_POINTER, isWide, MODE, modeOf } from '../isa/opcodes.ts';
import { OPCODE, SLOT_BYTES, usesRegister, WIDE_KIND } from '../isa/opcodes.ts';
import { stillWorking } from '../base/still-working.ts';
import { alu, compare, refine } from './reachable-values.ts';

/** What a register or a place of the stack holds; undefined: anything. */
export type Value =
  | { readonly kind: 'known'; readonly bits: bigint }
  /** an argument that is no pointer, and what is computed from it */
  | { readonly kind: 'number' }
  /** the context, or another pointer that is not NULL */
  | { readonly kind: 'context' | 'present' }
  | { readonly kind: 'frame'; readonly offset: number }
  | undefined;

export interface Surroundings {
  /** what `bytes` bytes at a kernel address hold, where nobody can change them any more; else null */
  readonly constantAt: (address: bigint, bytes: number) => bigint | null;
  /** by word of the context: whether this argument is a number in the kernel's prototype */
  readonly numbers: readonly boolean[];
}

export interface Reached {
  /** 1 for each slot that can run */
  readonly slots: Uint8Array;
  /** first access through a number: where, and by which register */
  readonly fault: { readonly slot: number; readonly register: number } | null;
}

interface Place {
  readonly bytes: number;
  readonly value: Value;
}

interface State {
  readonly regs: Value[];
  readonly stack: Map<number, Place>;
}

const STACK_DEPTH = 512;
const PRESENT: Value = { kind: 'present' };
const NUMBER: Value = { kind: 'number' };

const sameValue = (a: Value, b: Value): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.kind === b.kind &&
    (a.kind !== 'known' || a.bits === (b as typeof a).bits) &&
    (a.kind !== 'frame' || a.offset === (b as typeof a).offset));

const copyOf = ({ regs, stack }: State): State => ({ regs: [...regs], stack: new Map(stack) });

/** Slots that can run, from the first instruction on; `insns` holds addresses where it named maps by fd. */
export function reachable(insns: Uint8Array, around: Surroundings): Reached {
  return new Walk(insns, around).run();
}

/** The instructions, those that cannot run replaced by `goto -1` (sanitize_dead_code). */
export function withoutDeadCode(insns: Uint8Array, { slots }: Reached): Uint8Array {
  if (!slots.includes(0)) return insns;
  const out = insns.slice();
  for (const [slot, reached] of slots.entries()) {
    if (reached === 1) continue;
    out.set([OPCODE.JA, 0, 0xff, 0xff, 0, 0, 0, 0], slot * SLOT_BYTES);
  }
  return out;
}

class Walk {
  private readonly slots: Uint8Array;
  /** states at the slots where paths meet */
  private readonly known = new Map<number, State>();
  private readonly leaders = new Set<number>();
  private readonly waiting: number[] = [];
  private fault: Reached['fault'] = null;
  private readonly count: number;

  constructor(
    private readonly insns: Uint8Array,
    private readonly around: Surroundings,
  ) {
    this.count = Math.floor(insns.length / SLOT_BYTES);
    this.slots = new Uint8Array(this.count);
    for (let slot = 0; slot < this.count; slot += this.widthOf(slot)) {
      const target = targetOf(decode(insns, slot), slot);
      if (target !== null) this.leaders.add(target);
    }
  }

  run(): Reached {
    const regs: Value[] = Array.from({ length: 11 });
    regs[1] = { kind: 'context' };
    regs[FRAME_POINTER] = { kind: 'frame', offset: 0 };
    this.leaders.add(0);
    this.meet(0, { regs, stack: new Map() });
    for (let work = 0; this.waiting.length > 0; work++) {
      stillWorking(work);
      const slot = this.waiting.pop() ?? 0;
      const state = this.known.get(slot);
      if (state) this.follow(slot, copyOf(state));
    }
    return { slots: this.slots, fault: this.fault };
  }

  private widthOf(slot: number): number {
    return isWide(this.insns[slot * SLOT_BYTES]) ? 2 : 1;
  }

  /** Joins a state into the one that is known for a slot; walks from there again when that changed. */
  private meet(slot: number, state: State): void {
    if (slot < 0 || slot >= this.count) return;
    const known = this.known.get(slot);
    if (!known) {
      this.known.set(slot, copyOf(state));
      this.waiting.push(slot);
      return;
    }
    let changed = false;
    for (let i = 0; i < known.regs.length; i++) {
      if (known.regs[i] === undefined || sameValue(known.regs[i], state.regs[i])) continue;
      known.regs[i] = undefined;
      changed = true;
    }
    for (const [at, place] of known.stack) {
      const other = state.stack.get(at);
      if (other?.bytes === place.bytes && sameValue(other.value, place.value)) continue;
      known.stack.delete(at);
      changed = true;
    }
    if (changed) this.waiting.push(slot);
  }

  /** One straight run of instructions, up to a slot where paths meet. */
  private follow(from: number, state: State): void {
    for (let slot = from; slot < this.count; ) {
      const width = this.widthOf(slot);
      this.slots.fill(1, slot, slot + width);
      const insn = decode(this.insns, slot);
      const cls = classOf(insn.opcode);
      if (cls === CLASS.JMP || cls === CLASS.JMP32) {
        if (!this.jump(insn, slot, state)) return;
      } else this.step(insn, slot, state);
      slot += width;
      if (!this.leaders.has(slot)) continue;
      this.meet(slot, state);
      return;
    }
  }

  /** Whether the instruction behind a jump can run. */
  private jump(insn: Insn, slot: number, state: State): boolean {
    const { opcode } = insn;
    if (opcode === OPCODE.EXIT) return false;
    if (opcode === OPCODE.CALL) {
      this.call(insn, slot, state);
      return true;
    }
    const target = targetOf(insn, slot) ?? slot + 1;
    if (opcode === OPCODE.JA || opcode === OPCODE.GOTOL) {
      this.meet(target, state);
      return false;
    }
    if (opcode === OPCODE.MAY_GOTO) {
      this.meet(target, state);
      return true;
    }
    const left = state.regs[insn.dst];
    const right = this.operand(insn, state);
    const outcome = compare(insn, left, right);
    if (outcome !== false) this.meet(target, { ...state, regs: refine(insn, state.regs, right, true) });
    if (outcome === true) return false;
    state.regs.splice(0, state.regs.length, ...refine(insn, state.regs, right, false));
    return true;
  }

  private call(insn: Insn, slot: number, state: State): void {
    const { regs, stack } = state;
    if (insn.src === CALL_KIND.LOCAL) this.enter(slot + insn.imm + 1, regs);
    for (let i = 0; i <= 5; i++) regs[i] = undefined;
    stack.clear();
  }

  private enter(slot: number, caller: readonly Value[]): void {
    const regs: Value[] = Array.from({ length: 11 });
    for (let i = 1; i <= 5; i++) regs[i] = caller[i]?.kind === 'frame' ? PRESENT : caller[i];
    regs[FRAME_POINTER] = { kind: 'frame', offset: 0 };
    this.meet(slot, { regs, stack: new Map() });
  }

  private operand(insn: Insn, { regs }: State): Value {
    if (usesRegister(insn.opcode)) return regs[insn.src];
    return { kind: 'known', bits: BigInt.asUintN(64, BigInt(insn.imm)) };
  }

  private step(insn: Insn, slot: number, state: State): void {
    const { regs } = state;
    switch (classOf(insn.opcode)) {
      case CLASS.ALU:
      case CLASS.ALU64:
        regs[insn.dst] = alu(insn, regs[insn.dst], this.operand(insn, state));
        return;
      case CLASS.LD:
        this.wide(insn, slot, state);
        return;
      case CLASS.LDX:
        this.through(insn.src, slot, state);
        regs[insn.dst] = this.load(insn, state);
        return;
      default:
        this.through(insn.dst, slot, state);
        this.store(insn, state);
    }
  }

  private wide(insn: Insn, slot: number, { regs }: State): void {
    if (!isWide(insn.opcode)) {
      for (let i = 0; i <= 5; i++) regs[i] = undefined;
      return;
    }
    if (insn.src === WIDE_KIND.FUNC) {
      this.enter(slot + insn.imm + 1, []);
      regs[insn.dst] = PRESENT;
      return;
    }
    const isAddress = insn.src !== WIDE_KIND.VALUE;
    regs[insn.dst] = isAddress ? PRESENT : { kind: 'known', bits: wideValue(insn) };
  }

  /** Notes an access through an argument that is a number. */
  private through(register: number, slot: number, { regs }: State): void {
    if (regs[register]?.kind === 'number') this.fault ??= { slot, register };
  }

  private load(insn: Insn, { regs, stack }: State): Value {
    const base = regs[insn.src];
    const bytes = accessBytes(insn.opcode);
    const plain = modeOf(insn.opcode) === MODE.MEM;
    if (!plain || base === undefined) return undefined;
    if (base.kind === 'frame') {
      const place = stack.get(base.offset + insn.off);
      return place?.bytes === bytes ? place.value : undefined;
    }
    if (base.kind === 'context') return this.around.numbers[Math.floor(insn.off / 8)] ? NUMBER : undefined;
    if (base.kind !== 'known') return undefined;
    const bits = this.around.constantAt(BigInt.asUintN(64, base.bits + BigInt(insn.off)), bytes);
    return bits === null ? undefined : { kind: 'known', bits };
  }

  private store(insn: Insn, { regs, stack }: State): void {
    const base = regs[insn.dst];
    const bytes = accessBytes(insn.opcode);
    const isAtomic = modeOf(insn.opcode) === MODE.ATOMIC;
    // the old value goes to a register: r0 for cmpxchg, the source for the rest
    if (isAtomic) [regs[0], regs[insn.src]] = [undefined, undefined];
    if (base?.kind !== 'frame') {
      if (base === undefined) stack.clear();
      return;
    }
    const at = base.offset + insn.off;
    for (const [other, place] of stack) if (other < at + bytes && at < other + place.bytes) stack.delete(other);
    if (isAtomic || at < -STACK_DEPTH) return;
    const isRegister = classOf(insn.opcode) === CLASS.STX;
    const value = isRegister ? regs[insn.src] : { kind: 'known' as const, bits: BigInt(insn.imm) };
    const kept = value?.kind === 'known' ? { ...value, bits: BigInt.asUintN(bytes * 8, value.bits) } : value;
    if (kept?.kind === 'known' || bytes === 8) stack.set(at, { bytes, value: kept });
  }
}

/** Where an instruction jumps, or what it calls; null for all others. */
function targetOf(insn: Insn, slot: number): number | null {
  const { opcode, src, off, imm } = insn;
  if (isWide(opcode)) return src === WIDE_KIND.FUNC ? slot + imm + 1 : null;
  const cls = classOf(opcode);
  if ((cls !== CLASS.JMP && cls !== CLASS.JMP32) || opcode === OPCODE.EXIT) return null;
  if (opcode === OPCODE.CALL) return src === CALL_KIND.LOCAL ? slot + imm + 1 : null;
  return slot + (opcode === OPCODE.GOTOL ? imm : off) + 1;
}
