import { expect, test } from 'vitest';
import { tcpOffsets } from './offsets.ts';
import { readBtf } from '../testing/world.ts';

test('v6.12: plain byte offsets, bitfields by byte, shift and width', () => {
  const { sock, rateSample, ackSample, ops, opsSize, privBytes, congControlTakesAck } = tcpOffsets(readBtf('v6.12'));
  expect([sock.size, rateSample.size, ackSample.size, opsSize, privBytes]).toEqual([2368, 72, 12, 192, 104]);
  expect(sock.layout.snd_cwnd).toEqual({ kind: 'u32', offset: 1500, shift: 0, width: 0 });
  expect(sock.layout.icsk_ca_state).toEqual({ kind: 'bits', offset: 1288, shift: 0, width: 5 });
  expect(sock.layout.is_cwnd_limited).toEqual({ kind: 'bits', offset: 1519, shift: 5, width: 1 });
  expect(sock.layout.frto).toEqual({ kind: 'bits', offset: 1930, shift: 5, width: 1 });
  expect(sock.layout.rcv_wscale).toEqual({ kind: 'bits', offset: 1773, shift: 4, width: 4 });
  expect([ops.name, ops.owner, ops.key, ops.flags, ops.init]).toEqual([88, 104, 128, 132, 136]);
  expect(congControlTakesAck).toBe(true);
  expect(Object.isFrozen(sock.layout.snd_cwnd)).toBe(true);
});

test('v6.1 has every member that the stack uses, elsewhere', () => {
  const { sock, congControlTakesAck } = tcpOffsets(readBtf('v6.1'));
  expect(sock.layout.snd_cwnd.offset).not.toBe(1500);
  expect(congControlTakesAck).toBe(false);
});
