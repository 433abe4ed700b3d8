/* Searches that run for long do so in slices, so that the page hears from the engine. */
import { expect, test } from 'vitest';
import type { Scenario } from '../engine/index.ts';
import type { ToWorker } from '../protocol/messages.ts';
import { session } from './testing/session.ts';

const ms = (count: number): number => Math.round(count * 1e6);

/** Connections without a BPF program: nothing to stop at. */
const plain: Scenario = {
  id: 'plain',
  title: 'No program',
  intro: '',
  path: { rateBps: 4_000_000, delayNs: ms(10), queuePackets: 500, accessNs: ms(4) },
  seed: 1,
  texts: {},
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'client' } },
    ...Array.from({ length: 2 }, (_, i) => ({
      at: ms(20 + i),
      caption: '',
      command: { do: 'connect', process: 'client', socket: i + 1, cc: 'reno' } as const,
    })),
  ],
  openAt: ms(100.5),
  until: ms(400),
  expect: [],
};

test.each<readonly [ToWorker, string]>([
  [{ type: 'step-instruction', direction: 1 }, 'No BPF program runs after this point'],
  [{ type: 'step-over' }, 'No BPF program runs after this point'],
  [{ type: 'run-to', text: 'none.s', line: 0 }, 'Line 1 was not reached'],
])('a search for an instruction that never comes is sliced, and ends where it began: %j', (message, title) => {
  const s = session();
  s.open(plain);
  const heard = s.heard.length;
  s.lab.receive(message);
  // a key pressed meanwhile waits its turn
  expect(s.lab.due).toBe(0);
  s.settle();
  const beats = s.heard.slice(heard).filter(({ type }) => type === 'heartbeat');
  expect(beats.length).toBeGreaterThan(2);
  expect(s.last('notice')?.notice.title).toBe(title);
  expect(s.time()).toBe(ms(100.5));
});

test('hits are counted in slices before playing goes on, and those before the cursor count', () => {
  const stopAt = (hits: number): number => {
    const s = session();
    s.open(plain);
    s.say({ type: 'breaks', breaks: [{ on: 'condition', text: 'sk.snd_cwnd > 11', when: `hits == ${hits}` }] });
    s.say({ type: 'seek', time: ms(200) });
    const heard = s.heard.length;
    s.say({ type: 'play', speed: 1000 });
    s.settle();
    const jobs = s.heard.slice(heard).flatMap((message) => (message.type === 'heartbeat' ? [message.job] : []));
    expect(new Set(jobs)).toEqual(new Set(['counting hits']));
    expect(s.last('frame')?.playing).toBe(false);
    return s.time();
  };
  // both connections meet it before 200 ms, so a third time never comes
  expect(stopAt(2)).toBe(plain.until);
});
