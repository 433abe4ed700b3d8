/** Benchmarks the assembler on texts of up to a million lines. */
import { assemble, assembleMnemonic } from '../../engine/index.ts';
import { shippedParts, table } from '../cli.ts';
import { rounds, thousands, timed } from './measure.ts';

/** Texts of one long function, of many short ones, and of unknown names. */
const TEXTS: readonly (readonly [string, (lines: number) => string])[] = [
  ['one function', (lines) => `.section .text\nf:\n${'r0 += 1\n'.repeat(lines)}exit`],
  [
    'many functions',
    (lines) => `.section .text\n${Array.from({ length: lines / 3 }, (_, i) => `f${i}:\ncall f${i}\nexit\n`).join('')}`,
  ],
  ['unknown names', (lines) => `.section .text\nf:\n${'call nobody\n'.repeat(lines)}exit`],
];

export function benchAssembler(): void {
  const { symbols } = shippedParts();
  const LENGTHS = [1_000, 10_000, 100_000, 900_000];
  const perLine = (read: (text: string) => unknown, make: (lines: number) => string): string[] =>
    LENGTHS.map((lines) => {
      const text = make(lines);
      const ms = rounds(lines > 100_000 ? 1 : 3, () => timed(() => void read(text)));
      return ((ms * 1000) / lines).toFixed(1);
    });
  const rows = TEXTS.map(([name, make]) => [name, ...perLine((text) => assemble(text, symbols), make)]);
  rows.push(['mnemonics', ...perLine(assembleMnemonic, (lines) => 'add %r0, 1\n'.repeat(lines))]);
  console.log(table(['us a line of the text, by its lines', ...LENGTHS.map(thousands)], rows));
}
