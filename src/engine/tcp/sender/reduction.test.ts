import { expect, test } from 'vitest';
import { FLAG } from '../socket/constants.ts';
import { reduceCwnd } from './reduction.ts';
import type { Stack } from '../stack.ts';
import { makeWorld, sockCursor } from '../testing/world.ts';

/** A sender in recovery: `out` packets in flight of which `lost` are lost. */
function recovering(out: number, sacked: number, lost: number, ssthresh: number, prior: number) {
  const world = makeWorld({ rateBps: 10e6, delayNs: 10e6, queuePackets: 50 });
  world.tcp.socket(1, 'sender');
  const tp = sockCursor(world);
  tp.at = world.tcp.list()[0].sk;
  tp.packets_out = out;
  tp.sacked_out = sacked;
  tp.lost_out = lost;
  tp.snd_ssthresh = ssthresh;
  tp.prior_cwnd = prior;
  return tp;
}

const on = (tp: ReturnType<typeof recovering>) => ({ tp }) as Partial<Stack> as Stack;

test('above ssthresh the window shrinks in proportion: half of what is delivered goes out', () => {
  const tp = recovering(100, 4, 1, 50, 100);
  tp.prr_out = 1;
  reduceCwnd(on(tp), 2, 0, 0);
  // ceil(50 * 2 / 100) - 1 = 0 packets may leave
  expect(tp.snd_cwnd).toBe(95);
  reduceCwnd(on(tp), 2, 0, 0);
  expect(tp.snd_cwnd).toBe(96);
});

test('the first retransmission leaves whatever the window says', () => {
  const tp = recovering(100, 4, 1, 2, 1000);
  reduceCwnd(on(tp), 1, 1, 0);
  expect(tp.snd_cwnd).toBe(96);
});

test('below ssthresh it grows by what was delivered, one more when the ACK advances, not beyond ssthresh', () => {
  const tp = recovering(20, 0, 10, 50, 100);
  tp.prr_out = 5;
  tp.prr_delivered = 5;
  reduceCwnd(on(tp), 3, 0, FLAG.SND_UNA_ADVANCED);
  expect(tp.snd_cwnd).toBe(14);
  reduceCwnd(on(tp), 60, 0, FLAG.SND_UNA_ADVANCED);
  expect(tp.snd_cwnd).toBe(50);
});

test('nothing delivered: nothing changes', () => {
  const tp = recovering(20, 0, 1, 10, 20);
  const before = tp.snd_cwnd;
  reduceCwnd(on(tp), 0, 0, 0);
  expect(tp.snd_cwnd).toBe(before);
});
