import { expect, test } from 'vitest';
import { CA_FLAG } from './cc/cong.ts';
import { PACING } from './socket/constants.ts';
import { makeWorld, sockCursor } from './testing/world.ts';

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

test.each([0, 0.001, 0.005, 0.02, 0.06, 0.1].flatMap((gap) => [0, 1, 5000].map((bytes) => ({ gap, bytes }))))(
  'close $gap s after connect with $bytes bytes ends as it should',
  ({ gap, bytes }) => {
    const world = makeWorld(LINK);
    const { tcp } = world;
    world.runTo(0.1);
    tcp.socket(1, 'sender');
    tcp.connect(1, bytes);
    world.runTo(0.1 + gap);
    expect(tcp.close(1)).toBe(0);
    world.runTo(100);
    expect(tcp.list()[0]).toMatchObject({ sk: 0, peer: 0, state: 'CLOSE' });
  },
);

test('a congestion control that asks for pacing gets its rate, without a queue', () => {
  const world = makeWorld(LINK);
  const { tcp } = world;
  const tp = sockCursor(world);
  tcp.congestion.addBuiltin('paced', CA_FLAG.NON_RESTRICTED, {
    ssthresh: () => 2,
    undo_cwnd: () => 20,
    cong_control(sk) {
      tp.at = sk;
      tp.sk_pacing_status = PACING.NEEDED;
      tp.sk_pacing_rate = 500_000;
      tp.snd_cwnd = 20;
      return 0;
    },
  });
  tcp.socket(1, 'sender');
  tcp.setCongestion(1, 'paced', false);
  tcp.connect(1);
  world.runTo(10);
  const [flow] = tcp.flows();
  expect(flow.bytesAcked / 10).toBeGreaterThan(480_000);
  expect(flow.bytesAcked / 10).toBeLessThan(505_000);
  expect(tcp.net.queueLength).toBeLessThan(3);
  expect(flow.drops).toBe(0);
});

test('a congestion control that writes 0 to snd_cwnd is reported, and the connection goes on with 1', () => {
  const warnings: string[] = [];
  const world = makeWorld(LINK, { onWarning: (_sk, text) => warnings.push(text) });
  const { tcp } = world;
  const tp = sockCursor(world);
  tcp.congestion.addBuiltin('zero', CA_FLAG.NON_RESTRICTED, {
    ssthresh: () => 0,
    undo_cwnd: () => 0,
    cong_avoid(sk) {
      tp.at = sk;
      tp.snd_cwnd = 0;
      return 0;
    },
  });
  tcp.socket(1, 'sender');
  tcp.setCongestion(1, 'zero', false);
  tcp.connect(1);
  world.runTo(2);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('snd_cwnd was set to 0');
  expect(tcp.flows()[0].cwnd).toBe(1);
  expect(tcp.flows()[0].bytesAcked).toBeGreaterThan(10_000);
});

test('the same seed gives the same bytes of memory; a restored checkpoint runs on to them', () => {
  const run = () => {
    const world = makeWorld({ ...LINK, lossPpm: 5000 }, {}, 42);
    for (const id of [1, 2, 3]) {
      world.tcp.socket(id, 'sender');
      world.tcp.connect(id);
    }
    world.runTo(2);
    return world;
  };
  const a = run();
  const image = a.memory.save();
  const { cold } = a.tcp;
  a.runTo(4);
  a.tcp.close(2);
  a.runTo(5);
  const hash = a.memory.hash(1);
  a.memory.restore(image);
  a.tcp.cold = cold;
  a.runTo(4);
  a.tcp.close(2);
  a.runTo(5);
  expect(a.memory.hash(1)).toBe(hash);
  const b = run();
  b.runTo(4);
  b.tcp.close(2);
  b.runTo(5);
  expect(b.memory.hash(1)).toBe(hash);
});

test('a path that loses everything ends the attempt: SYN retries, then the socket is closed', () => {
  const world = makeWorld({ ...LINK, lossPpm: 1_000_000 });
  world.tcp.socket(1, 'sender');
  world.tcp.connect(1);
  world.runTo(400);
  expect(world.tcp.list()[0]).toMatchObject({ state: 'CLOSE', sk: 0 });
});
