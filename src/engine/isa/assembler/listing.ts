/* Reads a text into lines with instructions, labels and directives. */
import { stillWorking } from '../../base/still-working.ts';
import { emptyHeader, type Header, isDirective, readDirective } from './directives.ts';
import type { InstructionLine, Label } from './layout.ts';
import type { Context } from './operands.ts';
import { readInstruction, warnBehindSemicolon } from './read-line.ts';
import { codeLines, rangeOf, textLines, type Token, tokensOf } from './source.ts';

export interface Listing {
  readonly header: Header;
  readonly lines: readonly InstructionLine[];
  readonly labels: readonly Label[];
}

export function readListing(text: string, context: Context): Listing {
  const header = emptyHeader();
  const lines: InstructionLine[] = [];
  const labels: Label[] = [];
  const written = textLines(text, context.problems);
  for (const [line, code] of codeLines(written, context.problems).entries()) {
    stillWorking(line);
    warnBehindSemicolon(written[line], code, line, context);
    const tokens = takeLabels(tokensOf(code, line), lines.length, labels);
    const [first] = tokens;
    if (!first) continue;
    if (isDirective(first)) {
      readDirective(first, code, { header, lines: lines.length, ...context });
    } else {
      lines.push({
        line,
        draft: readInstruction(tokens, rangeOf(line, code.trimEnd().length, code.trimEnd().length), context),
      });
    }
  }
  for (const { name, range } of labels) context.references.push({ kind: 'label', name, definition: true, range });
  return { header, lines, labels };
}

/** Takes `NAME:` off the line's beginning, any number of times. */
function takeLabels(tokens: readonly Token[], at: number, labels: Label[]): readonly Token[] {
  let taken = 0;
  while (tokens[taken]?.kind === 'word' && tokens[taken + 1]?.text === ':') {
    labels.push({ name: tokens[taken].text, range: tokens[taken].range, at });
    taken += 2;
  }
  return tokens.slice(taken);
}
