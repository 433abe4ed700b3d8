/* Reads one line of instructions; an error ends the line, never the text. */
import type { TextRange } from '../../base/result.ts';
import type { Draft } from './draft.ts';
import type { Context } from './operands.ts';
import { CODES, LINE_FAULT, Problems } from './problems.ts';
import { parseLine } from './pseudo-c.ts';
import { Cursor, rangeOf, type Token, tokensOf } from './source.ts';

/** `r0 = 0; exit`: other assemblers read two instructions; here a comment begins at the `;`. */
export function warnBehindSemicolon(text: string, code: string, line: number, { symbols, problems }: Context): void {
  const end = code.trimEnd().length;
  const behind = /^;\s*([^;]*[^;\s])/.exec(text.slice(end))?.[1];
  if (end === 0 || behind === undefined) return;
  const column = text.indexOf(behind, end);
  const range = rangeOf(line, column, column + behind.length);
  const trial: Context = { symbols, problems: new Problems(), references: [] };
  if (!readInstruction(tokensOf(behind, line), range, trial) || trial.problems.hasErrors) return;
  problems.report(
    CODES.behindSemicolon,
    range,
    'A `;` begins a comment: this is not assembled. Each instruction has a line of its own.',
    { title: 'Put it on its own line', range: { ...range, column: end }, text: `\n  ${behind}` },
  );
}

export function readInstruction(tokens: readonly Token[], end: TextRange, context: Context): Draft | null {
  try {
    return parseLine(new Cursor(tokens, end, context.problems), context);
  } catch (fault) {
    if (fault === LINE_FAULT) return null;
    throw fault;
  }
}
