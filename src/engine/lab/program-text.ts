/* A loaded program as the page shows it: BPF text, source line and WebAssembly of each instruction. */
import type { Btf } from '../btf/btf.ts';
import { disassemble } from '../isa/disassembler.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { compiledText } from '../vm/wasm/compiled-text.ts';
import type { Program } from '../vm/prepared.ts';
import type { StructAccess } from '../verifier/index.ts';
import { progOf } from './look.ts';
import type { Machine } from './machine.ts';

export interface ProgramRow {
  readonly slot: number;
  /** the instruction in LLVM's pseudo-C */
  readonly text: string;
  /** 0-based line of the source text */
  readonly line: number;
  /** its WebAssembly, indented by nested blocks */
  readonly wasm: readonly string[];
  /** a function of the program begins here */
  readonly entry: boolean;
  /** places in kernel structs and in the context that it accesses */
  readonly touches: readonly StructAccess[];
}

export type ProgramText = readonly ProgramRow[];

/** The loaded program with this id; null when it has gone. */
export function programTextOf(machine: Machine, id: number): ProgramText | null {
  const found = progOf(machine.user, id);
  const loaded = found && machine.kernel.state.progs[found.prog.object];
  if (!loaded) return null;
  const insns = machine.kernel.insns(found.prog.object);
  const rows = programText(insns, found.prog.lines, machine.prepared(found.prog.object), machine.btf);
  return rows.map((row) => ({ ...row, touches: loaded.touches.filter(({ slot }) => slot === row.slot) }));
}

/** Lists a program; `prepared` is null when no engine can run it. */
function programText(
  insns: Uint8Array,
  lines: readonly number[],
  prepared: Program | null,
  btf: Btf,
): Omit<ProgramRow, 'touches'>[] {
  const functions = prepared ? compiledText(prepared) : [];
  const compiled = new Map<number, string[]>();
  for (const { lines: body } of functions) {
    for (const { slot, depth, text } of body) {
      if (slot === null) continue;
      const known = compiled.get(slot) ?? [];
      known.push(`${' '.repeat(depth)}${text}`);
      compiled.set(slot, known);
    }
  }
  const names = { kfunc: (id: number) => btf.type(id)?.name ?? null };
  const entries = new Set(functions.map(({ slot }) => slot));
  return [...instructionSlots(insns)].map((slot) => ({
    slot,
    text: disassemble(decode(insns, slot), 'llvm', names) ?? '?',
    line: lines[slot] ?? 0,
    wasm: compiled.get(slot) ?? [],
    entry: entries.has(slot),
  }));
}
