/*
 * A header that declares every type of a BTF, as `bpftool btf dump ... format c` prints it with libbpf's btf_dump: each
 * definition after what it embeds, forward declarations only where a pointer needs one, `___2` and so on after the
 * second use of a name, and explicit padding where C would leave less.
 */
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import { alignOf, isPacked } from './align.ts';
import type { Btf, BtfType } from './btf.ts';
import type { DeclareStyle } from './declare.ts';
import { COMPOSITE_WORDS, declareType, forwardWord } from './declare.ts';
import { orderTypes } from './dump-order.ts';

const PROLOGUE = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

`;
const EPILOGUE = `#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
`;

/** Most references followed in a chain; only a damaged BTF has more. */
const MAX_DEPTH = 512;
/**
 * Most types visited and declared; a kernel needs 150,000. A damaged BTF can multiply them without end, so its dump is
 * cut here.
 */
const MAX_STEPS = 1_000_000;
const CUT = `/* cut here: the declarations would go through more than ${MAX_STEPS.toLocaleString('en')} types */\n\n`;

/** Prints the whole BTF as a header; fails on types that embed themselves. */
export function dumpC(btf: Btf): Result<string> {
  const text = dumpTypes(
    btf,
    Array.from({ length: btf.count }, (_, i) => btf.idAt(i)),
  );
  return text.ok ? ok(PROLOGUE + text.value + EPILOGUE) : text;
}

/** Prints the definitions of the given types and of all that they need. */
export function dumpTypes(btf: Btf, ids: readonly number[]): Result<string> {
  const order = orderTypes(btf);
  const dump = createDump(btf);
  for (const id of ids) {
    const queue = order(id);
    if (queue === null) return err(`unsatisfiable type cycle, id:[${id}]`);
    for (const ordered of queue) emitType(dump, ordered, 0, 0);
    if (dump.steps < 0) break;
  }
  if (dump.steps < 0) dump.parts.push(CUT);
  return ok(dump.parts.join(''));
}

type EmitState = 'emitting' | 'emitted';

interface Dump {
  readonly btf: Btf;
  readonly parts: string[];
  readonly states: Map<number, EmitState>;
  /** ids whose forward declaration is already written */
  readonly forwarded: Set<number>;
  readonly names: Names;
  /** steps left of MAX_STEPS */
  steps: number;
}

function createDump(btf: Btf): Dump {
  return { btf, parts: [], states: new Map(), forwarded: new Set(), names: createNames(), steps: MAX_STEPS };
}

/** Struct, union and enum tags are one space of names in C, typedefs and enumerators another. */
interface Names {
  readonly ofType: (type: BtfType) => string;
  readonly ofEnumerator: (name: string) => string;
}

function createNames(): Names {
  const tags = new Map<string, number>();
  const identifiers = new Map<string, number>();
  const given = new Map<number, string>();
  const distinct = (uses: Map<string, number>, name: string): string => {
    const count = (uses.get(name) ?? 0) + 1;
    uses.set(name, count);
    return count > 1 ? `${name}___${count}` : name;
  };
  return {
    ofType(type) {
      const { id, kind, name } = type;
      const declaresOnly = kind === 'FWD' || (isEnum(type) && type.enumerators.length === 0);
      if (name === '' || declaresOnly) return name;
      const text = given.get(id) ?? distinct(kind === 'TYPEDEF' ? identifiers : tags, name);
      given.set(id, text);
      return text;
    },
    ofEnumerator: (name) => distinct(identifiers, name),
  };
}

function isComposite({ kind }: BtfType): boolean {
  return kind === 'STRUCT' || kind === 'UNION';
}

function isEnum({ kind }: BtfType): boolean {
  return kind === 'ENUM' || kind === 'ENUM64';
}

/**
 * Writes a definition (`container` 0), or what a definition inside `container` needs before it: forward declarations
 * of structs and the typedefs that it mentions.
 */
function emitType(dump: Dump, id: number, container: number, depth: number): void {
  const type = dump.btf.type(id);
  const state = dump.states.get(id);
  if (type === null || id === 0 || depth > MAX_DEPTH || state === 'emitted' || --dump.steps < 0) return;
  if (state === 'emitting') emitForward(dump, type, container);
  else if (isComposite(type)) emitComposite(dump, type, container, depth);
  else if (type.kind === 'TYPEDEF') emitTypedef(dump, type, depth);
  else if (isEnum(type) || type.kind === 'FWD') emitLeaf(dump, type, container);
  else emitReferences(dump, type, container, depth);
}

/** Handles a type met again while its own definition is being written: legal through a pointer, otherwise a cycle. */
function emitForward(dump: Dump, type: BtfType, container: number): void {
  if (dump.forwarded.has(type.id)) return;
  if (isComposite(type)) {
    if (type.id === container || type.name === '') return;
    emitStatement(dump, forwardText(dump, type));
  } else {
    emitStatement(dump, typedefText(dump, type));
  }
  dump.forwarded.add(type.id);
}

function emitStatement(dump: Dump, text: string): void {
  if (text !== '') dump.parts.push(text, ';\n\n');
}

function forwardText(dump: Dump, type: BtfType): string {
  return `${COMPOSITE_WORDS[type.kind] ?? forwardWord(type)} ${dump.names.ofType(type)}`;
}

function emitComposite(dump: Dump, type: BtfType, container: number, depth: number): void {
  const { id } = type;
  const definition = container === 0;
  dump.states.set(id, 'emitting');
  if (definition || type.name === '') {
    const inner = type.name === '' ? container : id;
    for (const member of type.members) emitType(dump, member.type, inner, depth + 1);
  } else if (!dump.forwarded.has(id) && id !== container) {
    emitStatement(dump, forwardText(dump, type));
    dump.forwarded.add(id);
  }
  if (definition) emitStatement(dump, compositeText(dump, type, 0));
  if (definition) dump.states.set(id, 'emitted');
  else dump.states.delete(id);
}

function emitTypedef(dump: Dump, type: BtfType, depth: number): void {
  dump.states.set(type.id, 'emitting');
  emitType(dump, type.type, type.id, depth + 1);
  if (!dump.forwarded.has(type.id)) emitStatement(dump, typedefText(dump, type));
  dump.states.set(type.id, 'emitted');
}

function emitLeaf(dump: Dump, type: BtfType, container: number): void {
  if (type.kind === 'FWD') emitStatement(dump, forwardText(dump, type));
  else if (container === 0) emitStatement(dump, enumText(dump, type, 0));
  dump.states.set(type.id, 'emitted');
}

function emitReferences(dump: Dump, type: BtfType, container: number, depth: number): void {
  if (type.kind === 'INT' || type.kind === 'FLOAT') return;
  emitType(dump, type.type, container, depth + 1);
  for (const param of type.params) emitType(dump, param.type, container, depth + 1);
}

/** Text of a typedef; empty for a name that compilers define themselves. */
function typedefText(dump: Dump, type: BtfType): string {
  if (type.name === '__builtin_va_list') return '';
  const name = dump.names.ofType(type);
  if (type.type === 0 && name === '__gnuc_va_list') return 'typedef __builtin_va_list __gnuc_va_list';
  return `typedef ${declare(dump, type.type, name, 0)}`;
}

function declare(dump: Dump, id: number, name: string, level: number): string {
  const style: DeclareStyle = {
    body: (type) => (isEnum(type) ? enumText(dump, type, level) : compositeText(dump, type, level)),
    name: dump.names.ofType,
  };
  return level > MAX_DEPTH || --dump.steps < 0 ? name : declareType(dump.btf, id, name, style);
}

const indent = (level: number): string => '\t'.repeat(level);

function head(dump: Dump, type: BtfType): string {
  const word = COMPOSITE_WORDS[type.kind];
  return type.name === '' ? `${word}` : `${word} ${dump.names.ofType(type)}`;
}

function enumText(dump: Dump, type: BtfType, level: number): string {
  const title = head(dump, type);
  if (type.enumerators.length === 0) return title;
  const suffix = type.kind === 'ENUM' ? '' : type.kindFlag ? 'LL' : 'ULL';
  const lines = type.enumerators.map(
    ({ name, value }) => `\n${indent(level + 1)}${dump.names.ofEnumerator(name)} = ${value}${suffix},`,
  );
  return `${title} {${lines.join('')}\n${indent(level)}}`;
}

function compositeText(dump: Dump, type: BtfType, level: number): string {
  const isStruct = type.kind === 'STRUCT';
  const packed = isStruct && isPacked(dump.btf, type);
  const text = [`${head(dump, type)} {`];
  const end = emitMembers(dump, type, { text, packed, level: level + 1 });
  if (isStruct) emitPadding(text, level + 1, { from: end, to: type.size * 8, align: alignOf(dump.btf, type.id) });
  text.push(type.members.length > 0 || type.size > 0 ? `\n${indent(level)}}` : '}');
  if (packed) text.push(' __attribute__((packed))');
  return text.join('');
}

interface MemberSink {
  readonly text: string[];
  readonly packed: boolean;
  readonly level: number;
}

/** The bit at which the last member ends. */
function emitMembers(dump: Dump, type: BtfType, { text, packed, level }: MemberSink): number {
  let end = 0;
  let afterBitfield = false;
  for (const member of type.members) {
    const { bitOffset, bitSize } = member;
    const align = packed ? 1 : alignOf(dump.btf, member.type);
    const inBitfield = afterBitfield && bitSize > 0;
    emitPadding(text, level, { from: end, to: bitOffset, align, inBitfield });
    text.push(`\n${indent(level)}`, declare(dump, member.type, member.name, level));
    text.push(bitSize > 0 ? `: ${bitSize};` : ';');
    end = bitOffset + (bitSize || Math.max(0, dump.btf.sizeOf(member.type)) * 8);
    afterBitfield = bitSize > 0;
  }
  return end;
}

const PADS = [
  { name: 'long', bits: 64 },
  { name: 'int', bits: 32 },
  { name: 'short', bits: 16 },
  { name: 'char', bits: 8 },
] as const;
/** Most padding fields written for one gap; a damaged BTF can have gaps of half a gigabyte. */
const MAX_PADS = 4096;

interface PadGap {
  /** bits */
  readonly from: number;
  readonly to: number;
  /** alignment in bytes of the member after the gap */
  readonly align: number;
  readonly inBitfield?: boolean;
}

const roundUp = (bit: number, unit: number): number => (unit > 0 ? Math.ceil(bit / unit) * unit : bit);

/** Unnamed bitfields that fill a gap, as few as possible given the alignment that the compiler adds by itself. */
function emitPadding(text: string[], level: number, gap: PadGap): void {
  if (gap.from >= gap.to) return;
  const put = (name: string, bits: number) => text.push(`\n${indent(level)}${name}: ${bits};`);
  const pad = PADS.find(({ bits }) => roundUp(gap.from, bits) <= gap.to) ?? PADS[3];
  let at = roundUp(gap.from, pad.bits);
  if (at > gap.to) at = gap.from;
  else if (at > gap.from && needsMark(gap, at)) put(pad.name, gap.inBitfield ? at - gap.from : 0);
  for (let n = 0; at < gap.to && n < MAX_PADS; n++) {
    const bits = Math.min(gap.to - at, pad.bits);
    const fitting = bits === pad.bits ? pad : PADS.findLast((p) => p.bits >= bits);
    put(fitting?.name ?? 'long', bits);
    at += bits;
  }
}

/** Whether `TYPE: 0` is needed to get from the gap's start to the aligned bit `at`. */
function needsMark({ from, to, align, inBitfield }: PadGap, at: number): boolean {
  if (inBitfield) return true;
  return at === to ? roundUp(from, align * 8) !== at : to - at <= at - from;
}
