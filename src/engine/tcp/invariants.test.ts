/* The sender's accounts after every event, on links that lose, reorder nothing, and run full. */
import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { PathConfig } from '../net/dumbbell.ts';
import { CA_STATE, TCPCB } from './socket/constants.ts';
import { after, before } from './socket/seq.ts';
import { SkbCursor } from './sender/skb.ts';
import type { TcpSock } from './stack.ts';
import { makeWorld, sockCursor, type World } from './testing/world.ts';

/** Counts of the scoreboard, computed from the packets. */
function scoreboard(world: World, head: number) {
  const skb = new SkbCursor(world.memory);
  const sum = { packets: 0, sacked: 0, lost: 0, retrans: 0 };
  for (skb.at = head; skb.at !== 0; skb.at = skb.next) {
    sum.packets++;
    if ((skb.sacked & TCPCB.SACKED) !== 0) sum.sacked++;
    if ((skb.sacked & TCPCB.LOST) !== 0) sum.lost++;
    if ((skb.sacked & TCPCB.RETRANS) !== 0) sum.retrans++;
  }
  return sum;
}

/** The first violated invariant of a sender, or null. Uses plain comparisons, since it runs after every event. */
function fault(world: World, tp: TcpSock): string | null {
  const counted = scoreboard(world, tp.tcp_rtx_queue);
  if (counted.packets !== tp.packets_out) return 'packets_out';
  if (counted.sacked !== tp.sacked_out) return 'sacked_out';
  if (counted.lost !== tp.lost_out) return 'lost_out';
  if (counted.retrans !== tp.retrans_out) return 'retrans_out';
  if (tp.sacked_out + tp.lost_out > tp.packets_out) return 'sacked_out + lost_out > packets_out';
  if (tp.snd_cwnd === 0) return 'snd_cwnd';
  if (after(tp.snd_una, tp.snd_nxt)) return 'snd_una';
  if (tp.icsk_ca_state >= CA_STATE.CWR && after(tp.high_seq, tp.snd_nxt)) return 'high_seq';
  return null;
}

function check(world: World, path: PathConfig, seconds: number, flows: number): void {
  const tp = sockCursor(world);
  const { tcp, events } = world;
  for (let id = 1; id <= flows; id++) {
    tcp.socket(id, 'sender');
    tcp.connect(id, id % 2 === 0 ? 200_000 : Number.POSITIVE_INFINITY);
  }
  const senders = tcp.list().map(({ id, sk }) => ({ id, sk, delivered: 0 }));
  while (events.nextTime < seconds * 1e9) {
    events.step();
    if (tcp.net.queueLength > path.queuePackets) throw new Error('queue is over its limit');
    for (const sender of senders) {
      tp.at = sender.sk;
      const wrong = before(tp.delivered, sender.delivered) ? 'delivered' : fault(world, tp);
      if (wrong !== null) throw new Error(`socket ${sender.id} at ${events.now}: ${wrong}`);
      sender.delivered = tp.delivered;
    }
  }
}

test('scoreboard, window and sequence numbers stay consistent under loss', () => {
  assert(
    property(
      integer({ min: 1, max: 1 << 20 }),
      integer({ min: 1, max: 60 }),
      integer({ min: 0, max: 100_000 }),
      integer({ min: 1, max: 3 }),
      (seed, queuePackets, lossPpm, flows) => {
        const path = { rateBps: (1 + (seed % 40)) * 1e6, delayNs: (seed % 31) * 1e6, queuePackets, lossPpm };
        check(makeWorld(path, {}, seed), path, 3, flows);
      },
    ),
    { numRuns: 12 },
  );
});

test('a lossy link still delivers everything, once, and both ends are freed', () => {
  const world = makeWorld({ rateBps: 20e6, delayNs: 15e6, queuePackets: 30, lossPpm: 20_000 }, {}, 7);
  const { tcp } = world;
  tcp.socket(1, 'sender');
  tcp.connect(1, 1_000_000);
  world.runTo(20);
  const [{ sk, peer }] = tcp.list();
  const tp = sockCursor(world);
  tp.at = sk;
  // one byte is the SYN
  expect(tp.bytes_acked).toBe(1_000_001);
  tp.at = peer;
  expect(tp.bytes_received).toBe(1_000_000);
  tcp.close(1);
  world.runTo(120);
  expect(tcp.list()[0]).toMatchObject({ sk: 0, peer: 0, state: 'CLOSE' });
});
