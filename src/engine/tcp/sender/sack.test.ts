/* What a receiver reports, and what a sender makes of it, on a wire of which the test drops chosen packets. */
import { expect, test } from 'vitest';
import { cursorClass } from '../../net/record.ts';
import { PacketCursor } from '../../net/packet.ts';
import { MSS, TCPCB } from '../socket/constants.ts';
import { SkbCursor } from './skb.ts';
import { makeWorld, sockCursor } from '../testing/world.ts';

/** A connection whose queue is so short that its first window loses packets. */
function lossy(queuePackets: number) {
  const world = makeWorld({ rateBps: 10e6, delayNs: 10e6, queuePackets });
  world.tcp.socket(1, 'sender');
  world.tcp.connect(1, 40 * MSS);
  const tp = sockCursor(world);
  return { world, tp };
}

test('the receiver reports at most three blocks, newest first, all above rcv_nxt, none touching another', () => {
  const { world } = lossy(3);
  const packet = new PacketCursor(world.memory);
  let seen = 0;
  while (world.events.nextTime < 2e9) {
    world.events.step();
    world.tcp.net.each((p) => {
      if (p.num_sacks === 0) return;
      packet.at = p.at;
      seen++;
      const blocks = [
        [packet.sack0, packet.sack0_end],
        [packet.sack1, packet.sack1_end],
        [packet.sack2, packet.sack2_end],
      ].slice(0, packet.num_sacks);
      expect(packet.num_sacks).toBeLessThanOrEqual(3);
      const sorted = blocks.toSorted((a, b) => (a[0] - b[0]) | 0);
      for (const [i, [start, end]] of sorted.entries()) {
        expect((end - start) | 0).toBeGreaterThan(0);
        if (i > 0) expect((start - sorted[i - 1][1]) | 0).toBeGreaterThan(0);
        // a duplicate would be below: nothing was duplicated here
        expect((start - packet.ack_seq) | 0).toBeGreaterThan(0);
      }
    });
  }
  expect(seen).toBeGreaterThan(10);
});

test('the sender knows exactly what the receiver has', () => {
  const { world, tp } = lossy(4);
  const skb = new SkbCursor(world.memory);
  const range = new (cursorClass({
    next: { kind: 'u32', offset: 0, shift: 0, width: 0 },
    start: { kind: 'u32', offset: 4, shift: 0, width: 0 },
    end: { kind: 'u32', offset: 8, shift: 0, width: 0 },
  }))(world.memory);
  let checked = 0;
  while (world.events.nextTime < 2e9) {
    world.events.step();
    const [{ sk, peer }] = world.tcp.list();
    if (sk === 0 || peer === 0) continue;
    // the receiver now holds a superset of what the sender has marked
    tp.at = peer;
    const holes: [number, number][] = [];
    const { rcv_nxt: next, out_of_order_queue: queue } = tp;
    for (range.at = queue; range.at !== 0; range.at = range.next) holes.push([range.start, range.end]);
    tp.at = sk;
    for (skb.at = tp.tcp_rtx_queue; skb.at !== 0; skb.at = skb.next) {
      if ((skb.sacked & TCPCB.SACKED) === 0) continue;
      checked++;
      const held = holes.some(([start, end]) => ((skb.seq - start) | 0) >= 0 && ((end - skb.end_seq) | 0) >= 0);
      expect(held || ((next - skb.end_seq) | 0) >= 0).toBe(true);
    }
  }
  expect(checked).toBeGreaterThan(50);
  expect(world.tcp.flows()[0].bytesAcked).toBe(40 * MSS + 1);
});
