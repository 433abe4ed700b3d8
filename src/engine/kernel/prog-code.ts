/*
 * What BPF_OBJ_GET_INFO_BY_FD returns for a loaded program besides struct bpf_prog_info: rewritten instructions,
 * records, and x86-64 code per function. Computed on request, from what was kept at loading (prog-source.ts). Part of
 * the engine's late chunk.
 */
import { entryOf } from '../base/assert.ts';
import { CALL_KIND, OPCODE } from '../isa/opcodes.ts';
import { encode, type Insn } from '../isa/insn.ts';
import { openBtf } from '../btf/read.ts';
import { KERNEL_BASE_HI } from '../vm/memory.ts';
import type { Core } from './core.ts';
import { jitFunction, type JitLine } from './jit/jit.ts';
import { blob } from './objects.ts';
import { progTag } from './prog-tag.ts';
import type { ProgObject, ProgSource } from './state.ts';
import { type FuncRecord, type LineRecord, type Xlated, type XlatedInsn, xlate } from './xlated.ts';

/** A function of a program as machine code. */
export interface JitedFunction {
  /** as /proc/kallsyms has it: bpf_prog_TAG_name */
  readonly symbol: string;
  /** low word of its address; the high one is all ones */
  readonly address: number;
  /** first slot of the rewritten program */
  readonly slot: number;
  readonly lines: readonly JitLine[];
  readonly bytes: number;
}

/** Contents of the buffers that struct bpf_prog_info points to. */
export interface ProgCodeInfo {
  readonly xlated: Xlated;
  readonly jited: readonly JitedFunction[];
  readonly mapIds: readonly number[];
}

function words(bytes: Uint8Array, count: number): number[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / (count * 4)) }, (_, i) =>
    Array.from({ length: count }, (__, word) => view.getUint32((i * count + word) * 4, true)),
  );
}

export const funcRecords = (bytes: Uint8Array): FuncRecord[] =>
  words(bytes, 2).map(([slot = 0, type = 0]) => ({ slot, type }));
export const lineRecords = (bytes: Uint8Array): LineRecord[] =>
  words(bytes, 4).map(([slot = 0, file = 0, text = 0, place = 0]) => ({ slot, file, text, place }));

const made = new WeakMap<ProgSource, ProgCodeInfo>();

export function progCode(k: Core, prog: ProgObject): ProgCodeInfo {
  const known = made.get(prog.source);
  if (known) return known;
  const { source } = prog;
  const xlated = xlate({
    insns: blob(k, source.given),
    flow: blob(k, source.flow),
    funcs: funcRecords(blob(k, source.funcs)),
    lines: lineRecords(blob(k, source.lines)),
    places: source.places.flatMap(({ slot, map, offset }) => {
      const found = k.state.maps[map];
      return found ? [{ slot, offset, map: found }] : [];
    }),
    facts: k.profile.jit,
  });
  const info = { xlated, jited: jitAll(k, prog, xlated), mapIds: prog.maps.map((map) => k.state.maps[map]?.id ?? 0) };
  made.set(source, info);
  return info;
}

/** Kernel address of struct bpf_map or of a value, from its linear address. */
function mapAddress(k: Core, { map }: XlatedInsn): readonly [number, number] {
  const plain = map && k.state.maps[map.map.object]?.plain;
  if (!map || !plain) return [0, KERNEL_BASE_HI];
  const isValue = map.offset !== 0 || plain.values !== 0;
  return [(isValue ? plain.values + map.offset : plain.address) >>> 0, KERNEL_BASE_HI];
}

/** Bytes between two programs in the space of modules. */
const PROGRAM_SPACE = 0x1_0000;
const TEXT_BASE = 0xc000_0000;

function jitAll(k: Core, prog: ProgObject, xlated: Xlated): JitedFunction[] {
  const functions = splitFunctions(xlated);
  const out: JitedFunction[] = [];
  let address = (TEXT_BASE + (prog.id % 0x3000) * PROGRAM_SPACE) >>> 0;
  for (const [i, insns] of functions.entries()) {
    const start = entryOf(insns, 0).slot;
    const own = insns.map((one) => one);
    const lines = jitFunction(own, prog.source.stack[i] ?? 0, k.profile.jit, { map: (one) => mapAddress(k, one) });
    if (!lines) return [];
    const bytes = lines.reduce((sum, line) => sum + line.bytes.length, 0);
    const tag = functions.length === 1 ? prog.tag : functionTag(k, insns, functions);
    out.push({ symbol: `bpf_prog_${tag}_${functionName(k, prog, xlated, start)}`, address, slot: start, lines, bytes });
    address += Math.ceil(bytes / 64) * 64;
  }
  return out;
}

/** Splits the program into functions, at the targets of calls. */
function splitFunctions({ insns }: Xlated): XlatedInsn[][] {
  const starts = new Set([0]);
  for (const { insn, target } of insns) {
    if (insn.opcode === OPCODE.CALL && insn.src === CALL_KIND.LOCAL && target !== null) starts.add(target);
  }
  const out: XlatedInsn[][] = [];
  for (const one of insns) {
    if (starts.has(one.slot)) out.push([]);
    out.at(-1)?.push(one);
  }
  return out;
}

/** Mode of loads that tolerate a bad address (BPF_PROBE_MEM); only the kernel generates it. */
const PROBE_MEM = 0x20;

/** bpf_prog_calc_tag of a function: at that point calls have the callee's number in off and 1 in imm. */
function functionTag(k: Core, insns: readonly XlatedInsn[], functions: readonly (readonly XlatedInsn[])[]): string {
  const tagged = insns.map(({ insn, target, probe }): Insn => {
    if (probe) return { ...insn, opcode: (insn.opcode & 0x1f) | PROBE_MEM };
    if (insn.opcode !== OPCODE.CALL || insn.src !== CALL_KIND.LOCAL) return insn;
    return { ...insn, off: functions.findIndex(([first]) => first?.slot === target), imm: 1 };
  });
  const tag = progTag(encode(tagged), k.profile.tagHash);
  return Array.from(tag, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** bpf_get_prog_name: the function's own name, if the BTF has it. */
function functionName(k: Core, prog: ProgObject, { funcs }: Xlated, slot: number): string {
  const record = funcs.find((func) => func.slot === slot);
  const btf = prog.btf === 0 || !record ? null : openBtf(blob(k, entryOf(k.state.btfs, prog.btf).blob));
  return (btf?.ok && record ? btf.value.type(record.type)?.name : null) ?? prog.name;
}
