/**
 * Any store to any byte of a tcp_sock, by any member: the run continues, and rewinding restores it. A kernel's verifier
 * would refuse most of them; here they run anyway.
 */
import { expect, test } from 'vitest';
import { Prng } from '../base/prng.ts';
import { runs } from '../base/testing/runs.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { installLateTools } from '../late.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import type { ScenarioStep } from './commands.ts';
import { Lab } from './lab.ts';

installLateTools();
const btf = shippedBtf('v6.12');
const PARTS = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };
const SOCK_BYTES = btf.sizeOf(btf.find('STRUCT', 'tcp_sock'));

const MEMBERS = [
  'init',
  'release',
  'cong_avoid',
  'ssthresh',
  'undo_cwnd',
  'pkts_acked',
  'in_ack_event',
  'set_state',
  'cwnd_event',
];
const REQUIRED = ['cong_avoid', 'ssthresh', 'undo_cwnd'];
const SIZES = [
  ['u8', 1],
  ['u16', 2],
  ['u32', 4],
  ['u64', 8],
] as const;
/** `self`: the socket's own address, which lies where programs may write */
const VALUES = [
  '0',
  '1',
  '-1',
  '0x13',
  '0x3ff',
  '0x7fffffff',
  '0x80000000',
  '0x400000',
  '0x1000000',
  'self',
  'self + 8',
  'random',
];

interface Store {
  readonly member: string;
  readonly text: string;
}

function randomStore(random: Prng): Store {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  const member = pick(MEMBERS);
  const [type, bytes] = pick(SIZES);
  const offset = random.below((SOCK_BYTES - bytes) / bytes + 1) * bytes;
  const value = pick(VALUES);
  const set =
    value === 'random'
      ? `r2 = ${random.u32() | 0}`
      : value.startsWith('self')
        ? `r2 = r1\n  r2 += ${value === 'self' ? 0 : 8}`
        : `r2 = ${value} ll`;
  const body = `  r1 = *(u64 *)(r1 + 0)\n  ${set}\n  *(${type} *)(r1 + ${offset}) = r2\n  r0 = 10\n  exit\n`;
  const functions = [...new Set([member, ...REQUIRED])].map(
    (name) => `.section struct_ops/${name}\n${name}:\n${name === member ? body : '  r0 = 10\n  exit\n'}`,
  );
  const text = `.struct_ops tcp_congestion_ops\n.name "stores"\n${functions.join('\n')}`;
  return { member, text };
}

function labOf(text: string): Lab {
  const step = (at: number, command: ScenarioStep['command']): ScenarioStep => ({ at, caption: '', command });
  return new Lab(PARTS, {
    id: 'stores',
    title: 'stores',
    intro: '',
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 20 },
    seed: 1,
    texts: { 'stores.s': text },
    objects: {},
    steps: [
      step(1e5, { do: 'verifier', to: 'skip' }),
      step(1e6, { do: 'load', process: 'lab', map: 'A', text: 'stores.s' }),
      step(2e6, { do: 'register', process: 'lab', map: 'A' }),
      ...[1, 2].map((socket) => step(1e7 * socket, { do: 'connect', process: 'lab', socket, cc: 'stores' })),
      step(3e8, { do: 'close', socket: 1 }),
      step(3.5e8, { do: 'setsockopt', socket: 2, cc: 'reno' }),
    ],
    openAt: 0,
    until: 5e8,
    expect: [],
  });
}

/** Seeds that failed once. */
const KEPT: readonly number[] = [];

test('any store to a tcp_sock: run, rewind, run again', () => {
  const random = new Prng({ words: new Uint32Array(2), index: 0 });
  const count = runs(40, 20_000);
  for (let n = 0; n < count; n++) {
    const seed = KEPT[n] ?? n - KEPT.length + 1;
    random.seed(seed);
    const { text } = randomStore(random);
    const lab = labOf(text);
    try {
      lab.seek(5e8);
      const first = lab.machine.memory.hash(0);
      lab.seek(1.5e8);
      lab.seek(5e8);
      expect(lab.machine.memory.hash(0)).toBe(first);
      if (n === 0) expect(lab.machine.kernel.state.maps).not.toEqual({});
    } catch (error) {
      throw new Error(`seed ${seed}:\n${text}`, { cause: error });
    }
  }
}, 3_600_000);
