import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../engine/base/testing/runs.ts';
import { HistoryFeed } from '../engine/lab/history-feed.ts';
import { Recorder } from '../engine/lab/recorder.ts';
import type { History } from '../engine/index.ts';
import { packHistory, unpackHistory } from './history-message.ts';
import { FollowedHistory } from './history.ts';

type Step =
  | { readonly do: 'window'; readonly socket: number; readonly map: string | null; readonly after: number }
  | { readonly do: 'queue'; readonly length: number; readonly after: number }
  | { readonly do: 'caption'; readonly after: number }
  | { readonly do: 'forget'; readonly share: number }
  | { readonly do: 'send' };

const after = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('window' as const), socket: fc.nat(2), map: fc.constantFrom('A', 'B', null), after }),
  fc.record({ do: fc.constant('queue' as const), length: fc.nat(5), after }),
  fc.record({ do: fc.constant('caption' as const), after }),
  fc.record({ do: fc.constant('forget' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant('send' as const) }),
);

/** With columns as plain arrays. */
const plain = (history: History) => ({
  ...history,
  series: history.series.map(({ socket, map, time, cwnd, ssthresh, srttUs, caState }) => ({
    socket,
    map,
    columns: [time, cwnd, ssthresh, srttUs, caState].map((column) => Array.from(column)),
  })),
  queue: [Array.from(history.queue.time), Array.from(history.queue.length)],
});

test('after any number of increments and forks the page has the recorded history', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const recorder = new Recorder();
      const feed = new HistoryFeed(recorder);
      const followed = new FollowedHistory();
      let time = 0;
      for (const one of steps) {
        if ('after' in one) time += one.after;
        if (one.do === 'window') recorder.window(time, one.socket, one.map, time % 7, 1, 2, 3);
        else if (one.do === 'queue') recorder.queueLength(time, one.length);
        else if (one.do === 'caption') recorder.caption({ n: time, time, event: time, text: '' });
        else if (one.do === 'forget') {
          time = Math.floor(time * one.share);
          recorder.forget(time, time, []);
        } else {
          const had = plain(followed.shown);
          const kept = followed.shown;
          followed.take(unpackHistory(structuredClone(packHistory(feed.take()))));
          // arrays handed out before are unchanged
          expect(plain(kept)).toEqual(had);
        }
      }
      followed.take(feed.take());
      expect(plain(followed.shown)).toEqual(plain(recorder.history));
    }),
    { numRuns: runs(300, 20_000) },
  );
});
