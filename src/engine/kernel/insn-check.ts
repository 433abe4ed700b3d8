/*
 * What bpf_check looks at before it follows a program: the bounds of its functions and jumps, the encoding of each
 * instruction, and whether all of them can be reached. In the kernel's order, since the first complaint is the answer.
 * The rules that only the followed paths show (registers, memory) are the verifier's.
 */
import { ERRNO } from '../base/errno.ts';
import { stillWorking } from '../base/still-working.ts';
import { decode, type Insn } from '../isa/insn.ts';
import { isOpcode, specOf } from '../isa/instructions.ts';
import { invalidAtomic, isAlu, isAtomic, reservedText } from '../isa/reserved.ts';
import {
  accessBytes,
  CALL_KIND,
  CLASS,
  classOf,
  codeOf,
  FRAME_POINTER,
  isWide,
  MODE,
  modeOf,
  OPCODE,
  SLOT_BYTES,
  SOURCE,
  WIDE_KIND,
} from '../isa/opcodes.ts';

export interface Refusal {
  readonly errno: number;
  readonly text: string;
}

/** Instructions that not every kernel has. */
export type InstructionFeature =
  | 'gotol'
  | 'bswap'
  | 'ldsx'
  | 'movsx'
  | 'sdiv'
  | 'may_goto'
  | 'fetch'
  | 'acquire-release';

/** What the checks have to know of a version. */
export interface InstructionFacts {
  readonly features: readonly InstructionFeature[];
  /** a function that calls itself is a back edge of the control flow; else it is found by following it */
  readonly refusesRecursion: boolean;
  /** to what a function's stack is rounded up */
  readonly stackUnit: number;
}

/** bpf_insn.imm of BPF_LOAD_ACQ and BPF_STORE_REL */
const ACQUIRE_RELEASE = [0x100, 0x110];
const MOV = 0xb0;
const DIV = 0x30;
const REM = 0x90;
const EXIT = 0x90;
const CALL = 0x80;
/** MAX_CALL_FRAMES, MAX_BPF_STACK */
const MAX_FRAMES = 8;
const MAX_STACK = 512;

const isJumpClass = ({ opcode }: Insn): boolean => classOf(opcode) === CLASS.JMP || classOf(opcode) === CLASS.JMP32;
const isLocalCall = ({ opcode, src }: Insn): boolean => opcode === OPCODE.CALL && src === CALL_KIND.LOCAL;
const isFunctionValue = ({ opcode, src }: Insn): boolean => isWide(opcode) && src === WIDE_KIND.FUNC;

interface FeatureRule {
  readonly feature: InstructionFeature;
  readonly is: (insn: Insn) => boolean;
  /** what a kernel without it says; null: that it does not know the opcode */
  readonly text: ((insn: Insn) => string) | null;
  /** it is said while paths are followed, after all that is checked here */
  readonly late: boolean;
}

const FEATURES: readonly FeatureRule[] = [
  { feature: 'gotol', is: ({ opcode }) => opcode === OPCODE.GOTOL, text: null, late: false },
  { feature: 'bswap', is: ({ opcode }) => opcode === OPCODE.BSWAP, text: null, late: false },
  { feature: 'may_goto', is: ({ opcode }) => opcode === OPCODE.MAY_GOTO, text: null, late: false },
  {
    feature: 'ldsx',
    is: ({ opcode }) => classOf(opcode) === CLASS.LDX && modeOf(opcode) === MODE.MEMSX,
    text: () => 'BPF_LDX uses reserved fields',
    late: false,
  },
  {
    feature: 'fetch',
    is: (insn) => isAtomic(insn) && insn.imm !== 0,
    text: () => 'BPF_STX uses reserved fields',
    late: false,
  },
  {
    feature: 'movsx',
    is: (insn) => isAlu(insn) && codeOf(insn.opcode) === MOV && insn.off !== 0,
    text: () => 'BPF_MOV uses reserved fields',
    late: true,
  },
  {
    feature: 'sdiv',
    is: (insn) => isAlu(insn) && (codeOf(insn.opcode) === DIV || codeOf(insn.opcode) === REM) && insn.off !== 0,
    text: () => 'BPF_ALU uses reserved fields',
    late: true,
  },
  {
    // the narrow forms have opcodes that nothing else has
    feature: 'acquire-release',
    is: (insn) => isAtomic(insn) && accessBytes(insn.opcode) < 4,
    text: null,
    late: false,
  },
  {
    feature: 'acquire-release',
    is: (insn) => isAtomic(insn) && ACQUIRE_RELEASE.includes(insn.imm),
    text: invalidAtomic,
    late: true,
  },
];

