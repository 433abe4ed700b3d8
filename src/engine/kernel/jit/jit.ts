/*
 * Produces the x86-64 code that Linux makes of a BPF function (do_jit and bpf_int_jit_compile of bpf_jit_comp.c), with
 * objdump's text. The code is shown and measured, not run: this machine runs WebAssembly. Jumps are short where
 * possible: passes repeat until the function's length no longer changes, as in the kernel.
 */
import { entryOf } from '../../base/assert.ts';
import { CALL_KIND, CLASS, classOf, codeOf, isWide, MODE, modeOf, OPCODE } from '../../isa/opcodes.ts';
import type { XlatedInsn } from '../xlated.ts';
import { arithmetic, comparison, CONDITIONS } from './alu.ts';
import { Code, fitsByte, imm32, type JitLine } from './code.ts';
import type { JitFacts } from './facts.ts';
import { atomic, load, probeLoad, store, storeImm } from './memory-access.ts';

export type { JitLine } from './code.ts';

/** Addresses of what instructions refer to: 64 bits, as two words. */
export interface JitPlaces {
  readonly map: (made: XlatedInsn) => readonly [low: number, high: number];
}

/** Positions of functions and instructions, for jumps and calls. */
interface Layout {
  /** bytes from the function's start to the end of each instruction, by slot */
  readonly ends: ReadonlyMap<number, number>;
  readonly cleanup: number | null;
}

const FIRST_GUESS = 64;
const MOST_PASSES = 20;
const CALLEE_SAVED = [6, 7, 8, 9] as const;
const PUSHES: Readonly<Record<number, readonly [bytes: readonly number[], pop: readonly number[], name: string]>> = {
  6: [[0x53], [0x5b], '%rbx'],
  7: [[0x41, 0x55], [0x41, 0x5d], '%r13'],
  8: [[0x41, 0x56], [0x41, 0x5e], '%r14'],
  9: [[0x41, 0x57], [0x41, 0x5f], '%r15'],
};

function prologue(code: Code, facts: JitFacts, stack: number, saved: readonly number[]): void {
  if (facts.endbr) code.put([0xf3, 0x0f, 0x1e, 0xfa], 'endbr64');
  code.named([0x0f, 0x1f, 0x44, 0, 0], 'nopl', '0x0(%rax,%rax,1)');
  if (facts.counterBytes === 3) code.named([0x0f, 0x1f, 0], 'nopl', '(%rax)');
  else code.named([0x66, 0x90], 'xchg', '%ax,%ax');
  code.named([0x55], 'push', '%rbp');
  code.named([0x48, 0x89, 0xe5], 'mov', '%rsp,%rbp');
  if (facts.endbr) code.put([0xf3, 0x0f, 0x1e, 0xfa], 'endbr64');
  const bytes = Math.ceil(stack / 8) * 8;
  if (bytes > 0) code.named([0x48, 0x81, 0xec, ...imm32(bytes)], 'sub', `$0x${bytes.toString(16)},%rsp`);
  for (const reg of saved) {
    const [bytes, , name] = entryOf(PUSHES, reg);
    code.named(bytes, 'push', name);
  }
}

function epilogue(code: Code, saved: readonly number[]): void {
  for (const reg of saved.toReversed()) {
    const [, pop, name] = entryOf(PUSHES, reg);
    code.named(pop, 'pop', name);
  }
  code.put([0xc9], 'leave');
  code.put([0xc3], 'ret');
  // stops speculative execution past the jump
  code.put([0xcc], 'int3');
}

const usedSaved = (insns: readonly XlatedInsn[]): number[] =>
  CALLEE_SAVED.filter((reg) =>
    insns.some(({ insn }) => insn.dst === reg || (insn.src === reg && !isWide(insn.opcode))),
  );

interface Pass {
  readonly code: Code;
  readonly facts: JitFacts;
  readonly places: JitPlaces;
  readonly layout: Layout;
  readonly saved: readonly number[];
  /** offset at which the first exit's clean-up begins */
  cleanup: number | null;
  readonly ends: Map<number, number>;
}

