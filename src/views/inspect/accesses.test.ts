import { describe, expect, it } from 'vitest';
import type { ProgramText } from '../../engine/index.ts';
import { subsetOf } from '../testing/kernel-types.ts';
import { accessesOf, embeddedFirst, touching } from './accesses.ts';

const btf = subsetOf('v6.12');
const tcpSock = btf.find('STRUCT', 'tcp_sock');
const family = embeddedFirst(btf, tcpSock);
const offsetOf = (path: string): number => btf.field('tcp_sock', path)?.byteOffset ?? -1;
const CWND = offsetOf('snd_cwnd');

/** Arguments of `cong_avoid(struct sock *sk, u32 ack, u32 acked)`. */
const args = ((): number[] => {
  const member = btf.type(btf.skipModifiers(btf.field('tcp_congestion_ops', 'cong_avoid')?.type ?? 0));
  return btf.type(member?.type ?? 0)?.params.map(({ type }) => type) ?? [];
})();

const program = (...texts: string[]): ProgramText =>
  texts.map((text, slot) => ({
    slot,
    text: text.replace(/^entry /, ''),
    line: slot,
    wasm: [],
    entry: text.startsWith('entry '),
  }));

function uses(path: string, ...texts: string[]): string[] {
  const field = btf.field('tcp_sock', path);
  if (!field) throw new Error(path);
  return touching(accessesOf(btf, program(...texts), args), family, { offset: field.byteOffset, size: field.size }).map(
    ({ slot, kind, guess }) => `${slot} ${kind}${guess ? ', a guess' : ''}`,
  );
}

describe('who reads and writes a field', () => {
  it('knows the chain of structs that begin a tcp_sock', () => {
    expect(family.map((id) => btf.type(id)?.name)).toEqual([
      'tcp_sock',
      'inet_connection_sock',
      'inet_sock',
      'sock',
      'sock_common',
    ]);
  });

  it('follows the context, copies, additions and spills', () => {
    expect(
      uses(
        'snd_cwnd',
        'r6 = *(u64 *)(r1 + 0)',
        `r2 = *(u32 *)(r6 + ${CWND})`,
        'r7 = r6',
        'r7 += 8',
        `*(u32 *)(r7 + ${CWND - 8}) = r2`,
        '*(u64 *)(r10 - 8) = r6',
        'r6 = 0',
        `r2 = *(u32 *)(r6 + ${CWND})`,
        'r3 = *(u64 *)(r10 - 8)',
        `lock *(u32 *)(r3 + ${CWND}) += r2`,
        `w2 = atomic_fetch_or((u32 *)(r3 + ${CWND}), w2)`,
        `w4 = xchg32_32(r3 + ${CWND}, w4)`,
        `*(u8 *)(r3 + ${CWND + 1}) = 0`,
        'exit',
      ),
    ).toEqual(['1 reads', '4 writes', '9 reads and writes', '10 reads and writes', '11 reads and writes', '12 writes']);
  });

  it('forgets what calls and other writes take', () => {
    expect(
      uses(
        'snd_cwnd',
        'r1 = *(u64 *)(r1 + 0)',
        'r6 = r1',
        'call 1',
        `r0 = *(u32 *)(r1 + ${CWND})`,
        `r0 = *(u32 *)(r6 + ${CWND})`,
        'r6 <<= 1',
        `r0 = *(u32 *)(r6 + ${CWND})`,
        'exit',
      ),
    ).toEqual(['4 reads']);
  });

  it('calls it a guess where only one of two ways knows', () => {
    expect(
      uses(
        'snd_cwnd',
        'r6 = 0',
        'r2 = *(u32 *)(r1 + 8)',
        'if r2 == 0 goto +1',
        'r6 = *(u64 *)(r1 + 0)',
        `r0 = *(u32 *)(r6 + ${CWND})`,
        'exit',
      ),
    ).toEqual(['4 reads, a guess']);
  });

  it('gives up where two ways disagree, and ends in loops', () => {
    const other = offsetOf('snd_ssthresh') - CWND;
    expect(
      uses(
        'snd_cwnd',
        'r6 = *(u64 *)(r1 + 0)',
        'if r2 == 0 goto +1',
        `r6 += ${other}`,
        `r0 = *(u32 *)(r6 + ${CWND})`,
        'r6 += 4',
        'if r0 != 0 goto -3',
        'exit',
      ),
    ).toEqual([]);
  });

  it('takes the arguments of functions of the program, and pointers that are members', () => {
    const ops = offsetOf('inet_conn.icsk_ca_ops');
    const texts = program(
      'entry r1 = *(u64 *)(r1 + 0)',
      'call pc+1',
      'exit',
      `entry r2 = *(u64 *)(r1 + ${ops})`,
      'r3 = *(u64 *)(r2 + 88)',
      'exit',
    );
    const all = accessesOf(btf, texts, args);
    const ids = [btf.find('STRUCT', 'tcp_congestion_ops')];
    expect(all.map(({ slot }) => slot)).toEqual([0, 3, 4]);
    expect(touching(all, ids, { offset: 88, size: 8 }).map(({ slot }) => slot)).toEqual([4]);
    expect(touching(all, [0], { offset: 0, size: 8 }).map(({ kind }) => kind)).toEqual(['reads']);
  });

  it('survives texts that are none', () => {
    expect(accessesOf(btf, program('', '?', 'goto +9', 'goto -9', 'call pc+99'), args)).toEqual([]);
    expect(accessesOf(btf, [], [])).toEqual([]);
  });
});
