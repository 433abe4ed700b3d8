/* Words of a C declaration, with their places. */
import type { TextRange } from '../base/result.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'mark' | 'end' | 'bad';
  readonly text: string;
  readonly range: TextRange;
}

const SYNTAX =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*|([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|\d+)[uUlL]*|(\.{3}|[{}()[\];:,*=.-])|([\s\S])/y;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 0;
  let start = 0;
  const place = (from: number, to: number): TextRange => ({
    line,
    column: from - start,
    endLine: line,
    endColumn: to - start,
  });
  for (let at = 0; at < text.length; at = SYNTAX.lastIndex) {
    SYNTAX.lastIndex = at;
    const match = SYNTAX.exec(text);
    if (!match) break;
    const [all, word, number, mark, bad] = match;
    const range = place(at, SYNTAX.lastIndex);
    if (word !== undefined) tokens.push({ kind: 'word', text: word, range });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, range });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, range });
    else if (bad !== undefined) tokens.push({ kind: 'bad', text: bad, range });
    for (let i = all.indexOf('\n'); i >= 0; i = all.indexOf('\n', i + 1)) {
      line++;
      start = at + i + 1;
    }
  }
  tokens.push({ kind: 'end', text: 'the end', range: place(text.length, text.length) });
  return tokens;
}
