/* Converts a whole text to the mnemonic syntax. */
import { assemble } from './assembler.ts';
import { disassemble } from './disassembler.ts';
import { decode, instructionSlots } from './insn.ts';
import { linkProgram } from './link.ts';
import type { SymbolSource } from './symbols.ts';

/**
 * Writes each function that implements a member in mnemonics, followed by the functions that it calls; names of fields
 * and functions become numbers. Null when the text does not assemble.
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
