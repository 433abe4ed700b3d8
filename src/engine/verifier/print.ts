/* Registers, slots and source lines as the log shows them (print_verifier_state, print_insn_state of kernel/bpf/log.c). */
import { kernelLine } from '../isa/disassembler.ts';
import type { Insn } from '../isa/insn.ts';
import { CLASS, classOf } from '../isa/opcodes.ts';
import { type Bounds, S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX } from './bounds.ts';
import type { LineInfo } from './environment.ts';
import { oldSpillText, oldValueText } from './old-text.ts';
import type { Session } from './session.ts';
import {
  byteType,
  type Frame,
  LIVE_DONE,
  LIVE_READ,
  LIVE_WRITTEN,
  type Reg,
  STACK_DYNPTR,
  STACK_ITER,
  STACK_LETTERS,
  STACK_SPILL,
} from './state.ts';
import { type Tnum, tnumShort, tnumText, U64_MAX } from './tnum.ts';
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  isPacket,
  NON_OWN_REF,
  NOT_INIT,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_STACK,
  SCALAR,
  typeText,
  type Val,
} from './types.ts';

const hex = (x: bigint): string => `0x${BigInt.asUintN(64, x).toString(16)}`;
const isDecimal = (x: bigint): boolean => x >= -32768n && x <= 32767n;
export const signedText = (x: bigint): string => {
  const s = BigInt.asIntN(64, x);
  return isDecimal(s) ? String(s) : hex(s);
};
export const unsignedText = (x: bigint): string => (x <= 65535n ? String(x) : hex(x));

const signed32 = (n: number): bigint => (isDecimal(BigInt(n)) ? BigInt(n) : BigInt(n >>> 0));

/** The ranges that are not unlimited, with equal limits in one chain (print_scalar_ranges). */
export function rangesText(b: Bounds): string[] {
  const all: [string, bigint, boolean][] = [
    ['smin', b.smin, b.smin === S64_MIN],
    ['smax', b.smax, b.smax === S64_MAX],
    ['umin', b.umin, b.umin === 0n],
    ['umax', b.umax, b.umax === U64_MAX],
    ['smin32', signed32(b.s32min), b.s32min === S32_MIN],
    ['smax32', signed32(b.s32max), b.s32max === S32_MAX],
    ['umin32', BigInt(b.u32min), b.u32min === 0],
    ['umax32', BigInt(b.u32max), b.u32max === U32_MAX],
  ];
  const out: string[] = [];
  for (let i = 0; i < all.length; i++) {
    const [name, value, omit] = all[i];
    if (omit) continue;
    const isNegative = (row: [string, bigint, boolean]): boolean =>
      row[0].startsWith('s') && BigInt.asIntN(64, row[1]) < 0n;
    let text = name;
    for (let j = i + 2; j < all.length; j += 2) {
      const same = BigInt.asUintN(64, all[j][1]) === BigInt.asUintN(64, value);
      if (all[j][2] || !same || isNegative(all[j]) !== isNegative(all[i])) continue;
      all[j][2] = true;
      text += `=${all[j][0]}`;
    }
    out.push(`${text}=${name.startsWith('s') ? signedText(value) : unsignedText(value)}`);
  }
  return out;
}

/** An offset that is known in part, in a message. */
export const offsetText = (env: Session, offset: Tnum): string =>
  env.facts.oldText ? tnumText(offset) : tnumShort(offset);

const structName = (v: Val): string => v.btf?.type(v.btfId)?.name ?? '';