const invalid = (text: string): Refusal => ({ errno: ERRNO.EINVAL, text });
const unknown = ({ opcode }: Insn): string => `unknown opcode ${opcode.toString(16).padStart(2, '0')}`;

/** Every slot read as an instruction: the second half of a wide immediate is one of opcode 0, as the kernel sees it. */
function slotsOf(insns: Uint8Array): Insn[] {
  return Array.from({ length: Math.floor(insns.length / SLOT_BYTES) }, (_, slot) => decode(insns, slot));
}

/** add_subprog, check_subprogs, resolve_pseudo_ldimm64, check_cfg. Null: nothing to complain of. */
export function checkInstructions(insns: Uint8Array, facts: InstructionFacts): Refusal | null {
  const code = slotsOf(insns);
  const starts = functionStarts(code);
  if (!starts) return invalid('call to invalid destination');
  return checkBounds(code, starts) ?? checkEncoding(code, facts) ?? checkFlow(code, facts);
}

/**
 * What a kernel would find on its way through the program, as far as the text alone tells: for machines without a
 * verifier.
 */
export function checkLate(insns: Uint8Array, facts: InstructionFacts): Refusal | null {
  const code = slotsOf(insns);
  for (let slot = 0; slot < code.length; slot += isWide(code[slot].opcode) ? 2 : 1) {
    stillWorking(slot);
    const missing = missingFeature(code[slot], facts, true);
    if (missing) return invalid(missing);
    if (isCast(code[slot])) return invalid(castText(code[slot]));
    if (!specOf(code[slot]) && isOpcode(code[slot].opcode)) return invalid(reservedText(code[slot]));
  }
  return checkStack(code, facts);
}

/** Slots at which functions begin, in order; null when one is called that lies outside. */
function functionStarts(code: readonly Insn[]): number[] | null {
  const starts = new Set([0]);
  for (const [slot, insn] of code.entries()) {
    if (!isLocalCall(insn) && !isFunctionValue(insn)) continue;
    const target = slot + insn.imm + 1;
    if (target < 0 || target >= code.length) return null;
    starts.add(target);
  }
  return [...starts].toSorted((a, b) => a - b);
}

const jumpTarget = ({ opcode, off, imm }: Insn, slot: number): number =>
  slot + (opcode === OPCODE.GOTOL ? imm : off) + 1;

/** Jumps stay in their function, and each function ends by leaving it. */
function checkBounds(code: readonly Insn[], starts: readonly number[]): Refusal | null {
  for (const [i, start] of starts.entries()) {
    const end = starts[i + 1] ?? code.length;
    for (let slot = start; slot < end; slot++) {
      const insn = code[slot];
      if (!isJumpClass(insn) || codeOf(insn.opcode) === EXIT || codeOf(insn.opcode) === CALL) continue;
      const target = jumpTarget(insn, slot);
      if (target < start || target >= end) return invalid(`jump out of range from insn ${slot} to ${target}`);
    }
    const { opcode } = code[end - 1];
    if (opcode !== OPCODE.EXIT && opcode !== OPCODE.JA && opcode !== OPCODE.GOTOL)
      return invalid('last insn is not an exit or jmp');
  }
  return null;
}

function missingFeature(insn: Insn, { features }: InstructionFacts, late: boolean): string | null {
  const rule = FEATURES.find((r) => r.late === late && !features.includes(r.feature) && r.is(insn));
  return rule ? (rule.text?.(insn) ?? unknown(insn)) : null;
}

function checkEncoding(code: readonly Insn[], facts: InstructionFacts): Refusal | null {
  for (let slot = 0; slot < code.length; slot++) {
    stillWorking(slot);
    const insn = code[slot];
    if (classOf(insn.opcode) === CLASS.LDX && insn.imm !== 0) return invalid('BPF_LDX uses reserved fields');
    if (isWide(insn.opcode)) {
      const half = code[++slot];
      if (!half || half.opcode !== 0 || half.dst !== 0 || half.src !== 0 || half.off !== 0)
        return invalid('invalid bpf_ld_imm64 insn');
      continue;
    }
    const missing = missingFeature(insn, facts, false);
    if (missing) return invalid(missing);
    if (!isOpcode(insn.opcode)) return invalid(unknown(insn));
  }
  return null;
}

