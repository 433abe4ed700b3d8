import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HotSnapshot } from '../engine/index.ts';
import { decodeFrame, encodeFrame } from './frame.ts';

const n = fc.double({ noNaN: true });
const flow = fc.record({
  socket: n,
  cwnd: n,
  ssthresh: n,
  srttUs: n,
  inflight: n,
  delivered: n,
  lost: n,
  caState: n,
  pacingRate: n,
});
const packet = fc.record({ socket: n, stage: n, at: n, retransmission: n });
const frames: fc.Arbitrary<HotSnapshot> = fc.record({
  time: n,
  event: n,
  nextEventTime: n,
  queueLength: n,
  drops: n,
  executedInsns: n,
  packetsSent: n,
  flows: fc.array(flow, { maxLength: 20 }),
  packets: fc.array(packet, { maxLength: 50 }),
});

test('a frame comes back as it was', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
  );
});
