/*
 * Writes instructions in three syntaxes: LLVM's pseudo-C, the kernel's own (disasm.c, bpftool's xlated), and mnemonics.
 */
import { isJump, isLocalCall, targetOf } from './flow.ts';
import { helperName } from './helper-names.ts';
import { decode, type Insn, instructionSlots, wideValue } from './insn.ts';
import { type InstructionSpec, isOpcode, looseSpecOf, specOf } from './instructions.ts';
import { operandsOf } from './mnemonic.ts';
import { CLASS, classOf, MODE, modeOf, WIDE_KIND } from './opcodes.ts';

export type Style = 'llvm' | 'kernel' | 'mnemonic';

/** Names of functions and maps by number; numbers without a name are printed as such. */
export interface Names {
  readonly kfunc?: (id: number) => string | null;
  /** text for a wide immediate of a map or function */
  readonly wide?: (insn: Insn) => string | null;
}

/** Text of an instruction; null for one that does not exist, whose bytes the caller shows. */
export function disassemble(insn: Insn, style: Style, names: Names = {}): string | null {
  const spec = style === 'kernel' ? looseSpecOf(insn) : specOf(insn);
  if (!spec) return null;
  if (style === 'mnemonic') return mnemonicText(insn, spec);
  return style === 'llvm'
    ? expand(spec.pseudo, insn, spec, LLVM, names)
    : expand(spec.kernel ?? spec.pseudo, insn, spec, KERNEL, names);
}

/** One line of a verifier log or of bpftool, without its number: `(b7) r0 = 0`. */
export function kernelLine(insn: Insn, names: Names = {}): string {
  const code = insn.opcode.toString(16).padStart(2, '0');
  const text = disassemble(insn, 'kernel', names);
  if (text !== null) return `(${code}) ${text}`;
  const isAtomic = classOf(insn.opcode) === CLASS.STX && modeOf(insn.opcode) === MODE.ATOMIC;
  return isAtomic && isOpcode(insn.opcode) ? `BUG_${code}` : `(${code}) BUG_${code}`;
}

type Render = (insn: Insn, spec: InstructionSpec, names: Names) => string;

const signed = (n: number): string => (n < 0 ? `- ${-n}` : `+ ${n}`);
const tight = (n: number): string => (n < 0 ? String(n) : `+${n}`);
const register = (n: number, half = false): string => `${half ? 'w' : 'r'}${n}`;

/** Base register of the address: a load's source, every other instruction's destination. */
const baseOf = ({ dst, src }: Insn, { shape }: InstructionSpec): string => register(shape === 'load' ? src : dst);
const distance = (insn: Insn): number => targetOf(insn, -1);

const SHARED: Readonly<Record<string, Render>> = {
  rd: ({ dst }) => register(dst),
  wd: ({ dst }) => register(dst, true),
  rs: ({ src }) => register(src),
  ws: ({ src }) => register(src, true),
  imm: ({ imm }) => String(imm),
  at: (insn, spec) => `${baseOf(insn, spec)} ${signed(insn.off)}`,
  plus: ({ imm }) => (imm === 0 ? '' : ` ${signed(imm)}`),
  fd: ({ off }) => (off === 0 ? '' : `, ${off}`),
  spaces: ({ imm }) => `${imm >> 16}, ${imm & 0xffff}`,
  pc: (insn) => `pc${tight(distance(insn))}`,
  helper: ({ imm }) => `${helperName(imm).replace('bpf_unknown', 'unknown')}#${imm}`,
  kfunc: ({ imm }, _, names) => `${imm === 0 ? '' : (names.kfunc?.(imm) ?? 'kernel-function')}#${imm}`,
};

const LLVM: Readonly<Record<string, Render>> = {
  ...SHARED,
  mem: (insn, spec) => `(${baseOf(insn, spec)} ${signed(insn.off)})`,
  to: (insn) => tight(distance(insn)),
  wide: (insn) => `0x${wideValue(insn).toString(16)}`,
};

const KERNEL: Readonly<Record<string, Render>> = {
  ...SHARED,
  mem: (insn, spec) => `(${baseOf(insn, spec)} ${tight(insn.off)})`,
  to: (insn) => `pc${tight(distance(insn))}`,
  imm: ({ imm }, { shape }) => (shape === 'jump-imm' ? `0x${(imm >>> 0).toString(16)}` : String(imm)),
  wide: (insn, _, names) => names.wide?.(insn) ?? `0x${wideValue(insn).toString(16)}`,
};

function expand(
  template: string,
  insn: Insn,
  spec: InstructionSpec,
  renders: Readonly<Record<string, Render>>,
  names: Names,
): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => renders[key](insn, spec, names));
}

function mnemonicText(insn: Insn, spec: InstructionSpec): string {
  const { dst, src, off, imm } = insn;
  const texts: Readonly<Record<string, () => string | null>> = {
    dst: () => `%r${dst}`,
    src: () => `%r${src}`,
    '[dst]': () => `[%r${dst}${tight(off)}]`,
    '[src]': () => `[%r${src}${tight(off)}]`,
    imm: () => String(imm),
    imm64: () => `0x${wideValue(insn).toString(16)}`,
    to: () => tight(distance(insn)),
    'fd?': () => (off === 0 ? null : String(off)),
    'kind?': () => (src === WIDE_KIND.VALUE ? null : String(src)),
  };
  const name = spec.name === 'callx' ? 'call' : spec.name;
  const operands = operandsOf(spec)
    .map((operand) => texts[operand]())
    .filter((text) => text !== null);
  return [name, operands.join(', ')].join(' ').trim();
}

/** Writes a program as text that assembles to the same bytes, with generated labels for jump targets. */
export function disassembleProgram(bytes: Uint8Array): string {
  const slots = instructionSlots(bytes);
  const targets = new Set(slots.flatMap((slot) => targetsOf(decode(bytes, slot), slot)));
  const labelled = slots.map((slot) => {
    const insn = decode(bytes, slot);
    const [target] = targetsOf(insn, slot);
    const text = disassemble(insn, 'llvm') ?? '';
    const aimed = target === undefined ? text : text.replace(/(pc)?[+-]\d+$/, labelName(target));
    return `${targets.has(slot) ? `${labelName(slot)}:\n` : ''}  ${aimed}`;
  });
  return `${labelled.join('\n')}\n`;
}

const labelName = (slot: number): string => `L${slot}`;

function targetsOf(insn: Insn, slot: number): number[] {
  const spec = specOf(insn);
  return spec && (isJump(insn) || isLocalCall(insn)) ? [targetOf(insn, slot)] : [];
}
