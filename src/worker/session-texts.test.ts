/** Texts and types that a session is given: loaded, verified, refused. */
import { expect, test } from 'vitest';
import { anyStruct } from '../scenarios/any-struct.ts';
import { nameTaken } from '../scenarios/name-taken.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import { file, session, stateOf } from './testing/session.ts';

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

test('a text that the kernel refuses to load is reported with the kernel’s answer, each time', () => {
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
  // a member's negative result is no refusal
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

test('a text is verified as it is typed, without being loaded', () => {
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

test('a program that the verifier refuses runs when the user asks for it', () => {
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
  s.lab.slice();
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

test("a kernel's log gives what that kernel found", () => {
  const s = session();
  s.open();
  const log =
    '0: R1=ctx() R10=fp0\n0: (bf) r0 = r7\nR7 !read_ok\nprocessed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n';
  s.say({ type: 'ask', n: 1, name: 'verify', request: { name: 'kernel.log', text: log, detail: true } });
  expect(s.answer('verify')).toMatchObject([{ from: 'log', ok: false, message: 'R7 !read_ok', failedSlot: 0 }]);
});

test('a refused registration leaves no map and no text behind', () => {
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

test('a struct that no kernel registers keeps its map, whose members run by BPF_PROG_TEST_RUN', () => {
  const s = session();
  s.open();
  const text = '.struct_ops bpf_dummy_ops\n.license "GPL"\n.section struct_ops/test_1\none:\n  r0 = 77\n  exit\n';
  s.say({ type: 'register-new', name: 'dummy.s', text });
  expect(s.last('notice')?.notice.detail).toContain('EOPNOTSUPP');
  s.say({
    type: 'command',
    command: { do: 'call-member', process: 'loader-c', map: 'C', member: 'test_1', args: ['00'] },
  });
  expect(s.history().messages.at(-1)?.text).toContain('= 77');
});

test("letters are given once: one's own map keeps its letter, and the scenario's maps have theirs", () => {
  const s = session();
  s.open();
  s.say({ type: 'seek', time: 0 });
  const mine = replaceWhileConnected.texts['bpf_reno.s'].replace('"bpf_reno"', '"mine"');
  s.say({ type: 'register-new', name: 'mine.s', text: mine });
  const letterOf = (name: string): readonly string[] =>
    s.last('cold')?.cold.maps.flatMap((map) => (map.ccName === name ? [map.letter] : [])) ?? [];
  const [letter] = letterOf('mine');
  s.say({ type: 'seek', time: replaceWhileConnected.until });
  expect(letterOf('mine')).toEqual([letter]);
  expect(letterOf('bpf_reno')).toEqual(['A']);
  expect(letterOf('bpf_aimd')).toEqual(['B']);
  expect(stateOf(s, letter ?? '')).toBe('INUSE');
  expect(
    s
      .history()
      .transitions.filter(({ map }) => map === letter)
      .map(({ to }) => to),
  ).toEqual(['INIT', 'INUSE']);
});

const HEAD = '.struct_ops tcp_congestion_ops\n.name "x"\n.section struct_ops/ssthresh\na:\n';

test.each([
  ['a register that is read before it is set', '  r0 = r7\n  exit', 'R7 !read_ok', 4],
  ['a constant divisor of 0', '  r0 = 8\n  r0 /= 0\n  exit', 'div by zero', 5],
  [
    'a store below the stack',
    '  r0 = 2\n  *(u64 *)(r10 - 520) = r0\n  exit',
    'invalid write to stack R10 off=-520 size=8',
    5,
  ],
  [
    'a store to a field that is not writable',
    '  r6 = *(u64 *)(r1 + 0)\n  r0 = 2\n  *(u32 *)(r6 + tcp_sock.srtt_us) = r0\n  exit',
    /^no write support to tcp_sock at off \d+$/,
    6,
  ],
  ["a member's answer that is not set", '  r1 = 2\n  exit', 'R0 !read_ok', 5],
])('%s is marked at its line', (_, body, message, line) => {
  const s = session();
  s.open();
  s.say({ type: 'ask', n: 1, name: 'verify', request: { name: 'x.s', text: `${HEAD}${body}\n`, detail: false } });
  const [program] = s.answer('verify') ?? [];
  expect(program).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  expect(program?.lines[program.failedSlot]).toBe(line);
});

test.each(['', '; only a comment', '.license "GPL"\n'])(
  'a text without a map is not registered, and says what it lacks: %j',
  (text) => {
    const s = session();
    s.open();
    const calls = s.history().calls.length;
    s.say({ type: 'register-new', n: 1, name: 'mine.s', text });
    expect(s.last('notice')?.notice.title).toBe('mine.s defines no map');
    expect(s.history().calls).toHaveLength(calls);
  },
);
