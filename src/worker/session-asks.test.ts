/** Questions of the page to a session, and what the history costs. */
import { expect, test } from 'vitest';
import { builtByClang } from '../scenarios/built-by-clang.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FromWorker } from '../protocol/messages.ts';
import { session } from './testing/session.ts';

test('the contents of a map are those at the cursor', () => {
  const s = session();
  const object = readFileSync(join(import.meta.dirname, '../../public/samples/watched.bpf.o')).toString('base64');
  s.open({ ...builtByClang, objects: { 'watched.bpf.o': object } });
  const maps = s.last('cold')?.cold.objects[0].maps ?? [];
  const ask = (name: string) => {
    const id = maps.find((map) => map.name === name)?.id ?? 0;
    s.say({ type: 'ask', n: 1, name: 'map', request: { id, event: 0 } });
    return s.answer('map');
  };
  expect(ask('sockets')?.elements).toHaveLength(2);
  expect(ask('losses')?.elements).toHaveLength(5);
  expect(ask('losses')?.elements?.[0]).toMatchObject({ keyText: null, valueText: null });
  expect(ask('windows')?.elements).toHaveLength(16);
  expect(ask('sockets')?.tags).toContainEqual({
    text: 'packets',
    kind: 'STRUCT',
    name: 'seen',
    component: 'greatest_cwnd',
  });
  s.say({ type: 'seek', time: 1_300_000_000 });
  expect(ask('losses')?.elements?.length).toBeLessThan(5);
  s.say({ type: 'seek', time: 0 });
  expect(ask('losses')).toEqual({ elements: null, tags: null });
});

test('asking when a register had a value goes there, or stays in place with a notice', () => {
  const s = session();
  s.open();
  for (let i = 0; i < 5; i++) s.say({ type: 'step-instruction', direction: 1 });
  const stood = s.last('cpu')?.cpu;
  const sk = stood?.registers[6] ?? [0, 0];
  s.heard.length = 0;
  s.say({ type: 'when-register', register: 6, value: [sk[0], sk[1]] });
  expect(s.last('notice')?.notice.title).toMatch(/^Written by reno_/);
  expect(s.last('cpu')?.cpu?.pc).toBe(0);
  // all the way back, in slices
  s.say({ type: 'when-register', register: 6, value: [7, 7] });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'info', title: 'It never had this value before' });
  expect(s.last('cpu')?.cpu?.pc).toBe(0);
  expect(s.heard.filter(({ type }) => type === 'heartbeat').length).toBeGreaterThan(2);
});

test('answers belong to the run that was asked; a restart with another text, and a fork, begin another run', () => {
  const s = session();
  s.open();
  const runs = () => s.heard.flatMap((message) => (message.type === 'run' ? [message.run] : []));
  const id = s.last('cold')?.cold.maps[0].progs[0].id ?? 0;
  const ask = (n: number) => s.say({ type: 'ask', n, name: 'program', request: { id } });
  ask(1);
  const before = s.answer('program');
  s.say({
    type: 'restart',
    unverified: false,
    texts: {
      ...replaceWhileConnected.texts,
      'bpf_reno.s': replaceWhileConnected.texts['bpf_reno.s'].replace('r0 >>= 1', 'r0 >>= 2'),
    },
  });
  ask(2);
  const after = s.answer('program');
  expect(JSON.stringify(before)).toContain('r0 >>= 1');
  expect(JSON.stringify(after)).toContain('r0 >>= 2');
  expect(runs()).toEqual([1, 2]);
  s.say({ type: 'command', command: { do: 'grace', clock: 'tasks', to: 'hold' } });
  expect(runs()).toEqual([1, 2, 3]);
  ask(3);
  expect(s.last('answer')?.run).toBe(3);
});

