import { expect, test } from 'vitest';
import { makeWorld } from './testing/world.ts';

const LINK = { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 };

test('one reno flow lives: handshake, slow start, loss, recovery, close', () => {
  const world = makeWorld(LINK);
  const { tcp } = world;
  world.runTo(0.04);
  expect(tcp.socket(1, 'sender')).toBe(0);
  expect(tcp.connect(1)).toBe(0);
  world.runTo(30.04);
  const [flow] = tcp.flows();
  expect(flow.recoveries).toBeGreaterThan(10);
  expect(flow.timeouts).toBe(0);
  expect(flow.bytesAcked * 8).toBeGreaterThan(9.5e6 * 30);
  expect(tcp.close(1)).toBe(0);
  expect(tcp.list()[0].state).toBe('FIN_WAIT1');
  world.runTo(30.5);
  expect(tcp.list()[0]).toMatchObject({ sk: 0, peer: 0, state: 'TIME_WAIT' });
  world.runTo(100);
  expect(tcp.list()[0].state).toBe('CLOSE');
});
