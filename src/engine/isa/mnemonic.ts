/*
 * The mnemonic syntax of uBPF and bpf_conformance: `add %r1, %r2`, `ldxdw %r0, [%r1+8]`, `jeq %r1, 0, label`. The name
 * and the kinds of its operands pick the row of the instruction table.
 */
import type { Parsed, TextRange } from '../base/result.ts';
import { stillWorking } from '../base/still-working.ts';
import type { BareCode } from './assembler.ts';
import { type InstructionLine, type Label, layOut } from './assembler/layout.ts';
import type { Target } from './assembler/operands.ts';
import { CODES, LINE_FAULT, Problems } from './assembler/problems.ts';
import type { Draft } from './assembler/draft.ts';
import { rangeOf, textLines } from './assembler/source.ts';
import { encode, type Insn, insn } from './insn.ts';
import { formsOf, INSTRUCTIONS, type InstructionSpec, type Shape } from './instructions.ts';
import { CALL_KIND, OPCODE } from './opcodes.ts';

type Operand = 'dst' | 'src' | '[dst]' | '[src]' | 'imm' | 'imm64' | 'to' | 'fd' | 'kind';

/** Operands in the order in which they are written; those with a `?` may be left out. */
const OPERANDS: Readonly<Record<Shape, readonly (Operand | `${Operand}?`)[]>> = {
  'alu-reg': ['dst', 'src'],
  'alu-imm': ['dst', 'imm'],
  unary: ['dst'],
  load: ['dst', '[src]'],
  'store-reg': ['[dst]', 'src'],
  'store-imm': ['[dst]', 'imm'],
  atomic: ['[dst]', 'src'],
  'jump-reg': ['dst', 'src', 'to'],
  'jump-imm': ['dst', 'imm', 'to'],
  jump: ['to'],
  'jump-long': ['to'],
  call: ['imm'],
  'call-kfunc': ['imm', 'fd?'],
  'call-reg': ['dst'],
  exit: [],
  wide: ['dst', 'imm64', 'kind?'],
  'packet-abs': ['imm'],
  'packet-ind': ['src', 'imm'],
  'address-space': ['dst', 'src', 'imm'],
};

interface Word {
  readonly text: string;
  readonly range: TextRange;
}

/** What an operand looks like; `name` may be a label. */
type Kind = 'register' | 'memory' | 'number' | 'name';

const REGISTER = /^%r(\d{1,2})$/;
const MEMORY = /^\[%r(\d{1,2})\s*(?:([+-])\s*(0[xX][0-9a-fA-F]+|\d+))?\]$/;
const NUMBER = /^[+-]?(0[xX][0-9a-fA-F]+|\d+)$/;
const WORD = /\[[^\]]*\]|[^\s,]+/g;

function kindOf({ text }: Word): Kind {
  if (REGISTER.test(text)) return 'register';
  if (text.startsWith('[')) return 'memory';
  return NUMBER.test(text) ? 'number' : 'name';
}

const KINDS: Readonly<Record<Operand, readonly Kind[]>> = {
  dst: ['register'],
  src: ['register'],
  '[dst]': ['memory'],
  '[src]': ['memory'],
  imm: ['number'],
  imm64: ['number'],
  to: ['name', 'number'],
  fd: ['number'],
  kind: ['number'],
};

/** Assembles mnemonics. Never throws; reports every error of the text. */
export function assembleMnemonic(text: string): Parsed<BareCode> {
  const problems = new Problems();
  const { lines, labels } = read(text, problems);
  const known = new Map(labels.map((label) => [label.name, label]));
  const firstExit = lines.findIndex(({ draft }) => draft?.insn.opcode === OPCODE.EXIT);
  // `exit` is also a label: that of the first exit instruction
  if (firstExit >= 0 && !known.has('exit')) known.set('exit', { name: 'exit', range: rangeOf(0, 0, 0), at: firstExit });
  const layout = layOut({
    lines,
    from: 0,
    labels: known,
    onUnknownLabel: (name, range) => problems.unknown(CODES.unknownLabel, range, 'label', name, known.keys()),
    problems,
  });
  return { value: { insns: encode(layout.insns), lines: layout.lines }, diagnostics: problems.sorted };
}

