import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as lateEngine from '../engine/late.ts';
import type { AnswerMessage, AnswerOf, AskName } from '../protocol/asks.ts';
import type { FromWorker, ToWorker } from '../protocol/messages.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import { FollowedHistory } from '../protocol/history.ts';
import { decodeFrame } from '../protocol/frame.ts';
import { anyStruct } from '../scenarios/any-struct.ts';
import { builtByClang } from '../scenarios/built-by-clang.ts';
import { nameTaken } from '../scenarios/name-taken.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { Session } from './session.ts';

const file = (name: string): ArrayBuffer =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../../public/btf', name))).buffer;

/** A session with its own clock, which advances 0.1 ms whenever it is read. */
function session(lateFails = false) {
  let now = 0;
  let late: typeof lateEngine | null = null;
  const heard: FromWorker[] = [];
  const lab = new Session({
    post: (message) => heard.push(message),
    late: () => late,
    lateFailed: () => lateFails,
    fetchLate: () => {
      if (lateFails) return;
      lateEngine.installLateTools();
      late = lateEngine;
    },
    clock: () => {
      now += 0.1;
      return now;
    },
  });
  const settle = (slices = 20_000): void => {
    for (let i = 0; i < slices && lab.due !== null; i++) lab.slice();
  };
  const last = <T extends FromWorker['type']>(type: T) =>
    heard.findLast((message): message is Extract<FromWorker, { type: T }> => message.type === type);
  const say = (message: ToWorker): void => {
    lab.receive(message);
    if (message.type !== 'play') settle();
  };
  const open = (scenario = replaceWhileConnected, texts: Record<string, string> = {}): void =>
    say({
      type: 'open',
      version: PROTOCOL_VERSION,
      kernel: 'v6.12',
      btf: file('v6.12.btf'),
      ids: file('v6.12.ids'),
      scenario,
      texts,
    });
  const time = (): number => decodeFrame(last('frame')?.numbers ?? new Float64Array(9)).time;
  /** The history that a page has received so far. */
  const history = () => {
    let followed = new FollowedHistory();
    let shown = followed.shown;
    for (const message of heard) {
      if (message.type !== 'history') continue;
      if (message.whole) followed = new FollowedHistory();
      shown = followed.take(message.delta);
    }
    return shown;
  };
  const answer = <N extends AskName>(name: N): AnswerOf<N> | undefined =>
    heard.findLast(
      (message): message is Extract<AnswerMessage, { name: N }> => message.type === 'answer' && message.name === name,
    )?.answer as AnswerOf<N> | undefined;
  return { lab, heard, last, say, open, time, settle, answer, history };
}

const stateOf = (s: ReturnType<typeof session>, letter: string): string | undefined =>
  s.last('cold')?.cold.maps.find((map) => map.letter === letter)?.state;

test('opens at the scenario’s time, with the later run known', () => {
  const s = session();
  s.open();
  expect(s.time()).toBe(replaceWhileConnected.openAt);
  expect(stateOf(s, 'A')).toBe('TOBEFREE');
  expect(s.history().transitions.at(-1)).toMatchObject({ map: 'A', to: 'FREED' });
});

test('state by state to the end and back again', () => {
  const s = session();
  s.open();
  for (let i = 0; i < 8; i++) s.say({ type: 'step-state', direction: 1 });
  expect(stateOf(s, 'A')).toBe('FREED');
  for (let i = 0; i < 40; i++) s.say({ type: 'step-state', direction: -1 });
  expect(s.time()).toBe(0);
  expect(s.last('cold')?.cold.maps).toEqual([]);
});

test('playing ends with the scenario, and continues beyond it when asked again', () => {
  const s = session();
  s.open();
  s.say({ type: 'play', speed: 1000 });
  s.settle();
  expect(s.time()).toBe(replaceWhileConnected.until);
  expect(s.last('frame')?.playing).toBe(false);
  expect(s.last('notice')?.notice.title).toBe('The scenario ends here');
  s.say({ type: 'play', speed: 1000 });
  s.settle(50);
  expect(s.time()).toBeGreaterThan(replaceWhileConnected.until);
});

test('next state says so if no map changes any more', () => {
  const s = session();
  s.open();
  for (let i = 0; i < 60; i++) s.say({ type: 'step-state', direction: 1 });
  expect(s.last('notice')?.notice.title).toBe('No map changes after this point');
});

