import { expect, test } from 'vitest';
import { shippedBtf } from '../../engine/kernel/testing/boot.ts';
import type { ColdSnapshot, CpuSnapshot } from '../../engine/index.ts';
import { replaceWhileConnected } from '../../views/testing/snapshots.ts';
import { WATCH_EXAMPLES, watchedText, watchOf } from './watch-expression.ts';

const { cold: base } = replaceWhileConnected(585);
const cold: ColdSnapshot = { ...base, sockets: base.sockets.map((one) => ({ ...one, sk: 0x2000 * one.id, peer: 0 })) };
const btf = shippedBtf();
const cpu = {
  registers: Array.from({ length: 11 }, (_, n) => (n === 6 ? [0x2000, 0xffff8880] : [n * 16, 0])),
} as unknown as CpuSnapshot;
const world = { cpu, cold, btf };
const offset = (path: string): number => btf.field('tcp_sock', path)?.byteOffset ?? -1;

test('registers, fields of sockets and maps, fields through registers, memory', () => {
  expect(watchOf('r3', world)).toEqual({ kind: 'register', register: 3, text: '0x30 48' });
  expect(watchOf(' sk1.snd_cwnd ', world)).toMatchObject({ address: 0x2000 + offset('snd_cwnd'), length: 4 });
  expect(watchOf('r6->snd_cwnd', world)).toMatchObject({ address: 0x2000 + offset('snd_cwnd'), length: 4 });
  expect(watchOf('map A.common.state', world)).toMatchObject({ address: cold.maps[0].kvalue + 4, length: 4 });
  expect(watchOf('*(s16 *)(r10 - 0x8)', world)).toMatchObject({ address: 152, length: 2, signed: true });
  for (const example of WATCH_EXAMPLES) expect(watchOf(example, world).kind, example).not.toBe('error');
});

test('an invalid expression gets a message', () => {
  const messages = [
    '',
    'r11',
    'sk99.snd_cwnd',
    'sk1.nothing',
    'map Z.common',
    'r3->snd_cwnd',
    '*(u9 *)(r1)',
    '1 + 1',
  ].map((text) => {
    const watched = watchOf(text, world);
    return watched.kind === 'error' ? watched.message : watched.kind;
  });
  expect(messages[1]).toBe('there are r0 to r10');
  expect(messages[2]).toMatch(/no socket 99/);
  expect(messages[3]).toBe('struct tcp_sock has no nothing');
  expect(messages[5]).toMatch(/does not point/);
  expect(messages[7]).toMatch(/examples/);
  const idle = watchOf('r1', { ...world, cpu: null });
  expect(idle).toEqual({ kind: 'error', message: 'no program is stopped here' });
});

test('shows bytes as numbers', () => {
  const plain = { kind: 'memory', address: 0, length: 4, bit: 0, bitSize: 0, signed: false } as const;
  expect(watchedText(plain, Uint8Array.of(1, 2, 0, 0))).toBe('513');
  expect(watchedText({ ...plain, signed: true }, Uint8Array.of(255, 255))).toBe('-1');
  expect(watchedText({ ...plain, bit: 2, bitSize: 3 }, Uint8Array.of(0b10100))).toBe('5');
  expect(watchedText(plain, new Uint8Array(16))).toMatch(/^00 00/);
});
