/*
 * One flow over 10 Mbit/s, 2 x 10 ms, 50 packets for 30 s, against Linux 6.12.117 under a virtual clock (a Reno through
 * struct_ops; built-in Reno, DCTCP without ECN and the kfunc Reno gave the same windows on every ACK). The kernel's trace
 * shows tcp_current_ssthresh, and each row is the state in which an ACK found the sender.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { CA_STATE, TCP_STATE } from './socket/constants.ts';
import type { TcpSock } from './stack.ts';
import type { FlowInfo } from './tcp.ts';
import { makeWorld, sockCursor } from './testing/world.ts';

interface Recording {
  readonly goodputMbit: number;
  readonly drops: number;
  readonly retransmissions: number;
  readonly finalCwnd: number;
  /** seconds, cwnd before, ssthresh after */
  readonly recoveries: readonly (readonly number[])[];
  /** the first ACKs: snd_nxt, snd_una, cwnd, snd_wnd, srtt us */
  readonly start: readonly (readonly number[])[];
  /** the ACKs around the third loss: snd_nxt, snd_una, cwnd, ssthresh */
  readonly recovery: readonly (readonly number[])[];
  /** every ACK: runs of cwnd, ssthresh, number of ACKs */
  readonly windows: readonly (readonly number[])[];
}

interface Row {
  readonly time: number;
  readonly nxt: number;
  readonly una: number;
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly wnd: number;
  readonly srtt: number;
}

const recorded: Recording = JSON.parse(readFileSync(new URL('fixtures/s1-reno.json', import.meta.url), 'utf8'));
/** when the recorded connection began, on its clock */
const START = 0.0018;
const SECONDS = 30.04;

const rows: Row[] = [];
let flow: FlowInfo;
let drops = 0;

function currentSsthresh(tp: TcpSock): number {
  const reducing = tp.icsk_ca_state === CA_STATE.CWR || tp.icsk_ca_state === CA_STATE.RECOVERY;
  return reducing ? tp.snd_ssthresh : Math.max(tp.snd_ssthresh, (tp.snd_cwnd >> 1) + (tp.snd_cwnd >> 2));
}

beforeAll(() => {
  let tp: TcpSock | null = null;
  let isn = 0;
  const world = makeWorld(
    { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 },
    {
      onProbe(sk) {
        tp ??= sockCursor(world);
        tp.at = sk;
        if (world.tcp.socketOf(sk) !== 1 || tp.skc_state !== TCP_STATE.ESTABLISHED) return;
        if (rows.length === 0) isn = tp.snd_una;
        rows.push({
          time: world.events.now / 1e9,
          nxt: (tp.snd_nxt - isn) >>> 0,
          una: (tp.snd_una - isn) >>> 0,
          cwnd: tp.snd_cwnd,
          ssthresh: currentSsthresh(tp),
          wnd: tp.snd_wnd,
          srtt: tp.srtt_us >>> 3,
        });
      },
    },
  );
  world.runTo(START);
  world.tcp.socket(1, 'sender');
  world.tcp.connect(1);
  world.runTo(SECONDS);
  [flow] = world.tcp.flows();
  drops = world.tcp.net.drops;
});

describe('Reno on the recorded link', () => {
  test('drops, retransmissions, final window and goodput', () => {
    expect(drops).toBe(recorded.drops);
    expect(flow.retransmissions).toBe(recorded.retransmissions);
    expect(flow.cwnd).toBe(recorded.finalCwnd);
    expect((flow.bytesAcked * 8) / (SECONDS - START) / 1e6).toBeCloseTo(recorded.goodputMbit, 2);
  });

  test('every recovery begins at the same window, within 2 ms', () => {
    const found = rows.flatMap((row, i) => {
      const before = rows[i - 1];
      const falls = before && row.ssthresh < before.ssthresh && row.ssthresh < before.cwnd * 0.6;
      return falls ? [{ time: row.time, cwnd: before.cwnd, ssthresh: row.ssthresh }] : [];
    });
    expect(found.map(({ cwnd, ssthresh }) => [cwnd, ssthresh])).toEqual(recorded.recoveries.map(([, ...row]) => row));
    for (const [i, [time]] of recorded.recoveries.entries()) expect(Math.abs(found[i].time - time)).toBeLessThan(0.002);
  });

  test('the first ACKs find the same sequence numbers, cwnd and advertised window, and RTTs within 0.5 %', () => {
    const ours = rows.slice(0, recorded.start.length);
    expect(ours.map(({ nxt, una, cwnd }) => [nxt, una, cwnd])).toEqual(recorded.start.map((row) => row.slice(0, 3)));
    const reading = 13;
    expect(ours.slice(reading).map(({ wnd }) => wnd)).toEqual(recorded.start.slice(reading).map((row) => row[3]));
    for (const [i, [, , , , srtt]] of recorded.start.entries()) {
      expect(Math.abs(ours[i].srtt - srtt) / srtt).toBeLessThan(0.005);
    }
  });

  test('cwnd and ssthresh are those of the kernel on more than 99.5 % of all 13,340 ACKs', () => {
    const kernel = recorded.windows.flatMap(([cwnd, ssthresh, n]) => Array.from({ length: n }, () => [cwnd, ssthresh]));
    const wrong = kernel.filter(([cwnd, ssthresh], i) => rows[i].cwnd !== cwnd || rows[i].ssthresh !== ssthresh);
    expect(wrong.length).toBeLessThan(kernel.length * 0.005);
  });

  test('loss, proportional rate reduction and exit: the same on every ACK', () => {
    const [[nxt, una]] = recorded.recovery;
    const begin = rows.findIndex((row) => row.nxt === nxt && row.una === una);
    const ours = rows.slice(begin, begin + recorded.recovery.length);
    expect(ours.map((row) => [row.nxt, row.una, row.cwnd, row.ssthresh])).toEqual(recorded.recovery);
  });
});

test('ten flows for a minute: retransmissions, recoveries, timeouts and fairness as a running kernel counted them', () => {
  const flows = 10;
  const seconds = 60;
  // 6.18: TcpRetransSegs 2249, TcpExtTCPSackRecovery 1196, TcpExtTCPTimeouts 3, Jain's index 0.9971
  const world = makeWorld({ rateBps: 10e6, delayNs: 10e6, queuePackets: 50 });
  for (let id = 1; id <= flows; id++) {
    world.runTo(id / 100);
    world.tcp.socket(id, 'sender');
    world.tcp.connect(id);
  }
  world.runTo(seconds);
  const found = world.tcp.flows();
  const sum = (number: (f: FlowInfo) => number): number => found.reduce((total, f) => total + number(f), 0);
  expect(Math.abs(sum((f) => f.retransmissions) / 2249 - 1)).toBeLessThan(0.1);
  expect(Math.abs(sum((f) => f.recoveries) / 1196 - 1)).toBeLessThan(0.1);
  expect(sum((f) => f.timeouts)).toBeLessThan(10);
  const bytes = sum((f) => f.bytesAcked);
  expect((bytes * 8) / seconds).toBeGreaterThan(9.5e6);
  expect(bytes ** 2 / flows / sum((f) => f.bytesAcked ** 2)).toBeGreaterThan(0.98);
});
