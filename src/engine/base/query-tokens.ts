/* Splits a query into tokens, each with its column, so that errors can name the place. */
import { own } from './own.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
  /** characters from the start */
  readonly at: number;
  /** for a number with a unit (ns, us, ms, s): its value in ns */
  readonly value: number;
}

/** A fault in a query: what is wrong, at which column, and in `expected` what would be right there. */
export class QueryError extends Error {
  constructor(
    readonly at: number,
    readonly problem: string,
    readonly expected: string,
  ) {
    super(`column ${at + 1}: ${problem}. Expected: ${expected}`);
  }
}

/** Longest query, in characters. */
const MOST_CHARACTERS = 4_000;

const SIGNS = [
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '<<',
  '>>',
  '->',
  '++',
  '+=',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ',',
  ';',
  ':',
  '/',
  '<',
  '>',
  '+',
  '-',
  '*',
  '%',
  '&',
  '|',
  '^',
  '!',
  '=',
  '.',
  '@',
  '?',
  '$',
] as const;
const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Numbers of a run have 64 bits. */
const MOST_VALUE = 2 ** 64;

function valueOf([text, digits, unit = '']: RegExpExecArray, at: number): number {
  const value = Number(digits) * (own(UNITS, unit) ?? 1);
  if (value > MOST_VALUE)
    throw new QueryError(at, `${text} is more than a number of 64 bits holds`, 'a smaller number');
  return value;
}

export function tokenize(query: string): Token[] {
  if (query.length > MOST_CHARACTERS) {
    throw new QueryError(MOST_CHARACTERS, `the query has ${query.length} characters`, `at most ${MOST_CHARACTERS}`);
  }
  const out: Token[] = [];
  let at = 0;
  const put = (kind: Token['kind'], text: string, length: number, value = 0): void => {
    out.push({ kind, text, at, value });
    at += length;
  };
  while (at < query.length) {
    const rest = query.slice(at);
    const blank = /^(?:\s+|\/\/[^\n]*)/.exec(rest);
    const number = /^(0x[0-9a-fA-F]+|\d+(?:\.\d+)?)(ns|us|ms|s)?\b/.exec(rest);
    const word = /^[A-Za-z_]\w*/.exec(rest);
    const sign = SIGNS.find((one) => rest.startsWith(one));
    if (blank) at += blank[0].length;
    else if (number) put('number', number[0], number[0].length, valueOf(number, at));
    else if (word) put('word', word[0], word[0].length);
    else if (rest[0] === '"' || rest[0] === "'") {
      const end = closing(rest);
      if (end < 0) throw new QueryError(at, 'the string has no end', `${rest[0]} at its end`);
      put('string', rest.slice(1, end).replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\(.)/g, '$1'), end + 1);
    } else if (sign) put('sign', sign, sign.length);
    else if (/^\d/.test(rest))
      throw new QueryError(
        at,
        `"${/^\w+/.exec(rest)?.[0] ?? rest[0]}" is no number`,
        'digits, or 0x and digits of base 16, with ns, us, ms or s after them',
      );
    else
      throw new QueryError(
        at,
        `"${String.fromCodePoint(rest.codePointAt(0) ?? 0)}" has no meaning here`,
        'a word, a number, a string in quotes or an operator',
      );
  }
  out.push({ kind: 'end', text: 'the end', at: query.length, value: 0 });
  return out;
}

function closing(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[0]) return i;
  }
  return -1;
}

/** Walks over tokens. */
export class Cursor {
  private index = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  get now(): Token {
    return this.tokens[this.index];
  }
  get isEnd(): boolean {
    return this.now.kind === 'end';
  }
  next(): Token {
    const { now } = this;
    if (!this.isEnd) this.index++;
    return now;
  }
  is(text: string): boolean {
    return this.now.kind !== 'string' && this.now.text === text;
  }
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }
  expect(text: string, expected = `"${text}"`): void {
    if (!this.take(text)) this.fail(expected);
  }
  word(expected: string): string {
    if (this.now.kind !== 'word') this.fail(expected);
    return this.next().text;
  }
  fail(expected: string): never {
    const { kind, text, at } = this.now;
    throw new QueryError(at, kind === 'end' ? 'the query ends here' : `"${text}" does not belong here`, expected);
  }
}
