/**
 * Stops a program at every instruction of every member: what it stored stays, its private data are zeroed, its sockets
 * change to reno, which also answers that call, and each reference is released once. No kernel does this: the verifier
 * refuses these programs.
 */
import { expect, test } from 'vitest';
import { whileWorking } from '../base/still-working.ts';
import { runs } from '../base/testing/runs.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { installLateTools } from '../late.ts';
import type { ScenarioStep } from './commands.ts';
import { Lab } from './lab.ts';

installLateTools();
const btf = shippedBtf('v6.12');
const PARTS = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };

/** What each member does: stores into the socket and its private data, and calls a kernel function. */
const BODY = [
  'r6 = *(u64 *)(r1 + 0)',
  'r7 = *(u32 *)(r6 + tcp_sock.snd_cwnd)',
  'r2 = 12',
  '*(u32 *)(r6 + tcp_sock.snd_cwnd) = r2',
  '*(u64 *)(r6 + inet_connection_sock.icsk_ca_priv) = r7',
  'r2 = 9',
  '*(u32 *)(r6 + tcp_sock.snd_ssthresh) = r2',
  'call bpf_ktime_get_ns',
  'r0 = 10',
];
const MEMBERS = [
  'ssthresh',
  'cong_avoid',
  'set_state',
  'cwnd_event',
  'in_ack_event',
  'pkts_acked',
  'min_tso_segs',
  'undo_cwnd',
  'sndbuf_expand',
  'init',
  'release',
] as const;
const NEEDED: readonly string[] = ['ssthresh', 'cong_avoid', 'undo_cwnd'];

/** Stops `member` before its `at`th instruction: by a store to NULL, or, every other time, by an endless loop. */
function program(member: string, at: number): string {
  const end = at % 2 === 0 ? ['r0 = 0', '*(u64 *)(r0 + 0) = r0'] : ['endless:', 'goto endless'];
  const bodies = MEMBERS.filter((one) => one === member || NEEDED.includes(one)).map((one) => {
    const body = one === member ? [...BODY.slice(0, at), ...end, ...(at % 2 === 0 ? BODY.slice(at) : [])] : ['r0 = 10'];
    const last = one === member && at % 2 !== 0 ? [] : ['exit'];
    return [`.section struct_ops/${one}`, `f_${one}:`, ...body, ...last].join('\n');
  });
  return ['.struct_ops tcp_congestion_ops', '.name "stops"', '.license "GPL"', ...bodies, ''].join('\n');
}

function labOf(text: string): Lab {
  const step = (at: number, command: ScenarioStep['command']): ScenarioStep => ({ at, caption: '', command });
  return new Lab(PARTS, {
    id: 'stopped',
    title: '',
    intro: '',
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 20 },
    seed: 1,
    texts: { 'a.s': text },
    objects: {},
    steps: [
      step(1e5, { do: 'verifier', to: 'skip' }),
      step(1e6, { do: 'load', process: 'lab', map: 'A', text: 'a.s' }),
      step(2e6, { do: 'register', process: 'lab', map: 'A' }),
      step(1e7, { do: 'connect', process: 'lab', socket: 1, cc: 'stops' }),
      step(2e7, { do: 'connect', process: 'lab', socket: 2, cc: 'stops' }),
      step(5e8, { do: 'setsockopt', socket: 2, cc: 'reno' }),
      step(6e8, { do: 'close', socket: 1 }),
      // a connection that comes after the program was stopped
      step(7e8, { do: 'connect', process: 'lab', socket: 3, cc: 'stops' }),
    ],
    openAt: 0,
    until: 1e9,
    expect: [],
  });
}

/** Every position in soak; otherwise a fraction, which differs between members. */
const PLACES = MEMBERS.flatMap((member, m) =>
  Array.from({ length: BODY.length + 1 }, (_, at) => [member, at] as const).filter(
    ([, at]) => at % runs(5, 1) === (runs(1, 0) === 1 ? m % 5 : 0),
  ),
);

test.each(PLACES)('%s before its instruction %i', (member, at) => {
  const lab = labOf(program(member, at));
  lab.seek(1e9);
  const end = lab.hash();
  const stops = lab.history.notes.filter(({ kind }) => kind === 'stopped').length;
  // no loss here turns out to be spurious
  expect(stops).toBe(member === 'undo_cwnd' ? 0 : 1);
  if (stops === 0) return;
  const { sockets, maps } = lab.cold();
  // release() is called last: the latest socket has not left yet
  const open = sockets.filter(({ ccName, id }) => ccName !== '' && (member !== 'release' || id < 3));
  expect(open.map(({ ccName }) => ccName)).toEqual(open.map(() => 'reno'));
  const left = maps[0].holders.filter(({ kind }) => kind === 'socket').map(({ id }) => id);
  expect(left.length).toBe(member === 'release' ? 1 : 0);
  for (const { cwnd, ssthresh } of lab.machine.tcp.flows()) {
    expect(cwnd).toBeGreaterThanOrEqual(1);
    expect(ssthresh).toBeGreaterThanOrEqual(2);
  }
  expect(lab.machine.flowCounters(3).bytesAcked).toBeGreaterThan(25_000);
  lab.seek(3e8);
  lab.seek(1e9);
  expect(lab.hash()).toBe(end);
});

test('showing where a program ran out of fuel reports its work, so that the engine does not seem to hang', () => {
  const lab = labOf(program('cong_avoid', 1));
  lab.seek(1e9);
  const [stop] = lab.history.notes.filter(({ kind }) => kind === 'stopped');
  let beats = 0;
  whileWorking(() => beats++);
  expect(stop && lab.showStop(stop)).toBe(true);
  whileWorking(() => {});
  // a million instructions, once to count them and once to stop at the last
  expect(beats).toBeGreaterThan(100);
});
