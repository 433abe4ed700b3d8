/* Filters for pipes: grep, head, tail, wc, sort, echo, and a subset of jq. */
import { couldTakeForEver } from '../../base/pattern.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { readPath } from './file-tree.ts';
import { pick } from './jq.ts';

/** Text of the pipe, or of the given files; null after an error. */
function inputOf(p: ConsoleProcess, files: readonly string[]): string | null {
  if (files.length === 0) return p.input;
  let text = '';
  for (const path of files) {
    const found = readPath(p.host, path);
    if (typeof found === 'number') {
      p.fail(`${p.name}: ${path}: No such file or directory`);
      return null;
    }
    text += found;
  }
  return text;
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** Longest pattern, in characters: a longer one could keep the page busy. */
const MOST_PATTERN = 200;
/** Most repetitions without an upper bound: each multiplies the work by the line's length. */
const MOST_REPEATS = 4;

function pattern(p: ConsoleProcess, text: string, flags: string): RegExp | null {
  // basic patterns have | and + by a backslash, extended ones (-E) without
  const source = flags.includes('F')
    ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    : flags.includes('E')
      ? text
      : text.replace(/\\([|+?(){}])/g, '$1');
  if (text.length > MOST_PATTERN || couldTakeForEver(source, MOST_REPEATS)) {
    p.fail(
      `grep: this pattern could take for ever: at most ${MOST_PATTERN} characters, at most ${MOST_REPEATS} repetitions, and no repetition of a repetition or of a choice; -F looks for it as plain text`,
      2,
    );
    return null;
  }
  try {
    return new RegExp(source, flags.includes('i') ? 'i' : '');
  } catch {
    p.fail(`grep: "${text}" is not a pattern: a bracket or a parenthesis has no end`, 2);
    return null;
  }
}

function grep(p: ConsoleProcess): number {
  const flags = p.args.filter((arg) => arg.startsWith('-') && arg.length > 1).join('');
  const [text, ...files] = p.args.filter((arg) => !arg.startsWith('-') || arg.length === 1);
  if (text === undefined) return p.fail('usage: grep [-EFivcn] PATTERN [FILE...]', 2);
  const wanted = pattern(p, text, flags);
  const input = wanted && inputOf(p, files);
  if (!wanted || input === null) return 2;
  const found = linesOf(input)
    .map((line, i) => ({ line, n: i + 1 }))
    .filter(({ line }) => wanted.test(line) !== flags.includes('v'));
  if (flags.includes('c')) p.out(`${found.length}\n`);
  else for (const { line, n } of found) p.out(`${flags.includes('n') ? `${n}:` : ''}${line}\n`);
  return found.length > 0 ? 0 : 1;
}

/** `-n 5`, `-5` */
function countOf(args: readonly string[]): { count: number; files: string[] } | null {
  let count = 10;
  const files: string[] = [];
  const rest = args.values();
  for (const arg of rest) {
    if (arg === '-n') count = Number(rest.next().value);
    else if (/^-(n)?\d+$/.test(arg)) count = Number(arg.replace(/^-n?/, ''));
    else files.push(arg);
  }
  return Number.isInteger(count) && count >= 0 ? { count, files } : null;
}

const ends =
  (part: (lines: readonly string[], count: number) => readonly string[]) =>
  (p: ConsoleProcess): number => {
    const given = countOf(p.args);
    if (!given) return p.fail(`${p.name}: -n takes a whole number of lines`);
    const input = inputOf(p, given.files);
    if (input === null) return 1;
    for (const line of part(linesOf(input), given.count)) p.out(`${line}\n`);
    return 0;
  };

function wc(p: ConsoleProcess): number {
  const flags = p.args.filter((arg) => arg.startsWith('-')).join('');
  const input = inputOf(
    p,
    p.args.filter((arg) => !arg.startsWith('-')),
  );
  if (input === null) return 1;
  const counts: readonly [string, number][] = [
    ['l', linesOf(input).length],
    ['w', input.split(/\s+/).filter((word) => word !== '').length],
    ['c', input.length],
  ];
  const shown = counts.filter(([flag]) => flags === '' || flags.includes(flag)).map(([, count]) => count);
  p.out(`${shown.length === 1 ? String(shown[0]) : shown.map((n) => String(n).padStart(7)).join(' ')}\n`);
  return 0;
}

function sort(p: ConsoleProcess): number {
  const flags = p.args.filter((arg) => arg.startsWith('-')).join('');
  const input = inputOf(
    p,
    p.args.filter((arg) => !arg.startsWith('-')),
  );
  if (input === null) return 1;
  const number = (line: string): number => Number.parseFloat(line) || 0;
  const lines = linesOf(input).toSorted((a, b) =>
    flags.includes('n') ? number(a) - number(b) : a < b ? -1 : a > b ? 1 : 0,
  );
  const unique = flags.includes('u') ? [...new Set(lines)] : lines;
  for (const line of flags.includes('r') ? unique.toReversed() : unique) p.out(`${line}\n`);
  return 0;
}

function jq(p: ConsoleProcess): number {
  const raw = p.args.includes('-r');
  const [path = '.', ...files] = p.args.filter((arg) => !/^-[rc]$/.test(arg));
  const input = inputOf(p, files);
  if (input === null) return 2;
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch {
    return p.fail("jq: the input is not JSON: put -j in front of bpftool's object", 2);
  }
  const picked = pick(value, path);
  if (!picked.ok) return p.fail(`jq: ${picked.error.message}`, 3);
  for (const one of picked.value)
    p.out(`${raw && typeof one === 'string' ? one : JSON.stringify(one, null, p.args.includes('-c') ? 0 : 2)}\n`);
  return 0;
}

function echo(p: ConsoleProcess): number {
  const bare = p.args[0] === '-n';
  p.out(`${p.args.slice(bare ? 1 : 0).join(' ')}${bare ? '' : '\n'}`);
  return 0;
}

const filter = (name: string, usage: string, summary: string, run: (p: ConsoleProcess) => number): ConsoleCommand => ({
  name,
  usage,
  summary,
  manual: `${usage}\n\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}. It reads the pipe before it, or files.`,
  isProcess: false,
  run,
});

export const textCommands: readonly ConsoleCommand[] = [
  filter('grep', 'grep [-EFivcn] PATTERN [FILE]', 'lines that match a pattern', grep),
  filter(
    'head',
    'head [-n N] [FILE]',
    'the first lines',
    ends((lines, count) => lines.slice(0, count)),
  ),
  filter(
    'tail',
    'tail [-n N] [FILE]',
    'the last lines',
    ends((lines, count) => (count === 0 ? [] : lines.slice(-count))),
  ),
  filter('wc', 'wc [-lwc] [FILE]', 'counts of lines, words and characters', wc),
  filter('sort', 'sort [-nru] [FILE]', 'lines in order', sort),
  filter('jq', 'jq [-r] PATH [FILE]', 'fields of JSON: .[].id, .[0].name, .a.b | .c', jq),
  filter('echo', 'echo [WORD...]', 'its words', echo),
];
