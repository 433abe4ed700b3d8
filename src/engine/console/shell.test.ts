/** Lines as a shell parses them, and lines that it refuses. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_CHARACTERS, parseLine } from './shell.ts';

const words = (line: string): string[][][] => {
  const parsed = parseLine(line);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value.map(({ commands }) => commands.map((command) => command.map(({ text }) => text)));
};

test.each([
  ['a b  c', [[['a', 'b', 'c']]]],
  ['', []],
  ['# only a comment', []],
  ['a # rest', [[['a']]]],
  ['a#b', [[['a#b']]]],
  [`'a b' "c \\"d\\"" e\\ f`, [[['a b', 'c "d"', 'e f']]]],
  [`''`, [[['']]]],
  ['a|b | c', [[['a'], ['b'], ['c']]]],
  ['a; b && c', [[['a']], [['b']], [['c']]]],
  [`grep "a|b"`, [[['grep', 'a|b']]]],
  [`'a'"b"c`, [[['abc']]]],
])('%s', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test.each([
  [`echo "a`, /double quote at column 6 has no end/],
  [`echo 'a`, /single quote at column 6 has no end/],
  ['a |', /after the last/],
  ['| a', /missing before "\|" at column 1/],
  ['a > b', /not written to files/],
  ['a 2>&1', /not written to files/],
  ['a &', /no background jobs/],
  ['a || b', /alternatives/],
  ['a \\', /ends with a backslash/],
  ['x'.repeat(MOST_CHARACTERS + 1), /at most 65536 characters/],
])('refused: %.20s', (line, message) => {
  const parsed = parseLine(line);
  expect(parsed.ok ? '' : parsed.error.message).toMatch(message);
});

test('any line is parsed or refused, and a quoted text is parsed unchanged', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (line) => typeof parseLine(line).ok === 'boolean'));
  fc.assert(
    fc.property(fc.string(), (text) => {
      const quoted = `echo '${text.replaceAll("'", `'\\''`)}'`;
      expect(words(quoted)).toEqual([[['echo', text]]]);
    }),
  );
});
