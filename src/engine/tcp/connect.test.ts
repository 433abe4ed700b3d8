/** A SYN without an answer: how often it is retransmitted, and when connect() gives up (tcp_write_timeout). */
import { expect, test } from 'vitest';
import { PROFILES } from '../kernel/profiles.ts';
import { makeWorld } from './testing/world.ts';

const ALL_LOST = { rateBps: 10e6, delayNs: 10e6, queuePackets: 50, lossPpm: 1_000_000 };

/** Seconds at which packets were sent; the last element is when connect() gave up. */
function attempts(profile: string): { readonly sent: number[]; readonly over: number } {
  const sent: number[] = [];
  let over = 0;
  const seconds = (): number => Math.round(world.events.now / 1e9);
  const observer = {
    onDrop: () => void sent.push(seconds()),
    onWarning: (_sk: number, _text: string, title = '') => {
      if (title === 'connect: ETIMEDOUT') over = seconds();
    },
  };
  const world = makeWorld(ALL_LOST, observer, 1, PROFILES[profile]);
  world.tcp.socket(1, 'app');
  world.tcp.connect(1);
  world.runTo(200);
  expect(world.tcp.list()[0].state).toBe('CLOSE');
  return { sent, over };
}

test('6.12 tries every second at first, then ever more seldom: about two minutes', () => {
  expect(attempts('v6.12')).toEqual({ sent: [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], over: 131 });
});

test('6.1 waits twice as long each time', () => {
  for (const profile of ['v6.1']) {
    expect(attempts(profile)).toEqual({ sent: [0, 1, 3, 7, 15, 31, 63], over: 127 });
  }
});
