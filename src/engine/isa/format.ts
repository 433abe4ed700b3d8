/*
 * Format on save. Labels and directives start at the margin, instructions two columns in, comments after code share one
 * column where they fit. The meaning never changes: text that the
 * tokens do not cover (comments over several lines, errors) stays as it is.
 */
import { Problems } from './assembler/problems.ts';
import { codeLines, textLines, type Token, tokensOf } from './assembler/source.ts';

const INDENT = '  ';
const COMMENT_COLUMN = 28;
/** words after which a `+` or `-` belongs to the number */
const BEFORE_SIGN = new Set(['goto', 'gotol', 'may_goto', 'call', 'pc']);

export function formatPseudoC(text: string): string {
  const written = textLines(text, new Problems());
  // a text longer than any program stays as it is
  if (written.length === 0) return text;
  const code = codeLines(written, new Problems());
  const lines = written.map((line, i) => formatLine(line, code[i], i));
  return `${lines.join('\n').trimEnd()}\n`;
}

function formatLine(line: string, code: string, number: number): string {
  // lines with block comments stay: a removed comment cannot be told from blanks
  if (line.includes('/*') || line.includes('*/') || (code.trim() === '' && !/^\s*(;|#|\/\/|$)/.test(line)))
    return line.trimEnd();
  // a listing prints the target `<main+0x20>` after a jump: drop it
  const comment = line
    .slice(code.trimEnd().length)
    .replace(/^\s*<[^<>]*>/, '')
    .trim();
  if (code.trim() === '') return comment === '' ? '' : (/^\s/.test(line) ? INDENT : '') + comment;
  const formatted = formatCode(code, number);
  // `r0 = 0; exit` stays: the assembler recognises this form and warns of it
  if (comment.startsWith(';') && line[code.trimEnd().length] === ';') return formatted + comment;
  return comment === '' ? formatted : `${formatted.padEnd(COMMENT_COLUMN - 1)} ${comment}`;
}

function formatCode(code: string, number: number): string {
  const tokens = tokensOf(code, number);
  const [first, second] = tokens;
  // a directive's arguments are not an expression
  if (first.text.startsWith('.') && second?.text !== ':') return code.trim();
  // quoted text belongs to a directive, or is an error
  if (tokens.some(({ kind }) => kind === 'string')) return INDENT + code.trim();
  const isLabel = second?.text === ':' && first.kind === 'word';
  return (isLabel ? '' : INDENT) + joined(tokens);
}

function joined(tokens: readonly Token[]): string {
  let text = '';
  for (const [i, token] of tokens.entries()) text += (i > 0 && hasBlank(tokens, i) ? ' ' : '') + token.text;
  return text;
}

/** Whether a blank stands before token i. */
function hasBlank(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1];
  const token = tokens[i];
  if (before.kind === 'bad' || token.kind === 'bad') return token.range.column > before.range.endColumn;
  if (')],:['.includes(token.text) || '(['.includes(before.text)) return false;
  if (isSign(tokens, i - 1) || before.text.endsWith('#')) return false;
  if (before.text === 'pc' && isSign(tokens, i)) return false;
  // `*(`, `)(`, `mask(`, but `= (s8)`
  if (token.text === '(') return before.kind === 'operator' && before.text !== '*' && before.text !== ')';
  // `(s8)r2`
  if (before.text === ')') return token.kind === 'operator';
  return true;
}

/** A + or - that belongs to the number or register after it. */
function isSign(tokens: readonly Token[], i: number): boolean {
  const { text } = tokens[i];
  if (text !== '+' && text !== '-') return false;
  const before = tokens[i - 1];
  if (!before) return true;
  if (before.kind === 'operator') return before.text !== ')' && before.text !== ']';
  return BEFORE_SIGN.has(before.text) || before.text.endsWith('#');
}
