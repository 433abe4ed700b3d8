/*
 * Simulated data packets that leave the bottleneck per second of wall clock, without any BPF program. Links as in the
 * comparison with other simulators: A 10 Mbit/s, 20 ms, 50 packets; B 100 Mbit/s, 40 ms, 333; C 1 Gbit/s, 10 ms, 833.
 */
import { bench, describe } from 'vitest';
import { makeWorld } from './testing/world.ts';

const LINKS = {
  A: { path: { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 }, seconds: 60 },
  B: { path: { rateBps: 100e6, delayNs: 20e6, queuePackets: 333 }, seconds: 10 },
  C: { path: { rateBps: 1e9, delayNs: 5e6, queuePackets: 833 }, seconds: 2 },
} as const;
const FLOWS = [1, 10, 100, 1000];

for (const [name, { path, seconds }] of Object.entries(LINKS)) {
  describe(`link ${name}`, () => {
    for (const flows of FLOWS) {
      bench(
        `${flows} flows`,
        () => {
          const world = makeWorld(path);
          for (let id = 1; id <= flows; id++) {
            world.tcp.socket(id, 'sender');
            world.tcp.connect(id);
          }
          const begin = performance.now();
          world.runTo(seconds);
          const rate = (world.tcp.net.sent / (performance.now() - begin)) * 1000;
          console.log(`${name} N=${flows}: ${Math.round(rate / 1000)} k packets/s`);
        },
        { iterations: 2, warmupIterations: 0, time: 0, warmupTime: 0 },
      );
    }
  });
}