function attributes(v: Val): string[] {
  const base = baseType(v.type);
  const out: string[] = [];
  if (v.id) out.push(`id=${v.id}${v.addConst ? (v.off < 0 ? v.off : `+${v.off}`) : ''}`);
  if (v.refObjId) out.push(`ref_obj_id=${v.refObjId}`);
  if (v.type & NON_OWN_REF) out.push('non_own_ref');
  if (v.map && (base === CONST_PTR_TO_MAP || base === PTR_TO_MAP_VALUE || base === PTR_TO_MAP_KEY)) {
    if (v.map.name !== '') out.push(`map=${v.map.name}`);
    out.push(`ks=${v.map.keySize},vs=${v.map.valueSize}`);
  }
  if (v.type !== SCALAR && v.off) out.push(`off=${signedText(BigInt(v.off))}`);
  if (isPacket(v.type)) out.push(`r=${unsignedText(BigInt.asUintN(64, BigInt(v.range)))}`);
  if (base === PTR_TO_MEM) out.push(`sz=${unsignedText(BigInt(v.range))}`);
  if (v.type === CONST_PTR_TO_DYNPTR) out.push(`type=${v.object?.kind ?? ''}`);
  if (v.b.m === 0n) {
    if (v.b.v !== 0n) out.push(`imm=${signedText(v.b.v)}`);
  } else {
    out.push(...rangesText(v.b));
    if (v.b.m !== U64_MAX || v.b.v !== 0n) out.push(`var_off=${tnumText(v.b)}`);
  }
  return out;
}

/** print_reg_state */
export function valueText(v: Val, frameno: number, precise: boolean): string {
  const mark = v.type === SCALAR && precise ? 'P' : '';
  if (v.type === SCALAR && v.b.m === 0n) return mark + signedText(v.b.v);
  let text = mark + typeText(v.type);
  if (v.type === PTR_TO_ARENA) return text;
  if (v.type === PTR_TO_STACK) {
    if (v.frame !== frameno) text += `[${v.frame}]`;
    if (v.b.m === 0n) return text + signedText(v.b.v + BigInt(v.off));
  }
  if (baseType(v.type) === PTR_TO_BTF_ID) text += structName(v);
  return `${text}(${attributes(v).join(',')})`;
}

function liveText(env: Session, live: number): string {
  if (env.facts.staticLiveness || (live & (LIVE_READ | LIVE_WRITTEN | LIVE_DONE)) === 0) return '';
  return `_${live & LIVE_READ ? 'r' : ''}${live & LIVE_WRITTEN ? 'w' : ''}${live & LIVE_DONE ? 'D' : ''}`;
}

function letters(slot: Reg): string {
  let text = '';
  for (let j = 0; j < 8; j++) text += STACK_LETTERS[byteType(slot.types, j)];
  return text;
}

function dynptrText(v: Val): string {
  const out: string[] = [];
  if (v.id) out.push(`id=${v.id}`);
  if (v.refObjId) out.push(`ref_id=${v.refObjId}`);
  // the kernel reads its mark of a first slot as the id of a slice: always 1
  if (v.object?.first) out.push('dynptr_id=1');
  return `dynptr_${v.object?.kind ?? ''}(${out.join(',')})`;
}

function iterText(v: Val): string {
  const { kind = '', active = false, depth = 0 } = v.object ?? {};
  return `iter_${kind}(ref_id=${v.refObjId},state=${active ? 'active' : 'drained'},depth=${depth})`;
}

function slotText(env: Session, f: Frame, i: number): string {
  const slot = f.stack[i];
  const name = ` fp${-(i + 1) * 8}${liveText(env, slot.live)}=`;
  const top = byteType(slot.types, 7);
  if (top === STACK_SPILL) {
    if (env.facts.oldText) return name + oldSpillText(slot.v, slot.precise);
    const all = letters(slot);
    return name + all.slice(0, all.indexOf('r')) + valueText(slot.v, f.frameno, slot.precise);
  }
  if (top === STACK_DYNPTR) return name + dynptrText(slot.v);
  if (top === STACK_ITER) return slot.v.refObjId === 0 ? '' : name + iterText(slot.v);
  return name + letters(slot);
}

