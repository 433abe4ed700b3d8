/* A whole text in the other syntax. */
import { assemble } from './assembler.ts';
import { disassemble } from './disassembler.ts';
import { decode, instructionSlots } from './insn.ts';
import { linkProgram } from './link.ts';
import type { SymbolSource } from './symbols.ts';

/**
 * Each function that implements a member as mnemonics, with what it calls after it; names of fields and functions
 * become the numbers that they stand for. Null when the text does not assemble.
 */
export function mnemonicProgram(text: string, symbols: SymbolSource): string | null {
  const { value, diagnostics } = assemble(text, symbols);
  if (diagnostics.some(({ severity }) => severity === 'error')) return null;
  return value.functions
    .filter(({ member }) => member !== null)
    .map(({ name, member }) => {
      const insns = linkProgram(value, name)?.insns ?? new Uint8Array();
      const lines = instructionSlots(insns).map((slot) => disassemble(decode(insns, slot), 'mnemonic') ?? '');
      return [`# ${member}: ${name}`, ...lines, ''].join('\n');
    })
    .join('\n');
}
