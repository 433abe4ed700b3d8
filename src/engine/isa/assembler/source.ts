/* Text to lines to tokens. Comments become blanks, so that every column stays where it was. */
import type { TextRange } from '../../base/result.ts';
import { CODES, type Problems } from './problems.ts';

export type TokenKind = 'word' | 'number' | 'string' | 'operator' | 'bad';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly range: TextRange;
}

export const rangeOf = (line: number, column: number, endColumn: number): TextRange => ({
  line,
  column,
  endLine: line,
  endColumn,
});

export const span = (from: TextRange, to: TextRange): TextRange => ({
  ...from,
  endLine: to.endLine,
  endColumn: to.endColumn,
});

const COMMENT = /"[^"\n]*"|\/\*|(?:;|#|\/\/).*/g;

/** Prefix of an instruction in listings: `12:` and its opcode (kernel, bpftool) or its bytes (llvm-objdump). */
const LISTED = /^\s*\d+:\s*(?:\([\da-f]{2}\)|(?:[\da-f]{2} ){7,}[\da-f]{2}(?=\s)|(?=[a-z*(]))/;
/** a line of a verifier's log that is about registers, not an instruction: `0: R1=ctx() R10=fp0`, `from 3 to 5: R0=…` */
const STATE_LINE = /^\s*(?:from \d+ to \d+|\d+): (?:safe$|frame\d+: |R\d+(?:_\w+)?=)/;
/** end of a jump such as `goto +0x3`, after which llvm-objdump prints `<main+0x28>` */
const DISTANCE = /[+-](?:0x)?[\da-f]{1,16}$/;

/** `call unknown#5`, `call #0`, `call kernel-function#12` (kernel, bpftool): no comment begins there */
const NUMBERED = /^[^;#"/]*\bcall(?:\s+(?:unknown|kernel-function)|\s*)#(?=-?\d)/;
/** `0000000000000000 <f>:` (objdump) */
const HEADED = /^(\s*[\da-f]{8,16} <)([\w.$@]+)>:\s*$/;
/** `Disassembly of section .text:`, replaced by a `.section` line of the same length */
const SECTIONED = /^Disassembly of section (\S+):\s*$/;
const SECTION = '.section                $1';
const FILE_FORMAT = /^\S.*:\s+file format .*/;
const RELOCATED = /^\s*[\da-f]{8,16}:\s+R_BPF_\w+\s+(\S+)/;

/** BPF_COMPLEXITY_LIMIT_INSNS: for longer programs the kernel answers E2BIG. */
const MOST_LINES = 1_000_000;

/** Splits a text into lines; reports a text that is longer than any program and returns no lines. */
export function textLines(text: string, problems: Problems): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length <= MOST_LINES) return lines;
  problems.report(
    CODES.tooLong,
    rangeOf(MOST_LINES, 0, 0),
    `The text has ${lines.length} lines: the kernel answers E2BIG for programs of more than ${MOST_LINES} instructions.`,
  );
  return [];
}

const blank = (found: string): string => ' '.repeat(found.length);

/** Rewrites the headers of listings as directives, keeping every column in place. */
function fromListing(line: string, number: number, problems: Problems): string {
  if (STATE_LINE.test(line)) return '';
  const name = RELOCATED.exec(line)?.[1];
  if (name !== undefined) {
    const from = line.search(/\S/);
    const range = rangeOf(number, from, line.trimEnd().length);
    problems.report(CODES.relocation, range, `This is not applied: write \`${name}\` into the instruction above.`);
    return '';
  }
  return line
    .replace(HEADED, (_, before: string, label: string) => `${blank(before)}${label} :`)
    .replace(SECTIONED, SECTION)
    .replace(FILE_FORMAT, '');
}

/** Lines without their comments. `;`, `#` and `//` run to the end of the line, slash-star over lines. */
export function codeLines(lines: readonly string[], problems: Problems): string[] {
  return withoutComments(lines, problems).map((line) => withoutTarget(line.replace(LISTED, blank)));
}

/**
 * Removes the `<main+0x28>` that a listing prints after a distance. Written without a regular expression, because a
 * line may hold a megabyte of blanks.
 */
