import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HotSnapshot } from '../engine/lab/snapshot.ts';
import { decodeFrame, encodeFrame } from './frame.ts';

const number = fc.double({ noNaN: true });
const row = <K extends string>(...keys: K[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, number])) as Record<K, typeof number>);

const frames: fc.Arbitrary<HotSnapshot> = fc
  .tuple(
    row('time', 'event', 'nextEventTime', 'queueLength', 'drops', 'executedInsns', 'packetsSent'),
    fc.array(row('socket', 'cwnd', 'ssthresh', 'srttUs', 'inflight', 'delivered', 'lost', 'caState', 'pacingRate'), {
      maxLength: 20,
    }),
    fc.array(row('socket', 'stage', 'at', 'retransmission'), { maxLength: 50 }),
  )
  .map(([header, flows, packets]) => ({ ...header, flows, packets }));

test('a frame comes back as it was', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
  );
});
