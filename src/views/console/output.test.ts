/** Output of the console at a time, and its links to maps. */
import { expect, test } from 'vitest';
import type { MapSnapshot, MessageRecord, SocketSnapshot } from '../../engine/index.ts';
import { linker, type Named } from './links.ts';
import { consoleOutput } from './output.ts';

const map = (letter: string, id: number, name: string, ccName: string, progs: object[] = []): MapSnapshot =>
  ({ letter, id, name, ccName, progs, pins: id === 12 ? ['/sys/fs/bpf/cc'] : [] }) as unknown as MapSnapshot;
const NAMED: Named = {
  maps: [
    map('A', 1, 'reno', 'bpf_reno', [{ id: 7, name: 'reno_ssthresh', member: 'ssthresh' }]),
    map('B', 12, 'my_cc', ''),
  ],
  links: [],
  sockets: [{ id: 2 } as unknown as SocketSnapshot],
  texts: ['reno.s'],
};

const links = (text: string): string[] =>
  linker(NAMED)(text).flatMap(({ text: words, target }) => {
    if (!target) return [];
    const { kind, ...where } = target;
    return [`${words}>${kind} ${Object.values(where).join(' ')}`];
  });

test.each([
  ['Registered tcp_congestion_ops reno id 1', ['reno>map A', 'id 1>map A']],
  ['12: my_cc           tcp_congestion_ops', ['12>map B', 'my_cc>map B']],
  ['24: struct_ops  name other', []],
  ['id 13', []],
  ['bpf_reno wscale', ['bpf_reno>map A']],
  ['renowned', []],
  ['[{"id":1,"type":"struct_ops"}]', ['"id":1>map A']],
  ['3: struct_ops  map 12  ', ['map 12>map B']],
  [
    '7: struct_ops  name reno_ssthresh  tag 0d566f2bf505391d  gpl',
    ['7>program A ssthresh', 'reno_ssthresh>program A ssthresh'],
  ],
  [
    '"ssthresh": "u32 (struct sock *) reno_ssthresh/prog_id:7",',
    ['reno_ssthresh>program A ssthresh', 'prog_id:7>program A ssthresh'],
  ],
  [
    'ffffffff000117c0 t bpf_prog_0d566f2bf505391d_reno_ssthresh\t[bpf]',
    ['ffffffff000117c0 t bpf_prog_0d566f2bf505391d_reno_ssthresh>program A ssthresh'],
  ],
  ['flow 2 started', ['flow 2>socket 2']],
  ['ESTAB 0 0 10.0.0.1:40002 10.0.0.2:5555', ['10.0.0.1:40002>socket 2']],
  ['10.0.0.1:40003', []],
  ['reno.s', ['reno.s>text reno.s 0']],
  ['reno.s:5: no such register', ['reno.s:5>text reno.s 4']],
  ['/sys/fs/bpf/cc', ['/sys/fs/bpf/cc>map B']],
])('%s', (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test('the pieces of any text add up to it', () => {
  const text = 'a id 1 b\n12: struct_ops reno(reno)';
  expect(
    linker(NAMED)(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
  expect(linker({ maps: [], links: [], sockets: [], texts: [] })(text)).toEqual([{ text, target: null }]);
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
  expect(consoleOutput(messages, 2, NAMED).rows.map(({ pieces }) => pieces[0].text)).toEqual(['echo a', 'a']);
  expect(consoleOutput(messages, 3, NAMED).typed).toEqual(['echo a', 'echo b']);
});

test('clear empties the console, and going back before it fills it again', () => {
  const messages = [
    said(1, 'typed', 'echo a'),
    said(1, 'stdout', 'a'),
    said(2, 'typed', 'clear'),
    said(3, 'typed', 'ls'),
  ];
  expect(consoleOutput(messages, 3, NAMED).rows.map(({ pieces }) => pieces[0].text)).toEqual(['ls']);
  expect(consoleOutput(messages, 2, NAMED).rows).toEqual([]);
  expect(consoleOutput(messages, 1, NAMED).rows).toHaveLength(2);
});

test('much output is bounded and says so', () => {
  const messages = Array.from({ length: 400 }, (_, i) => said(1, 'stdout', `${i}`));
  const { rows, earlier } = consoleOutput(messages, 1, NAMED);
  expect(rows.length + earlier).toBe(400);
  expect(earlier).toBeGreaterThan(200);
  const [long] = consoleOutput([said(1, 'stdout', 'x'.repeat(50_000))], 1, NAMED).rows;
  expect(long.pieces[0].text).toMatch(/characters more are not shown/);
});
