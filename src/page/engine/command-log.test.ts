import { expect, test } from 'vitest';
import type { Scenario } from '../../engine/index.ts';
import { type Act, emptyLog, logAct, replay, withoutAct } from './command-log.ts';

const scenario: Scenario = {
  id: 'x',
  title: '',
  intro: '',
  path: { rateBps: 1, delayNs: 1, queuePackets: 1 },
  seed: 1,
  texts: {},
  steps: [],
  openAt: 0,
  until: 0,
  expect: [],
};
const close = (socket: number): Act => ({ type: 'command', command: { do: 'close', socket } });

test('a replay performs each act at its time, then seeks to the cursor', () => {
  const log = logAct(logAct(emptyLog(scenario, 'v6.12', {}), close(1), 10), close(2), 20);
  expect(replay(log, 15)).toEqual([
    { type: 'seek', time: 10 },
    close(1),
    { type: 'seek', time: 20 },
    close(2),
    { type: 'seek', time: 15 },
  ]);
});

test('acting in the past drops later acts', () => {
  const log = [close(1), close(2)].reduce(
    (log, act, i) => logAct(log, act, 10 + i * 10),
    emptyLog(scenario, 'v6.12', {}),
  );
  expect(logAct(log, close(3), 15).acts.map(({ time }) => time)).toEqual([10, 15]);
});

test('an unanswered act is left out', () => {
  const last = close(2);
  const log = logAct(logAct(emptyLog(scenario, 'v6.12', {}), close(1), 10), last, 20);
  expect(withoutAct(log, last).acts.map(({ time }) => time)).toEqual([10]);
});

test('acts of one time keep their order, and an event is found by its time', () => {
  const log = [close(1), close(2)].reduce((log, act) => logAct(log, act, 10, 7), emptyLog(scenario, 'v6.12', {}));
  expect(replay(log, 10, 9)).toEqual([
    { type: 'seek', time: 10, event: 7 },
    close(1),
    close(2),
    { type: 'seek', time: 10, event: 9 },
  ]);
});