/** Emits a jump whose length depends on its distance, counted from the end of the jump in the previous pass. */
function jumpTo(p: Pass, made: XlatedInsn, target: number, condition: readonly [number, string] | null): void {
  const { code, layout } = p;
  const distance = target - (layout.ends.get(made.slot) ?? 0);
  const [opcode, name] = condition ?? [0xeb, 'jmp'];
  const text = name.padEnd(7);
  if (condition === null && distance === 0) return;
  if (fitsByte(distance)) code.put([opcode, distance & 255], text, target);
  else if (condition) code.put([0x0f, opcode + 0x10, ...imm32(distance)], text, target);
  else code.put([0xe9, ...imm32(distance)], text, target);
}

const startOf = (p: Pass, insns: readonly XlatedInsn[], slot: number): number => {
  const at = insns.findIndex((one) => one.slot === slot);
  return at <= 0 ? (p.layout.ends.get(-1) ?? 0) : (p.layout.ends.get(entryOf(insns, at - 1).slot) ?? 0);
};

function exit(p: Pass, made: XlatedInsn): void {
  if (p.cleanup !== null) return jumpTo(p, made, p.layout.cleanup ?? 0, null);
  p.cleanup = p.code.at;
  epilogue(p.code, p.saved);
}

const CALL_TEXT = 'call   ';

/** Emits one instruction; returns false for one that this JIT lacks. */
function emit(p: Pass, made: XlatedInsn, insns: readonly XlatedInsn[]): boolean {
  const { code } = p;
  const { insn, probe, target } = made;
  const { opcode } = insn;
  const kind = classOf(opcode);
  if (isWide(opcode)) {
    const [low, high] = made.map ? p.places.map(made) : [insn.imm, insn.high];
    code.moveImm64(insn.dst, low, high);
  } else if (kind === CLASS.ALU || kind === CLASS.ALU64) return arithmetic(code, insn);
  else if (kind === CLASS.LDX) {
    if (probe) probeLoad(code, insn, p.facts.probe);
    else load(code, insn);
  } else if (kind === CLASS.ST) storeImm(code, insn);
  else if (kind === CLASS.STX) {
    if (modeOf(opcode) === MODE.ATOMIC) return atomic(code, insn);
    store(code, insn);
  } else if (opcode === OPCODE.CALL) code.put([0xe8, 0, 0, 0, 0], CALL_TEXT, insn.src === CALL_KIND.LOCAL ? 0 : 0);
  else if (opcode === OPCODE.EXIT) exit(p, made);
  else if (target === null) return false;
  else {
    const isGoto = opcode === OPCODE.JA || opcode === OPCODE.GOTOL;
    if (!isGoto) comparison(code, insn);
    jumpTo(p, made, startOf(p, insns, target), isGoto ? null : entryOf(CONDITIONS, codeOf(opcode)));
  }
  return true;
}

/** Compiles one function; null when it has an instruction that this JIT does not know. */
export function jitFunction(
  insns: readonly XlatedInsn[],
  stack: number,
  facts: JitFacts,
  places: JitPlaces,
): readonly JitLine[] | null {
  const saved = usedSaved(insns);
  let layout: Layout = { ends: new Map(insns.map(({ slot }, i) => [slot, (i + 1) * FIRST_GUESS])), cleanup: 0 };
  let length = -1;
  for (let n = 0; n < MOST_PASSES; n++) {
    const p: Pass = { code: new Code(), facts, places, layout, saved, cleanup: null, ends: new Map() };
    prologue(p.code, facts, stack, saved);
    p.ends.set(-1, p.code.at);
    for (const made of insns) {
      p.code.slot = made.slot;
      if (!emit(p, made, insns)) return null;
      p.ends.set(made.slot, p.code.at);
    }
    const same = p.code.at === length;
    layout = { ends: p.ends, cleanup: p.cleanup };
    if (same) return p.code.lines;
    length = p.code.at;
  }
  return null;
}
