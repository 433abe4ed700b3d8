/** Three hundred wrong command lines: each is refused with a message before anything runs. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { btfVerb } from './btf.ts';
import { Usage, type Verb } from './cli.ts';
import { isaVerb } from './isa.ts';
import { objectVerb } from './object.ts';
import { replayVerb } from './replay.ts';
import { runVerb } from './run.ts';
import { simVerb } from './sim.ts';
import { verifyVerb } from './verify.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const WRONG = [
  '',
  ' ',
  '-1',
  'NaN',
  'Infinity',
  '1e99',
  '0x',
  'constructor',
  '__proto__',
  '1,2',
  'ten',
  '\u0000',
  '5%',
];
const LINKS = [
  '0mbit,20ms,50',
  '10constructor,20ms,50',
  '10mbit,20ms',
  '10mbit,20ms,50,1',
  '10mbit,-1ms,50',
  '10mbit,20ms,0',
  '10mbit,20ms,1.5',
  '1e9mbit,1ms,1',
  '10mbit,20toString,50',
  ',,',
  '10mbit,0ms,50',
  '10mbit,99999s,50',
  'mbit,ms,1',
];
const NO_FILE = ['/nonexistent', '/', '.', '/dev/null/x', '\u0000', '__proto__'];

const sim = (...more: string[]): readonly [Verb, string[]] => [simVerb, ['--cc', 'reno', ...more]];
const LINES: readonly (readonly [Verb, string[]])[] = [
  ...['--flows', '--seconds', '--seed', '--link', '--kernel', '--csv'].flatMap((option) =>
    WRONG.filter((value) => option !== '--csv' || value === '\u0000' || value === '').map((value) =>
      sim(`${option}=${value}`),
    ),
  ),
  ...LINKS.map((link) => sim('--link', link)),
  ...['1e9', '1001', '0', '2.5'].map((flows) => sim('--flows', flows)),
  ...['0', '1e9', '-5'].map((seconds) => sim(`--seconds=${seconds}`)),
  ...['extra', '--what', '-x', '--flows'].map((word) => sim(word)),
  sim('--csv', '/nonexistent/x.csv'),
  [simVerb, []],
  ...NO_FILE.flatMap((name): (readonly [Verb, string[]])[] => [
    [simVerb, ['--cc', `${name}.o`]],
    [simVerb, ['--cc', `${name}.s`]],
    [objectVerb, [name]],
    [replayVerb, [name]],
    [isaVerb, [name]],
    [btfVerb, ['dump', name]],
    [btfVerb, ['layout', name, 'x']],
    [runVerb, [name]],
  ]),
  ...WRONG.flatMap((word): (readonly [Verb, string[]])[] => [
    [runVerb, [word]],
    [runVerb, ['any-struct', `--kernel=${word}`]],
    [runVerb, ['any-struct', word]],
    [objectVerb, ['x.o', `--kernel=${word}`]],
    [objectVerb, ['x.o', 'y.o', word]],
    [objectVerb, ['x.o', `--call=m ${word}x`]],
    [btfVerb, [word]],
    [btfVerb, ['dump', 'x', word]],
    [btfVerb, ['dump', 'x', `--format=${word}`]],
    [btfVerb, ['layout', word]],
    [btfVerb, ['subset', word]],
    [isaVerb, [`--${word}`]],
    [replayVerb, [`/nonexistent/${word}`]],
  ]),
  ...[[], ['--what'], ['a.json', 'b.bpf.o'], ['a.json', '--csv'], ['a.bpf.o', '--summary']].map(
    (args): readonly [Verb, string[]] => [verifyVerb, args],
  ),
  ...NO_FILE.map((file): readonly [Verb, string[]] => [verifyVerb, [file]]),
  ...NO_FILE.map((file): readonly [Verb, string[]] => [verifyVerb, [`${file}.json`]]),
  ...WRONG.map((level): readonly [Verb, string[]] => [verifyVerb, ['README.md', `--log-level=${level}`]]),
  ...WRONG.map((kernel): readonly [Verb, string[]] => [verifyVerb, ['README.md', `--kernel=${kernel}`]]),
];

test('there are three hundred wrong lines', () => expect(LINES.length).toBeGreaterThanOrEqual(300));

test.each(LINES)('$0.name %j', (verb, args) => {
  let answer: unknown;
  try {
    answer = verb.run(args);
  } catch (error) {
    answer = error;
  }
  if (typeof answer === 'number') expect([args, answer]).not.toEqual([args, 0]);
  else expect([args, answer instanceof Usage, String(answer)]).toEqual([args, true, String(answer)]);
});
