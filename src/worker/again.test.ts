/** A new worker replaces one that died: all acts are sent to it at once, and none may be lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as lateEngine from '../engine/late.ts';
import type { FromWorker, ToWorker } from '../protocol/messages.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { answerAsk } from './asks.ts';
import { Session } from './session.ts';

const file = (name: string): ArrayBuffer =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../../public/btf', name))).buffer;

/** `fetching`: slices after which the engine's late chunk is loaded; 0: from the start. */
function answered(fetching: number, ...messages: readonly ToWorker[]): unknown {
  let now = 0;
  let left = fetching;
  let asked = false;
  const heard: FromWorker[] = [];
  const session = new Session({
    post: (message) => heard.push(message),
    late: () => (left === 0 ? lateEngine : null),
    answerAsk: () => answerAsk,
    lateFailed: () => false,
    fetchLate: () => {
      asked = true;
    },
    clock: () => {
      now += 0.1;
      return now;
    },
  });
  for (const message of messages) session.receive(message);
  for (let i = 0; i < 50_000 && session.due !== null; i++) {
    if (asked && left > 0) left--;
    session.slice();
  }
  session.receive({ type: 'ask', n: 1, name: 'log', request: { event: 0 } });
  for (let i = 0; i < 1000 && session.due !== null; i++) {
    if (asked && left > 0) left--;
    session.slice();
  }
  const answer = heard.findLast((message) => message.type === 'answer');
  return answer?.type === 'answer' ? answer.answer : null;
}

const open: ToWorker = {
  type: 'open',
  version: PROTOCOL_VERSION,
  kernel: 'v6.12',
  btf: file('v6.12.btf'),
  ids: file('v6.12.ids'),
  scenario: replaceWhileConnected,
  texts: {},
};
const spawn = { do: 'spawn', process: 'you' } as const;
const pin = { do: 'pin', process: 'you', path: '/sys/fs/bpf/x', map: 'B' } as const;

test.each([0, 5])(
  'commands that arrive before the run is known are carried out, after %i slices of fetching',
  (fetching) => {
    lateEngine.installLateTools();
    const log = answered(
      fetching,
      { ...open },
      { type: 'seek', time: 1_005_000_000, event: 5588 },
      { type: 'command', command: spawn },
      { type: 'command', command: pin },
      { type: 'seek', time: 1_005_000_000, event: 5590 },
    );
    expect(log).toMatchObject({
      commands: [
        { event: 5589, command: spawn },
        { event: 5590, command: pin },
      ],
    });
  },
);
