import { expect, test } from 'vitest';
import { makeWorld, sockCursor } from '../testing/world.ts';

/** An established connection, and helpers as a program calls them. */
function connected() {
  const gone: number[] = [];
  const world = makeWorld({ rateBps: 10e6, delayNs: 10e6, queuePackets: 50 }, { onGone: (sk) => gone.push(sk) });
  const { tcp, memory, functions } = world;
  tcp.congestion.addBuiltin('other', 1, { ssthresh: () => 2, undo_cwnd: () => 2, cong_avoid: () => 0 });
  tcp.socket(1, 'app');
  tcp.connect(1, 5_000_000);
  world.runTo(1);
  const [{ sk }] = tcp.list();
  const buffer = memory.alloc('arena', 64);
  const call = (id: number, ...words: number[]): number => (functions.helper(id)?.call(...words) ?? Number.NaN) | 0;
  const text = (value: string): void => {
    memory.u8.fill(0, buffer, buffer + 64);
    for (let i = 0; i < value.length; i++) memory.u8[buffer + i] = value.charCodeAt(i);
  };
  const tp = sockCursor(world);
  tp.at = sk;
  return { ...world, sk, buffer, call, text, tp, gone };
}

const SET = 49;
const GET = 57;
const SEND_ACK = 116;

test('a program changes the congestion control of a socket, and reads its name', () => {
  const { tcp, sk, buffer, call, text, memory } = connected();
  text('other');
  expect(call(SET, sk, 6, 13, buffer, 16)).toBe(0);
  expect(tcp.list()[0].ccName).toBe('other');
  expect(call(GET, sk, 6, 13, buffer, 16)).toBe(0);
  expect(String.fromCharCode(...memory.u8.subarray(buffer, buffer + 6))).toBe('other\0');
  text('nobody');
  expect(call(SET, sk, 6, 13, buffer, 16)).toBe(-2);
  text('');
  expect(call(SET, sk, 6, 13, buffer, 16)).toBe(-22);
});

test('numbers: pacing rate, clamp, initial window', () => {
  const { sk, buffer, call, tp, memory } = connected();
  memory.u32[buffer >>> 2] = 500_000;
  expect(call(SET, sk, 1, 47, buffer, 4)).toBe(0);
  expect([tp.sk_max_pacing_rate, tp.sk_pacing_status]).toEqual([500_000, 1]);
  expect(tp.sk_pacing_rate).toBeLessThanOrEqual(500_000);
  memory.u32[buffer >>> 2] = 30;
  expect(call(SET, sk, 6, 1002, buffer, 4)).toBe(0);
  expect([tp.snd_cwnd_clamp, tp.snd_ssthresh]).toEqual([30, 30]);
  // TCP_BPF_IW needs a connection that has not sent yet
  expect(call(SET, sk, 6, 1001, buffer, 4)).toBe(-22);
  expect(call(SET, sk, 6, 9999, buffer, 4)).toBe(-22);
  expect(call(SET, sk, 6, 1002, buffer, 3)).toBe(-22);
  expect(call(SET, sk, 6, 1002, 0x1000, 4)).toBe(-14);
});

test('an address that is no socket is left alone', () => {
  const { buffer, call, memory, sk } = connected();
  const before = memory.hash(1);
  for (const at of [0, 8, buffer, sk + 8, 0xffff_fff0]) {
    expect(call(SET, at, 1, 47, buffer, 4)).toBe(-22);
    expect(call(SEND_ACK, at, 0)).toBe(-22);
  }
  expect(memory.hash(1)).toBe(before);
});

test('an ACK leaves at once, with the number that the program says', () => {
  const { sk, call, tp, tcp } = connected();
  const { rcv_nxt: next, segs_out: sent } = tp;
  expect(call(SEND_ACK, sk, next)).toBe(0);
  expect([tp.segs_out, tp.rcv_nxt]).toEqual([sent + 1, next]);
  expect(tcp.list()[0].state).toBe('ESTABLISHED');
});

test('observers hear of a socket before it is freed', () => {
  const world = connected();
  world.tcp.close(1);
  world.runTo(30);
  expect(world.gone).toContain(world.sk);
  expect(world.tcp.addressOf(1)).toBe(0);
});
