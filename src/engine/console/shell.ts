/*
 * Parses a line like a shell: words with quotes and escapes, `|` between commands, `;` and `&&` between pipelines, `#`
 * comments. Nothing is expanded except `*` at the end of a path, which only `rm` interprets.
 */
import { own } from '../base/own.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';

export interface Word {
  readonly text: string;
  /** some part of it was quoted */
  readonly quoted: boolean;
  /** characters from the start of the line */
  readonly at: number;
}

export interface Pipeline {
  readonly commands: readonly (readonly Word[])[];
  /** run only if the previous one ended with status 0 */
  readonly ifOk: boolean;
}

/** Longest line, in characters; longer ones are refused, since nobody types them. */
export const MOST_CHARACTERS = 65_536;

interface Scan {
  readonly line: string;
  at: number;
  text: string;
  quoted: boolean;
  /** start of the word; -1 between words */
  start: number;
}

type Token =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'operator'; readonly text: string; readonly at: number };

const OPERATORS = ['&&', '||', '|', ';', '&', '>', '<', '(', ')', '`'] as const;
const NO_FILES = 'output is not written to files here: it stays in the console, and can be copied';

const REFUSED: Readonly<Record<string, string>> = {
  '||': 'alternatives (||) are not run here: type the other command when the first has failed',
  '&': 'there are no background jobs here: each command ends before the next',
  '>': NO_FILES,
  '<': 'input is not redirected here: a command reads the pipe before it, or files among its arguments',
  '(': 'there are no subshells here',
  ')': 'there are no subshells here',
  '`': 'a command inside another is not run here: type what it prints',
};

/** Reads quoted text; returns an error when the closing quote is missing. */
function quote(s: Scan): string | null {
  const mark = s.line[s.at];
  const from = s.at++;
  s.quoted = true;
  if (s.start < 0) s.start = from;
  while (s.at < s.line.length && s.line[s.at] !== mark) {
    const escapes = mark === '"' && s.line[s.at] === '\\' && /["\\$`]/.test(s.line[s.at + 1] ?? '');
    if (escapes) s.at++;
    s.text += s.line[s.at++];
  }
  if (s.at >= s.line.length) return `the ${mark === '"' ? 'double' : 'single'} quote at column ${from + 1} has no end`;
  s.at++;
  return null;
}

function tokens(line: string): Result<Token[]> {
  const out: Token[] = [];
  const s: Scan = { line, at: 0, text: '', quoted: false, start: -1 };
  const end = (): void => {
    if (s.start >= 0) out.push({ kind: 'word', word: { text: s.text, quoted: s.quoted, at: s.start } });
    [s.text, s.quoted, s.start] = ['', false, -1];
  };
  while (s.at < line.length) {
    const c = line.charAt(s.at);
    const operator = OPERATORS.find((text) => line.startsWith(text, s.at));
    if (c === '#' && s.start < 0) break;
    if (/\s/.test(c)) {
      end();
      s.at++;
    } else if (c === '"' || c === "'") {
      const problem = quote(s);
      if (problem !== null) return err(problem, s.at);
    } else if (operator && !isNumberedRedirect(s)) {
      end();
      out.push({ kind: 'operator', text: operator, at: s.at });
      s.at += operator.length;
    } else if (operator) return err(NO_FILES, s.at);
    else {
      if (s.start < 0) s.start = s.at;
      if (c === '\\') s.at++;
      if (s.at >= line.length) return err('the line ends with a backslash: nothing follows that it could escape', s.at);
      s.text += line[s.at++];
    }
  }
  end();
  return ok(out);
}

/** `2>&1` */
const isNumberedRedirect = (s: Scan): boolean => s.line[s.at] === '>' && /^[12]$/.test(s.text) && s.start >= 0;

/** The pipelines of a line; the error says what is wrong and its place. */
export function parseLine(line: string): Result<Pipeline[]> {
  if (line.length > MOST_CHARACTERS) {
    return err(
      `a line has at most ${MOST_CHARACTERS} characters, and this one ${line.length}: split it`,
      MOST_CHARACTERS,
    );
  }
  const read = tokens(line);
  if (!read.ok) return read;
  const pipelines: Pipeline[] = [];
  let commands: Word[][] = [[]];
  let ifOk = false;
  const close = (next: boolean): void => {
    if (commands.some((words) => words.length > 0)) pipelines.push({ commands, ifOk });
    commands = [[]];
    ifOk = next;
  };
  for (const token of read.value) {
    if (token.kind === 'word') {
      commands.at(-1)?.push(token.word);
      continue;
    }
    const { text, at } = token;
    const refused = own(REFUSED, text);
    if (refused !== undefined) return err(refused, at);
    if (commands.at(-1)?.length === 0) return err(`a command is missing before "${text}" at column ${at + 1}`, at);
    if (text === '|') commands.push([]);
    else close(text === '&&');
  }
  const last = commands.length > 1 ? '|' : ifOk ? '&&' : null;
  if (last !== null && commands.at(-1)?.length === 0)
    return err(`a command is missing after the last "${last}"`, line.length);
  close(false);
  return ok(pipelines);
}