test('without its late chunk the engine runs, and requests that need it get a message', () => {
  const s = session(true);
  s.open();
  s.say({ type: 'ask', n: 1, name: 'heat', request: { time: 5e8 } });
  expect(s.last('notice')?.notice.title).toBe('A part of the engine could not be loaded');
  s.say({ type: 'step-state', direction: 1 });
  expect(s.time()).toBeGreaterThan(replaceWhileConnected.openAt);
});

test('measuring again gives the same goodput of connections', () => {
  const s = session();
  s.open();
  s.say({ type: 'ask', n: 1, name: 'measure', request: { until: 1e9 } });
  expect(s.answer('measure')?.flows.map(({ cc }) => cc)).toContain('bpf_aimd');
});

test('a seek replaces a running one', () => {
  const s = session();
  s.open();
  s.lab.receive({ type: 'seek', time: 1_900_000_000 });
  s.lab.receive({ type: 'seek', time: 700_000_000 });
  s.settle();
  expect(s.time()).toBe(700_000_000);
});

test('a seek does not replace one that a command waits for', () => {
  const s = session();
  s.open();
  s.lab.receive({ type: 'seek', time: 700_000_000 });
  s.lab.receive({ type: 'command', command: { do: 'grace', clock: 'tasks', to: 'hold' } });
  s.lab.receive({ type: 'seek', time: 800_000_000 });
  s.settle();
  expect(s.time()).toBe(800_000_000);
  s.say({ type: 'seek', time: 699_000_000 });
  expect(s.last('cold')?.cold.heldClocks).toEqual([]);
  s.say({ type: 'seek', time: 701_000_000 });
  expect(s.last('cold')?.cold.heldClocks).toEqual(['tasks']);
});

test('the end of what is known is never before a command just given', () => {
  const s = session();
  s.open();
  const given = s.time();
  s.lab.receive({ type: 'command', command: { do: 'grace', clock: 'tasks', to: 'hold' } });
  const until = s.history().until ?? 0;
  expect(until).toBe(given);
  s.lab.receive({ type: 'seek', time: until });
  s.settle();
  expect(s.time()).toBe(given);
  expect(s.last('cold')?.cold.heldClocks).toEqual(['tasks']);
});

test('plays by the wall clock, and pauses', () => {
  const s = session();
  s.open();
  const before = s.time();
  s.say({ type: 'play', speed: 1 });
  for (let i = 0; i < 200; i++) s.lab.slice();
  expect(s.time()).toBeGreaterThan(before);
  s.say({ type: 'pause' });
  expect(s.last('frame')?.playing).toBe(false);
  expect(s.lab.due).toBeNull();
});

test('a refused call is reported with its errno', () => {
  const s = session();
  s.open(nameTaken);
  s.say({ type: 'command', command: { do: 'register', process: 'somebody', map: 'A' } });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'refused' });
  expect(s.history().calls.some((call) => call.ret === -16)).toBe(true);
});

test('a text that does not assemble leaves the lab as it was', () => {
  const s = session();
  s.open();
  const frames = s.heard.filter(({ type }) => type === 'cold').length;
  s.say({
    type: 'restart',
    unverified: false,
    texts: { ...replaceWhileConnected.texts, 'bpf_reno.s': 'nonsense here' },
  });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'error', text: 'bpf_reno.s', line: 0 });
  expect(s.heard.filter(({ type }) => type === 'cold').length).toBe(frames);
  expect(s.time()).toBe(replaceWhileConnected.openAt);
});

test('a text that the kernel refuses to load is reported with its error, each time', () => {
  const s = session();
  s.open();
  const refused = replaceWhileConnected.texts['bpf_reno.s'].replace('r0 >>= 1', 'callx r1');
  for (let i = 0; i < 2; i++) {
    const before = s.heard.filter(({ type }) => type === 'notice').length;
    s.say({ type: 'restart', unverified: false, texts: { ...replaceWhileConnected.texts, 'bpf_reno.s': refused } });
    expect(s.last('notice')?.notice).toMatchObject({ kind: 'refused', detail: 'EINVAL: unknown opcode 8d' });
    expect(s.heard.filter(({ type }) => type === 'notice').length).toBe(before + 1);
  }
});