/** The frame's registers and slots: all, or those touched since the last print. No newline. */
export function frameText(env: Session, f: Frame, all: boolean): string {
  let text = f.frameno ? ` frame${f.frameno}:` : '';
  f.regs.forEach((r, i) => {
    if (r.v.type === NOT_INIT || (!all && ((env.scratchedRegs >>> i) & 1) === 0)) return;
    const value = env.facts.oldText ? oldValueText(r.v, r.precise) : valueText(r.v, f.frameno, r.precise);
    text += ` R${i}${liveText(env, r.live)}=${value}`;
  });
  for (let i = 0; i < f.stack.length; i++) {
    if (f.stack[i].types === 0 || (!all && !env.isSlotScratched(i))) continue;
    // a dynptr shows at its first slot, which has the higher index
    if (byteType(f.stack[i].types, 7) === STACK_DYNPTR && i + 1 < f.stack.length) i++;
    text += slotText(env, f, i);
  }
  if (f.refs.length > 0) text += ` refs=${f.refs.map(({ id }) => id).join(',')}`;
  if (f.inCallback) text += ' cb';
  if (f.inAsync) text += ' async_cb';
  return text;
}

export function printFrame(env: Session, f: Frame, all: boolean): void {
  env.log.write(`${frameText(env, f, all)}\n`);
  if (!all) env.clean();
}

/** Columns between an instruction and the `;` of its state (vlog_alignment). */
const alignment = (length: number): number => ((Math.max(length + 4, 40) + 7) & ~7) - length - 1;

/** print_insn_state */
export function printInsnState(env: Session): void {
  const { log } = env;
  if (env.insnPrintEnd > 0 && env.insnPrintEnd === log.position) {
    log.dropNewline();
    log.write(`${' '.repeat(alignment(env.insnPrintLength))};`);
  } else log.write(`${env.insn}:`);
  printFrame(env, env.frame, false);
}

function lineAt(env: Session, insn: number): LineInfo | null {
  const { lineInfo } = env;
  let low = 0;
  let high = lineInfo.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lineInfo[middle].insnOff <= insn) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? lineInfo[low - 1] : null;
}

/** verbose_linfo */
export function printLine(env: Session, insn: number): void {
  const line = lineAt(env, insn);
  const last = env.lastLine;
  if (!line || line === last) return;
  if (last && line.file === last.file && line.line === last.line && env.facts.sourceFile) return;
  const where = env.facts.sourceFile ? ` @ ${line.file.slice(line.file.lastIndexOf('/') + 1)}:${line.line}` : '';
  env.log.write(`; ${line.text.trimStart()}${where}\n`);
  env.lastLine = line;
}

/** An instruction as text, made once: the log repeats it in each round of a loop and in each backward walk. */
export function insnText(env: Session, i: number): string {
  return (env.insnTexts[i] ??= kernelLine(knownInsn(env, env.insns[i]), {
    kfunc: (id) => env.btf.type(id)?.name ?? null,
    wide: (x: Insn) => wideText(env, i, x),
  }));
}

/** Kernels without cpu=v4 ignore the offset of ALU instructions, and print them without it. */
const knownInsn = (env: Session, insn: Insn): Insn =>
  env.facts.v4 || (classOf(insn.opcode) !== CLASS.ALU && classOf(insn.opcode) !== CLASS.ALU64)
    ? insn
    : { ...insn, off: 0 };

/** Address shown for a map without one. */
const SOME_ADDRESS = 0xff11_0000_0500_0000n;

function wideText(env: Session, i: number, { src, imm }: Insn): string | null {
  const meaning = env.wide.get(i);
  if (meaning?.map) return hex((meaning.map.address ?? SOME_ADDRESS) + BigInt(meaning.offset ?? 0));
  return src === 4 || src === 3 ? hex(BigInt.asUintN(32, BigInt(imm))) : null;
}

/** Prints the instruction's own line; the state printed next may be appended to it. */
export function printInsn(env: Session, i: number): void {
  const before = env.log.position;
  env.log.write(`${i}: ${insnText(env, i)}\n`);
  env.insnPrintEnd = env.log.position;
  env.insnPrintLength = env.log.position - before;
}