function read(text: string, problems: Problems): { lines: InstructionLine[]; labels: Label[] } {
  const lines: InstructionLine[] = [];
  const labels = new Map<string, Label>();
  for (const [line, source] of textLines(text, problems).entries()) {
    stillWorking(line);
    const code = source.replace(/#.*/, '');
    const label = /^\s*([A-Za-z_]\w*):/.exec(code);
    if (label) {
      const range = rangeOf(line, label[0].length - 1 - label[1].length, label[0].length - 1);
      if (labels.has(label[1])) problems.report(CODES.duplicateLabel, range, `\`${label[1]}\` is a label already.`);
      else labels.set(label[1], { name: label[1], range, at: lines.length });
    }
    const from = label?.[0].length ?? 0;
    const words = [...code.slice(from).matchAll(WORD)].map((match) => ({
      text: match[0],
      range: rangeOf(line, from + match.index, from + match.index + match[0].length),
    }));
    if (words.length > 0) lines.push({ line, draft: readLine(words, problems) });
  }
  return { lines, labels: [...labels.values()] };
}

function readLine(words: readonly Word[], problems: Problems): Draft | null {
  try {
    const [name, operands] = splitName(words);
    return draftOf(name, operands, problems);
  } catch (fault) {
    if (fault === LINE_FAULT) return null;
    throw fault;
  }
}

/** Names of several words: `lock fetch add`, `call local`. `call helper` is `call`, `swap16` is `bswap16`. */
function splitName(words: readonly Word[]): [Word, readonly Word[]] {
  const [first, second] = words;
  const count =
    first.text === 'lock'
      ? second?.text === 'fetch'
        ? 3
        : 2
      : first.text === 'call' && ['helper', 'local', 'runtime'].includes(second?.text ?? '')
        ? 2
        : 1;
  const parts = words.slice(0, count);
  const text = parts.map((word) => word.text).join(' ');
  const range = { ...first.range, endColumn: parts[parts.length - 1].range.endColumn };
  const alias = text === 'call helper' ? 'call' : text.replace(/^swap(?=16|32|64)/, 'bswap');
  const callx = alias === 'call' && second && kindOf(second) === 'register' ? 'callx' : alias;
  return [{ text: callx, range }, words.slice(count)];
}

function draftOf(name: Word, operands: readonly Word[], problems: Problems): Draft {
  const forms = formsOf(name.text);
  if (forms.length === 0) {
    problems.unknown(
      CODES.unknownInstruction,
      name.range,
      'instruction',
      name.text,
      INSTRUCTIONS.map((spec) => spec.name),
    );
    throw LINE_FAULT;
  }
  const spec = forms.find((form) => fits(form, operands));
  const range = { ...name.range, endColumn: (operands.at(-1) ?? name).range.endColumn };
  if (!spec) {
    const usage = [...new Set(forms.map(usageOf))].join(' or ');
    return problems.fail(CODES.badForm, range, `\`${name.text}\` is written ${usage}.`);
  }
  return { range, callee: null, ...fill(spec, operands, problems) };
}

const EXAMPLES: Readonly<Record<Operand, string>> = {
  dst: '%r1',
  src: '%r2',
  '[dst]': '[%r1+8]',
  '[src]': '[%r2+8]',
  imm: '5',
  imm64: '5',
  to: 'label',
  fd: '0',
  kind: '0',
};

const plain = (operand: string): Operand => operand.replace('?', '') as Operand;

function usageOf({ name, shape }: InstructionSpec): string {
  const needed = OPERANDS[shape].filter((operand) => !operand.endsWith('?'));
  return `\`${[name, needed.map((operand) => EXAMPLES[plain(operand)]).join(', ')].join(' ').trim()}\``;
}

function fits(spec: InstructionSpec, operands: readonly Word[]): boolean {
  const wanted = operandsOf(spec);
  const least = wanted.filter((operand) => !operand.endsWith('?')).length;
  if (operands.length < least || operands.length > wanted.length) return false;
  return operands.every((word, i) => KINDS[plain(wanted[i])].includes(kindOf(word)));
}

/** A local call is written with a target, though it is encoded as an immediate. */
export function operandsOf({
  shape,
  src,
  opcode,
}: Pick<InstructionSpec, 'shape' | 'src' | 'opcode'>): (typeof OPERANDS)[Shape] {
  return opcode === OPCODE.CALL && src === CALL_KIND.LOCAL ? ['to'] : OPERANDS[shape];
}

function fill(spec: InstructionSpec, operands: readonly Word[], problems: Problems): Pick<Draft, 'insn' | 'target'> {
  const { opcode, off = 0, imm = 0, src = 0 } = spec;
  let filled: Insn = insn(opcode, { off, imm, src });
  let target: Target | null = null;
  for (const [i, word] of operands.entries()) {
    const operand = plain(operandsOf(spec)[i]);
    if (operand === 'to') target = targetOf(word, problems);
    else filled = { ...filled, ...valueOf(operand, word, problems) };
  }
  return { insn: filled, target };
}

function valueOf(operand: Exclude<Operand, 'to'>, word: Word, problems: Problems): Partial<Insn> {
  switch (operand) {
    case 'dst':
      return { dst: register(word, REGISTER.exec(word.text)?.[1], problems) };
    case 'src':
      return { src: register(word, REGISTER.exec(word.text)?.[1], problems) };
    case '[dst]': {
      const { base, off } = memory(word, problems);
      return { dst: base, off };
    }
    case '[src]': {
      const { base, off } = memory(word, problems);
      return { src: base, off };
    }
    case 'imm':
      return { imm: Number(BigInt.asIntN(32, number(word, -0x80000000n, 0xffffffffn, problems))) };
    case 'imm64': {
      const value = number(word, -(1n << 63n), (1n << 64n) - 1n, problems);
      return { imm: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) };
    }
    case 'fd':
      return { off: Number(number(word, -0x8000n, 0x7fffn, problems)) };
    case 'kind':
      return { src: Number(number(word, 0n, 6n, problems)) };
  }
}