test('the same text as a new map: the kernel answers EEXIST', () => {
  const s = session();
  s.open();
  s.say({ type: 'register-new', name: 'bpf_aimd.s', text: replaceWhileConnected.texts['bpf_aimd.s'] });
  expect(s.last('notice')?.notice.kind).toBe('refused');
  expect(stateOf(s, 'C')).toBe('INIT');
  expect(s.history().calls.findLast((call) => call.map === 'C')?.ret).toBe(-17);
});

test('a restart keeps the time, the seed and the series of the run before', () => {
  const s = session();
  s.open();
  const before = s.history().series;
  const kinder = replaceWhileConnected.texts['bpf_reno.s'].replace('r0 >>= 1', 'r0 >>= 0');
  s.say({ type: 'restart', unverified: false, texts: { ...replaceWhileConnected.texts, 'bpf_reno.s': kinder } });
  const after = s.history();
  expect(s.time()).toBe(replaceWhileConnected.openAt);
  expect(after?.ghosts).toEqual(before);
  expect(after?.series).not.toEqual(before);
});

test('a page of another version gets a message', () => {
  const s = session();
  s.say({
    type: 'open',
    version: PROTOCOL_VERSION + 1,
    kernel: 'v6.12',
    btf: file('v6.12.btf'),
    ids: file('v6.12.ids'),
    scenario: replaceWhileConnected,
    texts: {},
  });
  expect(s.last('crash')?.message).toMatch(/different versions/);
});

test('a damaged BTF is reported, not thrown', () => {
  const s = session();
  const btf = file('v6.12.btf').slice(0, 1000);
  s.say({
    type: 'open',
    version: PROTOCOL_VERSION,
    kernel: 'v6.12',
    btf,
    ids: file('v6.12.ids'),
    scenario: nameTaken,
    texts: {},
  });
  expect(s.last('crash')?.message).toMatch(/BTF/);
});

test('a restart brings types, and programs that implement them', () => {
  const s = session();
  s.open();
  s.say({ type: 'restart', unverified: false, texts: { ...replaceWhileConnected.texts, ...anyStruct.texts } });
  expect(s.last('notice')).toBeUndefined();
  s.say({ type: 'register-new', name: 'counter.s', text: anyStruct.texts['counter.s'] });
  expect(stateOf(s, 'C')).toBe('INUSE');
  s.say({ type: 'command', command: { do: 'call-member', process: 'p', map: 'C', member: 'step', args: ['', -9] } });
  // a member's return value is not a refusal
  expect(s.last('notice')).toBeUndefined();
  expect(s.history().messages.at(-1)?.text).toContain('step(, -9) = -9');
  s.say({ type: 'command', command: { do: 'call-member', process: 'p', map: 'C', member: 'reset', args: ['00'] } });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'refused', detail: 'reset is not implemented' });
});

test('types with an error leave the lab as it was, and say where it is', () => {
  const s = session();
  s.open(anyStruct);
  s.say({
    type: 'restart',
    unverified: false,
    texts: { ...anyStruct.texts, 'types.h': '\nstruct x { int (*f)(int) };\n' },
  });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'error', title: 'types.h declares no type', line: 1 });
  expect(stateOf(s, 'A')).toBe('INUSE');
  s.say({
    type: 'restart',
    unverified: false,
    texts: { ...anyStruct.texts, 'types.h': 'struct other { int (*f)(int); };\n' },
  });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'error', text: 'counter.s' });
});

