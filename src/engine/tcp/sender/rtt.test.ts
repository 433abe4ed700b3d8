import { expect, test } from 'vitest';
import { estimateRtt, setRto } from './rtt.ts';
import { makeWorld, sockCursor } from '../testing/world.ts';

function freshSock() {
  const world = makeWorld({ rateBps: 10e6, delayNs: 10e6, queuePackets: 50 });
  world.tcp.socket(1, 'sender');
  const tp = sockCursor(world);
  tp.at = world.tcp.list()[0].sk;
  return tp;
}

test('a new socket has no RTT, a minimum of "none", and a timeout of one second', () => {
  const tp = freshSock();
  expect([tp.srtt_us, tp.min_rtt, tp.icsk_rto]).toEqual([0, 0xffff_ffff, 250]);
});

test('the first sample sets srtt to 8 m and the variance to at least 200 ms', () => {
  const tp = freshSock();
  estimateRtt(tp, 20_350);
  setRto(tp);
  expect([tp.srtt_us, tp.mdev_us, tp.rttvar_us]).toEqual([162_800, 40_700, 200_000]);
  // 220.35 ms, rounded up to ticks of 4 ms
  expect(tp.icsk_rto).toBe(56);
});

test('later samples move srtt as a kernel logged it', () => {
  // 6.18, first ACKs of a bulk transfer: RTT samples, and srtt_us (in eighths) after each
  const tp = freshSock();
  const samples = [20_350, 21_442, 22_624, 24_004, 25_030, 26_202];
  const srtts = samples.map((m) => {
    estimateRtt(tp, m);
    return tp.srtt_us;
  });
  // the log's samples are those of the last packet of each ACK: within a microsecond of what was estimated
  for (const [i, srtt] of [162_800, 163_892, 166_030, 169_281, 173_151, 177_710].entries()) {
    expect(Math.abs(srtts[i] - srtt)).toBeLessThanOrEqual(8);
  }
});
