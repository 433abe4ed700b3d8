import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as lateEngine from '../../engine/late.ts';
import type { AnswerMessage, AnswerOf, AskName } from '../../protocol/asks.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import { FollowedHistory } from '../../protocol/history.ts';
import { unpackHistory } from '../../protocol/history-message.ts';
import { type FromWorker, PROTOCOL_VERSION, type ToWorker } from '../../protocol/messages.ts';
import { replaceWhileConnected } from '../../scenarios/replace-while-connected.ts';
import { answerAsk } from '../asks.ts';
import { Session } from '../session.ts';

/** A file of public/btf. */
export const file = (name: string): ArrayBuffer =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../../../public/btf', name))).buffer;

/**
 * A session with a clock of its own: each look at it costs a tenth of a millisecond. `lateFails`: the engine's late
 * part cannot be fetched, which is known after this many looks.
 */
export function session(lateFails = false, looks = 0) {
  let now = 0;
  let looked = 0;
  let late: typeof lateEngine | null = null;
  const heard: FromWorker[] = [];
  const lab = new Session({
    post: (message) => heard.push(message),
    late: () => late,
    answerAsk: () => answerAsk,
    lateFailed: () => lateFails && ++looked > looks,
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
  /** The history that a page has by now. */
  const history = () => {
    let followed = new FollowedHistory();
    let shown = followed.shown;
    for (const message of heard) {
      if (message.type !== 'history') continue;
      if (message.whole) followed = new FollowedHistory();
      shown = followed.take(unpackHistory(message.delta));
    }
    return shown;
  };
  const answer = <N extends AskName>(name: N): AnswerOf<N> | undefined =>
    heard.findLast(
      (message): message is Extract<AnswerMessage, { name: N }> => message.type === 'answer' && message.name === name,
    )?.answer as AnswerOf<N> | undefined;
  return { lab, heard, last, say, open, time, settle, answer, history };
}

/** State of a map as a page has it now. */
export const stateOf = (s: ReturnType<typeof session>, letter: string): string | undefined =>
  s.last('cold')?.cold.maps.find((map) => map.letter === letter)?.state;
