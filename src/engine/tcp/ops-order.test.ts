/*
 * The order in which a connection calls its congestion control, against the log of a running kernel (6.18, a Reno that
 * wrote down every call; 10 Mbit/s, 20 ms, 50 packets). `(n)` is the first argument, `@n` the state that the call saw.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CA_FLAG } from './cc/cong.ts';
import type { OpsMember } from './socket/offsets.ts';
import { renoCongAvoid, renoSsthresh, renoUndoCwnd } from './cc/reno.ts';
import { sockCursor, makeWorld } from './testing/world.ts';

interface Pattern {
  readonly count: number;
  readonly calls: readonly string[];
}

const recorded: Pattern[] = JSON.parse(readFileSync(new URL('fixtures/ops-order.json', import.meta.url), 'utf8'));

/** A Reno that logs, as patterns that begin with pkts_acked (or with a timeout's ssthresh). */
function logCalls(seconds: number): Map<string, number> {
  const world = makeWorld({ rateBps: 10e6, delayNs: 10e6, queuePackets: 50 });
  const tp = sockCursor(world);
  const patterns = new Map<string, number>();
  let current: string[] = [];
  const flush = (): void => {
    const key = current.join(' ');
    if (current.length > 0) patterns.set(key, (patterns.get(key) ?? 0) + 1);
    current = [];
  };
  const log =
    (name: string, label: (a: number) => string, act: (a: number, b: number) => number = () => 0) =>
    (sk: number, a: number, b: number): number => {
      tp.at = sk;
      if (name === 'pkts_acked') flush();
      current.push(name + label(a));
      return act(a, b);
    };
  const plain = (): string => '';
  const seen = (): string => `@${tp.icsk_ca_state}`;
  const both = (a: number): string => `(${a})@${tp.icsk_ca_state}`;
  const members: Partial<Record<OpsMember, (sk: number, a: number, b: number) => number>> = {
    init: log('init', plain),
    release: log('release', plain),
    ssthresh: log('ssthresh', seen, () => renoSsthresh(tp)),
    undo_cwnd: log('undo_cwnd', plain, () => renoUndoCwnd(tp)),
    set_state: log('set_state', both),
    cwnd_event: log('cwnd_event', both),
    in_ack_event: log('in_ack_event', (a) => `(${a})`),
    pkts_acked: log('pkts_acked', (sample) => (world.memory.u32[sample >>> 2] === 0 ? '(0)' : '')),
    sndbuf_expand: log('sndbuf_expand', plain, () => 2),
    cong_avoid: log('cong_avoid', plain, (_ack, acked) => {
      renoCongAvoid(tp, acked);
      return 0;
    }),
  };
  world.tcp.congestion.addBuiltin('logger', CA_FLAG.NON_RESTRICTED, members);
  world.runTo(0.04);
  world.tcp.socket(1, 'sender');
  world.tcp.setCongestion(1, 'logger', false);
  world.tcp.connect(1);
  world.runTo(seconds);
  flush();
  return patterns;
}

test('every pattern of calls is one that the kernel made, and none of its common ones is missing', () => {
  const ours = logCalls(12.2);
  const kernel = new Map(recorded.map(({ count, calls }) => [calls.join(' '), count]));
  expect([...ours.keys()].filter((pattern) => !kernel.has(pattern))).toEqual([]);
  // patterns seen at most twice depend on which packet of a pair was lost, or on the recorded machine pausing
  const common = recorded.filter(({ count, calls }) => count > 2 || calls.includes('init'));
  expect(common.map(({ calls }) => calls.join(' ')).filter((pattern) => !ours.has(pattern))).toEqual([]);
});