/** Everything can be reached; where a function may not call itself, none does. */
function checkFlow(code: readonly Insn[], { refusesRecursion }: InstructionFacts): Refusal | null {
  const { next, other } = edgesOf(code);
  // 0: not seen; else 1 plus the edges that were followed from it, 4 when all is done
  const state = new Uint8Array(code.length);
  const DONE = 4;
  const stack = new Int32Array(code.length);
  let depth = 1;
  state[0] = 1;
  while (depth > 0) {
    const slot = stack[depth - 1];
    const edge = state[slot] === 1 ? next[slot] : state[slot] === 2 ? other[slot] : NONE;
    if (state[slot] >= 3) {
      state[slot] = DONE;
      depth--;
      continue;
    }
    state[slot]++;
    if (edge === NONE) continue;
    if (state[edge] === 0) {
      state[edge] = 1;
      stack[depth++] = edge;
    } else if (refusesRecursion && state[edge] < DONE && edge === other[slot] && isLocalCall(code[slot])) {
      return invalid(`back-edge from insn ${slot} to ${edge}`);
    }
  }
  for (let slot = 0; slot < code.length; slot += isWide(code[slot].opcode) ? 2 : 1) {
    stillWorking(slot);
    if (state[slot] === 0) return invalid(`unreachable insn ${slot}`);
    if (isWide(code[slot].opcode) && state[slot + 1] !== 0)
      return invalid(`jump into the middle of ldimm64 insn ${slot}`);
  }
  return null;
}

const NONE = -1;

/** Slots that may run after each: the following one, and where it jumps or what it calls. */
function edgesOf(code: readonly Insn[]): { next: Int32Array; other: Int32Array } {
  const next = new Int32Array(code.length).fill(NONE);
  const other = new Int32Array(code.length).fill(NONE);
  for (let slot = 0; slot < code.length; slot++) {
    const insn = code[slot];
    const { opcode } = insn;
    const isJump = opcode === OPCODE.JA || opcode === OPCODE.GOTOL;
    if (opcode !== OPCODE.EXIT && !isJump) next[slot] = slot + (isWide(opcode) ? 2 : 1);
    if (isLocalCall(insn) || isFunctionValue(insn)) other[slot] = slot + insn.imm + 1;
    else if (isJumpClass(insn) && opcode !== OPCODE.CALL && opcode !== OPCODE.EXIT)
      other[slot] = jumpTarget(insn, slot);
  }
  return { next, other };
}

/** check_max_stack_depth: eight frames, 512 bytes in all; what is used of a frame is what r10 itself shows. */
function checkStack(code: readonly Insn[], { stackUnit }: InstructionFacts): Refusal | null {
  const starts = functionStarts(code) ?? [0];
  const functions = starts.map((start, i) => describeFunction(code, start, starts[i + 1] ?? code.length, stackUnit));
  let refusal: Refusal | null = null;
  // the most that chains of so many frames use of the stack, by the function that they end in
  let chains = new Map([[0, functions[0].stack]]);
  for (let frames = 1; chains.size > 0; frames++) {
    if (frames > MAX_FRAMES) return { errno: ERRNO.E2BIG, text: `the call stack of ${frames} frames is too deep` };
    const longer = new Map<number, number>();
    for (const [fn, bytes] of chains) {
      if (bytes > MAX_STACK) refusal ??= tooLarge(frames, bytes);
      for (const start of functions[fn].calls) {
        const callee = starts.indexOf(start);
        longer.set(callee, Math.max(longer.get(callee) ?? 0, bytes + functions[callee].stack));
      }
    }
    chains = longer;
  }
  return refusal;
}

const tooLarge = (calls: number, bytes: number): Refusal => ({
  errno: ERRNO.EACCES,
  text: `combined stack size of ${calls} calls is ${bytes}. Too large`,
});

interface FunctionShape {
  /** functions that it calls, each once */
  readonly calls: readonly number[];
  /** bytes, rounded up */
  readonly stack: number;
}

function describeFunction(code: readonly Insn[], start: number, end: number, unit: number): FunctionShape {
  const calls = new Set<number>();
  let used = 1;
  for (let slot = start; slot < end; slot++) {
    const insn = code[slot];
    if (isLocalCall(insn) || isFunctionValue(insn)) calls.add(slot + insn.imm + 1);
    const cls = classOf(insn.opcode);
    const base = cls === CLASS.LDX ? insn.src : cls === CLASS.ST || cls === CLASS.STX ? insn.dst : -1;
    // what lies beyond is refused where it is reached, and else counts for nothing
    if (base === FRAME_POINTER && -insn.off <= MAX_STACK) used = Math.max(used, -insn.off);
  }
  return { calls: [...calls], stack: Math.ceil(used / unit) * unit };
}

/** BPF_ADDR_SPACE_CAST; kernels before 6.9 find a reserved field in it */
const isCast = ({ opcode, off }: Insn): boolean => opcode === (CLASS.ALU64 | MOV | SOURCE.X) && off === 1;

/** There are no arenas in this machine. */
const castText = ({ imm }: Insn): string =>
  imm === 1 || imm === 0x10000
    ? 'addr_space_cast insn can only be used in a program that has an associated arena'
    : 'addr_space_cast insn can only convert between address space 1 and 0';