function withoutTarget(line: string): string {
  const text = line.trimEnd();
  if (!text.endsWith('>')) return line;
  const open = text.lastIndexOf('<');
  const before = text.slice(0, Math.max(0, open)).trimEnd();
  const isTarget = open > before.length && DISTANCE.test(before.slice(-20));
  return isTarget ? before + ' '.repeat(line.length - before.length) : line;
}

function withoutComments(lines: readonly string[], problems: Problems): string[] {
  let openedAt: TextRange | null = null;
  const code = lines.map((written, number) => {
    const line = openedAt ? written : fromListing(written, number, problems);
    let out = openedAt ? '' : (NUMBERED.exec(line)?.[0] ?? '');
    let at = out.length;
    while (at < line.length) {
      if (openedAt) {
        const close = line.indexOf('*/', at);
        const end = close < 0 ? line.length : close + 2;
        out += ' '.repeat(end - at);
        at = end;
        if (close >= 0) openedAt = null;
        continue;
      }
      COMMENT.lastIndex = at;
      const found = COMMENT.exec(line);
      if (!found) return out + line.slice(at);
      const end = found.index + found[0].length;
      if (found[0][0] === '"') {
        out += line.slice(at, end);
      } else {
        out += line.slice(at, found.index) + ' '.repeat(found[0].length);
        if (found[0] === '/*') openedAt = rangeOf(number, found.index, end);
      }
      at = end;
    }
    return out;
  });
  if (openedAt) problems.report(CODES.unclosedComment, openedAt, 'This comment is never closed: `*/` is missing.');
  return code;
}

/** Groups in the order of KINDS. */
const TOKEN =
  /\s*(?:(s(?:>>=|\/=|%=|>=|<=|>|<)|>>=|<<=|[-+*/%&|^]=|[=!<>]=|[-+*/%&|^=<>()[\],:])|(\d\w*)|("[^"]*"?)|((?:unknown|kernel-function|)#|[A-Za-z_$.%@][\w$@]*(?:(?:\.[\w$@]+)(?:\[\d+\])*)*)|(\S))/y;
const KINDS: readonly TokenKind[] = ['operator', 'number', 'string', 'word', 'bad'];

export function tokensOf(code: string, line: number): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(code); match; match = TOKEN.exec(code)) {
    const group = match.findIndex((text, i) => i > 0 && text !== undefined);
    const text = match[group];
    tokens.push({ kind: KINDS[group - 1], text, range: rangeOf(line, TOKEN.lastIndex - text.length, TOKEN.lastIndex) });
  }
  return tokens;
}

/** Reads a line's tokens in order; every syntax error ends the line. */
export class Cursor {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly end: TextRange,
    readonly problems: Problems,
  ) {}

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(what: string): Token {
    const token = this.tokens[this.at];
    if (!token) this.problems.fail(CODES.expected, this.end, `Expected ${what} before the end of the line.`);
    if (token.kind === 'bad') {
      this.problems.fail(CODES.badCharacter, token.range, `\`${token.text}\` has no meaning here.`);
    }
    this.at++;
    return token;
  }

  /** Takes the token if its text is this. */
  accept(text: string): Token | null {
    const token = this.tokens[this.at];
    if (token?.text !== text) return null;
    this.at++;
    return token;
  }

  expect(text: string): Token {
    if (this.at === this.tokens.length) {
      const fix = { title: `Insert ${text}`, range: this.end, text };
      this.problems.fail(CODES.expected, this.end, `\`${text}\` is missing at the end of the line.`, fix);
    }
    const token = this.next(`\`${text}\``);
    if (token.text !== text) {
      this.problems.fail(CODES.expected, token.range, `Expected \`${text}\`, found \`${token.text}\`.`);
    }
    return token;
  }

  word(what: string): Token {
    const token = this.next(what);
    if (token.kind !== 'word') {
      this.problems.fail(CODES.expected, token.range, `Expected ${what}, found \`${token.text}\`.`);
    }
    return token;
  }

  finish(): void {
    const token = this.tokens[this.at];
    if (token) {
      this.problems.fail(
        CODES.trailing,
        span(token.range, this.tokens[this.tokens.length - 1].range),
        `Nothing may follow here: \`${token.text}\`.`,
      );
    }
  }

  /** From a token to the last one taken. */
  since(token: Token): TextRange {
    return span(token.range, this.tokens[Math.max(0, this.at - 1)].range);
  }
}
