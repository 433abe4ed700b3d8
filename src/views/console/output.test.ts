/** What the console shows at a time, and which words of it lead to a map. */
import { expect, test } from 'vitest';
import type { MapSnapshot, MessageRecord } from '../../engine/index.ts';
import { consoleOutput, linked } from './output.ts';

const map = (letter: string, id: number, name: string, ccName: string): MapSnapshot =>
  ({ letter, id, name, ccName }) as unknown as MapSnapshot;
const MAPS = [map('A', 1, 'reno', 'bpf_reno'), map('B', 12, 'my_cc', '')];

const links = (text: string): string[] =>
  linked(text, MAPS).flatMap(({ text: words, map: letter }) => (letter ? [`${words}>${letter}`] : []));

test.each([
  ['Registered tcp_congestion_ops reno id 1', ['reno>A', 'id 1>A']],
  ['12: my_cc           tcp_congestion_ops', ['12>B', 'my_cc>B']],
  ['24: struct_ops  name other', []],
  ['id 13', []],
  ['bpf_reno wscale', ['bpf_reno>A']],
  ['renowned', []],
  ['[{"id":1,"type":"struct_ops"}]', ['"id":1>A']],
])('%s', (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test('pieces are the text, whatever it is', () => {
  const text = 'a id 1 b\n12: struct_ops reno(reno)';
  expect(
    linked(text, MAPS)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
  expect(linked(text, [])).toEqual([{ text, map: null }]);
});

const said = (event: number, source: MessageRecord['source'], text: string): MessageRecord => ({
  time: event,
  event,
  process: 'console',
  source,
  level: 'info',
  text,
});

test('output of later times is not there yet; other sources never', () => {
  const messages = [
    said(1, 'typed', 'echo a'),
    said(1, 'stdout', 'a\n'),
    said(2, 'libbpf', 'x'),
    said(3, 'typed', 'echo b'),
  ];
  expect(consoleOutput(messages, 2, MAPS).rows.map(({ pieces }) => pieces[0].text)).toEqual(['echo a', 'a']);
  expect(consoleOutput(messages, 3, MAPS).typed).toEqual(['echo a', 'echo b']);
});

test('much output is bounded and says so', () => {
  const messages = Array.from({ length: 400 }, (_, i) => said(1, 'stdout', `${i}`));
  const { rows, earlier } = consoleOutput(messages, 1, MAPS);
  expect(rows.length + earlier).toBe(400);
  expect(earlier).toBeGreaterThan(200);
  const [long] = consoleOutput([said(1, 'stdout', 'x'.repeat(50_000))], 1, MAPS).rows;
  expect(long.pieces[0].text).toMatch(/characters more are not shown/);
});