test('ten flows for a minute: at most 64 KB of history a second, whatever the length of the run', () => {
  const s = session();
  const steps = Array.from({ length: 10 }, (_, i) => ({
    at: 100e6 + i * 10e6,
    caption: '',
    command: { do: 'connect' as const, process: 'p', socket: i + 1 },
  }));
  s.open({ ...replaceWhileConnected, steps, openAt: 0, until: 0, expect: [] });
  const bytesOf = (message: FromWorker): number => {
    if (message.type !== 'history') return 0;
    const { delta } = message;
    const columns = [delta.heads, delta.times, delta.values];
    const rows = [delta.calls, delta.transitions, delta.refs, delta.captions, delta.notes, delta.messages];
    const texts = rows.reduce((sum, list) => sum + JSON.stringify(list).length, 0);
    return columns.reduce((sum, column) => sum + column.byteLength, texts);
  };
  const spent: number[] = [];
  for (let second = 1; second <= 60; second++) {
    s.heard.length = 0;
    s.say({ type: 'seek', time: second * 1e9 });
    spent.push(s.heard.reduce((sum, message) => sum + bytesOf(message), 0));
  }
  expect(Math.max(...spent)).toBeLessThan(64_000);
  expect(spent[59]).toBeLessThan(spent[9] * 1.5);
  expect(s.last('frame')).toBeDefined();
});

test('states of a hundred sockets are told as seldom as the history while playing, and at once when it stops', () => {
  const s = session();
  const steps = Array.from({ length: 100 }, (_, i) => ({
    at: 100e6 + i * 1e6,
    caption: '',
    command: { do: 'connect' as const, process: 'p', socket: i + 1 },
  }));
  s.open({ ...replaceWhileConnected, steps, openAt: 0, until: 400e6, expect: [] });
  s.heard.length = 0;
  s.say({ type: 'play', speed: 0.25 });
  s.settle();
  const told = s.heard.map(({ type }) => type);
  const frames = told.filter((type) => type === 'frame').length;
  const states = s.heard.flatMap((message) => (message.type === 'cold' ? [message.cold.sockets] : []));
  const crowded = states.filter((sockets) => sockets.length === 100).length;
  expect(frames).toBeGreaterThan(100);
  // after the last of them 0.2 s at a quarter of the speed take 0.8 s: a message each half second, and the last one
  expect(crowded).toBeLessThan(5);
  expect(s.last('cold')?.cold.sockets.filter(({ state }) => state === 'ESTABLISHED').length).toBeGreaterThan(50);
});

test('going back also finds lines, and says when there is nothing to find', () => {
  const s = session();
  s.open();
  s.say({ type: 'reverse' });
  expect(s.last('notice')?.notice.title).toBe('There is nothing to go back to');
  s.say({ type: 'breakpoints', breakpoints: [{ text: 'bpf_reno.s', line: 3 }] });
  s.say({ type: 'reverse' });
  expect(s.last('notice')?.notice.title).toBe('No break was met before this point');
  const line = replaceWhileConnected.texts['bpf_reno.s'].split('\n').findIndex((one) => one.includes('snd_cwnd'));
  s.say({ type: 'breakpoints', breakpoints: [{ text: 'bpf_reno.s', line, when: 'tp->snd_cwnd > 10' }] });
  s.say({ type: 'seek', time: 700e6 });
  s.say({ type: 'reverse' });
  expect(s.last('cpu')?.cpu?.line).toBe(line);
});

test('a tracepoint prints lines without stopping, and an invalid one is reported', () => {
  const s = session();
  s.open();
  s.say({ type: 'breaks', breaks: [{ on: 'condition', text: 'tp->snd_cwnd > 10', trace: true, print: 'queue' }] });
  s.say({ type: 'seek', time: 0 });
  s.say({ type: 'play', speed: 100 });
  s.settle();
  expect(s.last('traced')?.lines[0]?.text).toMatch(/^tp->snd_cwnd > 10 for connection \d+: queue=\d+$/);
  s.say({ type: 'breaks', breaks: [{ on: 'condition', text: 'nosuch' }] });
  expect(s.last('notice')?.notice.detail).toMatch(/there is no "nosuch"/);
  expect(s.last('traced')?.lines).toEqual([]);
});

test('a program asked for while the machine is on its way to the page’s time is listed', () => {
  const s = session();
  s.open();
  const id = s.last('cold')?.cold.maps[0]?.progs[0]?.id ?? 0;
  s.say({ type: 'seek', time: 0 });
  s.lab.receive({ type: 'seek', time: replaceWhileConnected.openAt });
  s.say({ type: 'ask', n: 1, name: 'program', request: { id } });
  expect(s.answer('program')?.length).toBeGreaterThan(2);
});
