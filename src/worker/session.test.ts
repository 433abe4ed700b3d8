/** A session runs, plays and seeks, and tells the page. */
import { expect, test } from 'vitest';
import { nameTaken } from '../scenarios/name-taken.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import { file, session, stateOf } from './testing/session.ts';

test('opens where the scenario says, with the future known', () => {
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

test('playing ends with the scenario, and goes on beyond it when asked again', () => {
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

test('where no map changes any more, the next state says so', () => {
  const s = session();
  s.open();
  for (let i = 0; i < 60; i++) s.say({ type: 'step-state', direction: 1 });
  expect(s.last('notice')?.notice.title).toBe('No map changes after this point');
});

test('after the last system call, and before the first, the next call says so', () => {
  const s = session();
  s.open();
  for (let i = 0; i < 60; i++) s.say({ type: 'step-call', direction: 1 });
  expect(s.last('notice')?.notice.title).toBe('No system call after this point');
  for (let i = 0; i < 60; i++) s.say({ type: 'step-call', direction: -1 });
  expect(s.last('notice')?.notice.title).toBe('No system call before this point');
});

test('the engine works without its late part, and reports a request that needs it', () => {
  const s = session(true);
  s.open();
  s.say({ type: 'ask', n: 1, name: 'heat', request: { time: 5e8 } });
  expect(s.last('notice')?.notice.title).toBe('A part of the engine could not be loaded');
  s.say({ type: 'step-state', direction: 1 });
  expect(s.time()).toBeGreaterThan(replaceWhileConnected.openAt);
});

test('fetching the late part ends on the page too when it fails', () => {
  const s = session(true, 5);
  s.open();
  s.say({ type: 'ask', n: 1, name: 'heat', request: { time: 5e8 } });
  expect(s.last('heartbeat')?.job).toBe('fetching the rest of the engine');
  expect(s.heard.findLast(({ type }) => type === 'heartbeat' || type === 'frame')?.type).toBe('frame');
});

test('the measurement of a run names the congestion controls of its connections', () => {
  const s = session();
  s.open();
  s.say({ type: 'ask', n: 1, name: 'measure', request: { until: 1e9 } });
  expect(s.answer('measure')?.flows.map(({ cc }) => cc)).toContain('bpf_aimd');
});

test('a seek replaces one that is under way', () => {
  const s = session();
  s.open();
  s.lab.receive({ type: 'seek', time: 1_900_000_000 });
  s.lab.receive({ type: 'seek', time: 700_000_000 });
  s.settle();
  expect(s.time()).toBe(700_000_000);
});

test('a seek does not replace one at whose end a command waits', () => {
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