function register({ range }: Word, digits: string | undefined, problems: Problems): number {
  const n = Number(digits);
  if (!(n <= 10))
    return problems.fail(CODES.unknownRegister, range, `There is no register %r${digits}: they are %r0 to %r10.`);
  return n;
}

function memory(word: Word, problems: Problems): { base: number; off: number } {
  const match = MEMORY.exec(word.text);
  if (!match) return problems.fail(CODES.badForm, word.range, 'An address is written [%r1+8].');
  const off = match[3] === undefined ? 0n : BigInt(match[3]) * (match[2] === '-' ? -1n : 1n);
  if (off < -0x8000n || off > 0x7fffn) {
    problems.report(CODES.offsetRange, word.range, `The offset ${off} does not fit in 16 bits (-32768 to 32767).`);
    return { base: register(word, match[1], problems), off: 0 };
  }
  return { base: register(word, match[1], problems), off: Number(off) };
}

function number({ text, range }: Word, least: bigint, most: bigint, problems: Problems): bigint {
  const digits = BigInt(text.replace(/^[+-]/, ''));
  const value = text.startsWith('-') ? -digits : digits;
  if (value >= least && value <= most) return value;
  problems.report(CODES.immediateRange, range, `${text} does not fit here (${least} to ${most}).`);
  return 0n;
}

function targetOf(word: Word, problems: Problems): Target {
  if (kindOf(word) === 'name') return { kind: 'label', name: word.text, range: word.range };
  return { kind: 'relative', value: Number(number(word, -0x80000000n, 0x7fffffffn, problems)), range: word.range };
}
