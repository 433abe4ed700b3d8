import { expect, test } from 'vitest';
import type { ColdSnapshot, CpuSnapshot } from '../../engine/index.ts';
import { coldAt } from '../../views/testing/snapshots.ts';
import { registerText } from './register-text.ts';

const KERNEL = 0xffff8880;
const cold: ColdSnapshot = coldAt(585);

function shown(low: number, high: number, register = 1) {
  const cpu: CpuSnapshot = {
    position: { event: 1, call: 0, insn: 0 },
    progId: 1,
    progName: 'p',
    member: 'ssthresh',
    map: null,
    pc: 0,
    line: 0,
    text: 'p.s',
    registers: Array.from({ length: 11 }, () => [low, high] as const),
    changed: [],
    socket: 1,
    stack: [],
    frame: 0,
    context: 0,
    depth: 0,
    note: null,
  };
  return registerText(cpu, register, cold);
}

test('numbers are hex with their decimal; small ones only decimal', () => {
  expect(shown(19, 0)).toMatchObject({ text: '0x13', note: '19' });
  expect(shown(2, 0)).toMatchObject({ text: '2', note: '' });
  expect(shown(0xffffffff, 0xffffffff)).toMatchObject({ text: '-1', note: '' });
});

test('a pointer to a socket is named, any other is shown as one', () => {
  expect(shown(cold.sockets[0].sk, KERNEL).text).toBe(`sk ${cold.sockets[0].id}`);
  expect(shown(0x123456, KERNEL)).toMatchObject({ text: '…123456', note: 'ptr' });
  expect(shown(0, KERNEL, 10).text).toBe('fp');
});
