/*
 * Lists an object's programs as one text: LLVM's pseudo-C, with each line of C above its instructions, and names after
 * the numbers that relocation filled in.
 */
import type { Btf } from '../btf/btf.ts';
import { helperName } from '../isa/helper-names.ts';
import { disassemble } from '../isa/disassembler.ts';
import { decode, type Insn, instructionSlots } from '../isa/insn.ts';
import { CALL_KIND, isWide, OPCODE } from '../isa/opcodes.ts';
import type { OpenedObject } from './object.ts';
import type { ReadyProgram } from './relocate.ts';
import { type SourceLine, sourceLines } from './source.ts';

export interface ListedProgram {
  /** 0-based line of the listing, by slot */
  readonly lines: readonly number[];
  /** C, by slot */
  readonly source: readonly (SourceLine | null)[];
}

export interface Listing {
  readonly text: string;
  /** in the order of the programs */
  readonly programs: readonly ListedProgram[];
}

export function listObject(object: OpenedObject, programs: readonly ReadyProgram[], kernel: Btf): Listing {
  const text: string[] = [];
  const listed = programs.map((program) => listProgram(object, program, kernel, text));
  return { text: text.join('\n'), programs: listed };
}

function listProgram(object: OpenedObject, ready: ReadyProgram, kernel: Btf, text: string[]): ListedProgram {
  const source = sourceLines(object, ready);
  const lines: number[] = [];
  const starts = new Map(ready.functions.map(({ program, slot }) => [slot, program.name]));
  const maps = new Map(ready.maps.map(({ slot, map }) => [slot, map.name]));
  let shown: SourceLine | null = null;
  if (text.length > 0) text.push('');
  text.push(`# ${ready.program.sectionName}`);
  for (const slot of instructionSlots(ready.insns)) {
    const name = starts.get(slot);
    if (name !== undefined) text.push(`${name}:`);
    const from = source[slot];
    if (from && from !== shown && from.text !== '') text.push(`  # ${from.text}`);
    shown = from ?? null;
    const insn = decode(ready.insns, slot);
    const note = noteOf(insn, maps.get(slot), kernel);
    lines[slot] = text.length;
    if (isWide(insn.opcode)) lines[slot + 1] = text.length;
    text.push(`  ${disassemble(insn, 'llvm') ?? `.byte ${insn.opcode}`}${note === '' ? '' : `  # ${note}`}`);
  }
  return { lines, source };
}

function noteOf(insn: Insn, map: string | undefined, kernel: Btf): string {
  if (map !== undefined) return insn.high === 0 ? map : `${map}+${insn.high}`;
  if (insn.opcode !== OPCODE.CALL) return '';
  if (insn.src === CALL_KIND.HELPER) return helperName(insn.imm);
  return insn.src === CALL_KIND.KFUNC ? (kernel.type(insn.imm)?.name ?? '') : '';
}
