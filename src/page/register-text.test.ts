import { expect, test } from 'vitest';
import type { ColdSnapshot, CpuSnapshot } from '../engine/index.ts';
import { coldAt } from '../views/testing/snapshots.ts';
import { shippedBtf } from '../engine/kernel/testing/boot.ts';
import { registerText } from './register-text.ts';

const KERNEL = 0xffff8880;
const cold: ColdSnapshot = coldAt(585);

const btf = shippedBtf('v6.12');
/** two arguments: a socket and a rate sample */
const RATE_SAMPLE = 0x200000;
const CONTEXT = 0x300000;
const FRAME = 0x400000;

function shown(low: number, high: number, register = 1) {
  const cpu: CpuSnapshot = {
    position: { event: 1, call: 0, insn: 0 },
    progId: 1,
    progName: 'p',
    member: 'cong_control',
    map: cold.maps[0].letter,
    pc: 0,
    line: 0,
    text: 'p.s',
    registers: Array.from({ length: 11 }, () => [low, high] as const),
    changed: [],
    socket: 1,
    stack: [],
    frame: FRAME,
    context: CONTEXT,
    args: [
      [cold.sockets[0].sk, KERNEL],
      [0, 0],
      [0, 0],
      [RATE_SAMPLE, KERNEL],
    ],
    depth: 0,
    callers: [],
    cause: 'ack arrives',
    note: null,
  };
  return registerText(cpu, register, { cold, btf });
}

test('numbers are hex with their decimal; small ones only decimal', () => {
  expect(shown(19, 0)).toMatchObject({ text: '0x13', note: '19' });
  expect(shown(2, 0)).toMatchObject({ text: '2', note: '' });
  expect(shown(0xffffffff, 0xffffffff)).toMatchObject({ text: '-1', note: '' });
});

test('a pointer to a socket is named, any other is shown as a pointer', () => {
  expect(shown(cold.sockets[0].sk, KERNEL).text).toBe(`sk ${cold.sockets[0].id}`);
  expect(shown(0x123456, KERNEL)).toMatchObject({ text: '…123456', note: 'ptr' });
  expect(shown(0, KERNEL, 10).text).toBe('fp');
});

test('a pointer shows the type that it points to, and the field in it', () => {
  const { sk, id } = cold.sockets[0];
  expect(shown(sk, KERNEL)).toMatchObject({ text: `sk ${id}`, note: 'tcp_sock' });
  const { byteOffset } = btf.field('tcp_sock', 'snd_cwnd') ?? { byteOffset: 0 };
  expect(shown(sk + byteOffset, KERNEL)).toMatchObject({ text: `sk ${id} +${byteOffset}`, note: 'tcp_sock.snd_cwnd' });
  expect(shown(RATE_SAMPLE, KERNEL)).toMatchObject({ text: 'arg 4', note: 'rate_sample' });
  expect(shown(RATE_SAMPLE + 8, KERNEL).text).toBe('arg 4 +8');
  expect(shown(CONTEXT, KERNEL)).toMatchObject({ text: 'ctx +0', note: 'arg 1' });
  expect(shown(CONTEXT + 24, KERNEL)).toMatchObject({ text: 'ctx +24', note: 'arg 4' });
  expect(shown(FRAME - 16, KERNEL)).toMatchObject({ text: 'fp -16', note: '' });
});