test('contents of a map are those at the cursor', () => {
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

test('finding when a register had a value goes there, or stays with a notice', () => {
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

test('an answer names its run; a restart with another text and a branch start another run', () => {
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
    const columns = [delta.queue, ...delta.series].flatMap(({ time, values }) => [time, ...values]);
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

test('a text is verified while it is typed, without being loaded', () => {
  const s = session();
  s.open();
  const good = replaceWhileConnected.texts['bpf_reno.s'];
  s.say({ type: 'ask', n: 1, name: 'verify', request: { name: 'x.s', text: good, detail: true } });
  expect(s.answer('verify')?.map(({ ok, errno }) => [ok, errno])).toEqual([
    [true, 0],
    [true, 0],
    [true, 0],
  ]);
  const bad = good.replace('r0 >>= 1', 'r0 = *(u64 *)(r9 + 0)');
  s.say({ type: 'ask', n: 2, name: 'verify', request: { name: 'x.s', text: bad, detail: true } });
  const refused = s.answer('verify')?.find(({ ok }) => !ok);
  expect(refused).toMatchObject({ errno: 13, message: 'R9 !read_ok' });
  expect(bad.split('\n')[refused?.lines[refused.failedSlot] ?? 0]).toContain('(r9 + 0)');
  expect(refused?.visits.length).toBeGreaterThan(2);
  s.say({ type: 'ask', n: 3, name: 'verify', request: { name: 'x.s', text: 'nonsense here', detail: true } });
  expect(s.answer('verify')).toBeNull();
});

test('a program that the verifier refuses runs if that was requested', () => {
  const s = session();
  s.open();
  const text = replaceWhileConnected.texts['bpf_reno.s'].replace('r0 >>= 1', 'r9 = 0\n  *(u64 *)(r9 + 0) = r9');
  const texts = { ...replaceWhileConnected.texts, 'bpf_reno.s': text };
  s.say({ type: 'restart', unverified: false, texts });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'refused', detail: "EACCES: R9 invalid mem access 'scalar'" });
  s.say({ type: 'restart', unverified: true, texts });
  expect(s.last('notice')?.notice).toMatchObject({ kind: 'stopped', notKernel: true });
  expect(s.last('cold')?.cold.unverified).toBe(true);
});

test('going back finds lines too, and says where there is nothing to find', () => {
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

test('a long verification delays nothing else, and a newer text replaces it', () => {
  const s = session();
  s.open();
  const good = replaceWhileConnected.texts['bpf_reno.s'];
  const loop = 'r6 = 0\nagain:\n  r6 += 1\n  if r6 < 300000 goto again';
  const long = good.replace('r0 >>= 1', `${loop}\n  r0 >>= 1`);
  const ask = (n: number, text: string): void =>
    s.lab.receive({ type: 'ask', n, name: 'verify', request: { name: 'x.s', text, detail: true } });
  ask(1, long);
  s.lab.slice();
  // moves do not wait for it
  s.lab.receive({ type: 'step-state', direction: 1 });
  expect(s.time()).toBeGreaterThan(replaceWhileConnected.openAt);
  expect(s.answer('verify')).toBeUndefined();
  ask(2, good);
  s.settle();
  const answers = s.heard.filter((message) => message.type === 'answer');
  expect(answers.map((message) => message.type === 'answer' && message.n)).toEqual([2]);
  // another run drops it: the page asks again
  ask(3, long);
  s.lab.slice();
  s.say({ type: 'restart', unverified: false, texts: replaceWhileConnected.texts });
  s.settle();
  expect(s.heard.some((message) => message.type === 'answer' && message.n === 3)).toBe(false);
});

test("a kernel's log is answered with the paths in it", () => {
  const s = session();
  s.open();
  const log =
    '0: R1=ctx() R10=fp0\n0: (bf) r0 = r7\nR7 !read_ok\nprocessed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n';
  s.say({ type: 'ask', n: 1, name: 'verify', request: { name: 'kernel.log', text: log, detail: true } });
  expect(s.answer('verify')).toMatchObject([{ from: 'log', ok: false, message: 'R7 !read_ok', failedSlot: 0 }]);
});

test('playing stops after a step that asks for it, and goes on from there to the end', () => {
  const s = session();
  const steps = nameTaken.steps.map((step, i) => (i === 2 ? { ...step, pause: true } : step));
  s.open({ ...nameTaken, openAt: 0, steps });
  const play = (): void => {
    s.say({ type: 'play', speed: 10 });
    s.settle(100_000);
  };
  play();
  expect(s.time()).toBe(steps[2].at);
  expect(s.last('notice')?.notice.title).toBe('The scenario pauses here');
  play();
  expect(s.time()).toBe(nameTaken.until);
  expect(s.last('notice')?.notice.title).toBe('The scenario ends here');
});

test('a refused registration leaves no map and no text', () => {
  const s = session();
  s.open();
  const taken = replaceWhileConnected.texts['bpf_aimd.s'];
  s.say({ type: 'register-new', name: 'second.s', text: taken });
  expect(s.last('notice')?.notice.detail).toContain('EEXIST');
  expect(s.last('texts')?.texts).not.toHaveProperty('second.s');
  const held = s.last('cold')?.cold.processes.find(({ name }) => name === 'loader-c');
  expect(held).toMatchObject({ alive: false, fds: [] });
  s.say({ type: 'seek', time: s.time() + 1e8 });
  expect(s.last('cold')?.cold.maps.filter(({ state }) => state === 'INIT')).toEqual([]);
});
