/* Fetched when a text is written otherwise: both assemblers and the disassembler. */
export { assembleMnemonic, disassembleProgram, mnemonicProgram } from '../../engine/index.ts';
export { kernelSymbolsOf } from './kernel.ts';
