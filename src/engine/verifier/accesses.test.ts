/** Bytes of a kernel struct or of the context that each load and store accesses, on every verified path. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { assembleBare } from '../isa/assembler.ts';
import { factsOf } from './facts.ts';
import { verify } from './verify.ts';

const opened = openBtf(
  gunzipSync(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.whole.btf.gz'))),
);
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;
const offsetOf = (path: string): number => btf.field('tcp_sock', path)?.byteOffset ?? -1;
const CWND = offsetOf('snd_cwnd');
const members = btf.type(btf.find('STRUCT', 'tcp_congestion_ops'))?.members ?? [];
const memberIndex = (name: string): number => members.findIndex((member) => member.name === name);

/** As `cong_avoid(struct sock *sk, u32 ack, u32 acked)`. */
function touches(...lines: string[]): string[] {
  const { value, diagnostics } = assembleBare(lines.join('\n'));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const verdict = verify(
    {
      insns: value.insns,
      type: 'struct_ops',
      attachBtfId: btf.find('STRUCT', 'tcp_congestion_ops'),
      expectedAttachType: memberIndex('cong_avoid'),
      license: 'GPL',
      flags: 0,
    },
    { facts: factsOf('v6.12'), btf, mapByFd: () => null, logLevel: 0, logSize: 1 << 16, writesStructs: false },
  );
  expect(verdict.message).toBe('');
  return verdict.touches
    .toSorted((a, b) => a.slot - b.slot)
    .map(({ slot, struct, offset, bytes, reads, writes }) =>
      [slot, reads ? 'reads' : '', writes ? 'writes' : '', struct || 'context', `${offset}+${bytes}`]
        .filter((word) => word !== '')
        .join(' '),
    );
}

describe('places that instructions touch', () => {
  it('follows the context, copies, additions and spills', () => {
    expect(
      touches(
        'r6 = *(u64 *)(r1 + 0)',
        `r2 = *(u32 *)(r6 + ${CWND})`,
        'r7 = r6',
        'r7 += 8',
        `*(u32 *)(r7 + ${CWND - 8}) = r2`,
        '*(u64 *)(r10 - 8) = r6',
        'r6 = 0',
        'r3 = *(u64 *)(r10 - 8)',
        `lock *(u32 *)(r3 + ${CWND}) += r2`,
        'r0 = 0',
        'exit',
      ),
    ).toEqual([
      '0 reads context 0+8',
      `1 reads tcp_sock ${CWND}+4`,
      `4 writes tcp_sock ${CWND}+4`,
      `8 reads writes tcp_sock ${CWND}+4`,
    ]);
  });

  it('has an entry per path, and none for unreached code', () => {
    const other = offsetOf('snd_ssthresh') - CWND;
    expect(
      touches(
        'r6 = *(u64 *)(r1 + 0)',
        'r2 = *(u64 *)(r1 + 8)',
        'if w2 == 0 goto +1',
        `r6 += ${other}`,
        `r0 = *(u32 *)(r6 + ${CWND})`,
        'r3 = 1',
        'if r3 == 1 goto +1',
        `r4 = *(u32 *)(r6 + ${CWND})`,
        'r0 = 0',
        'exit',
      ),
    ).toEqual([
      '0 reads context 0+8',
      '1 reads context 8+8',
      `4 reads tcp_sock ${CWND + other}+4`,
      `4 reads tcp_sock ${CWND}+4`,
    ]);
  });

  it('follows pointers that are members, and functions of the program', () => {
    const ops = offsetOf('inet_conn.icsk_ca_ops');
    const flags = btf.field('tcp_congestion_ops', 'flags')?.byteOffset ?? -1;
    expect(
      touches(
        'r1 = *(u64 *)(r1 + 0)',
        'call pc+2',
        'r0 = 0',
        'exit',
        `r2 = *(u64 *)(r1 + ${ops})`,
        `r3 = *(u32 *)(r2 + ${flags})`,
        'r0 = 0',
        'exit',
      ),
    ).toEqual(['0 reads context 0+8', `4 reads tcp_sock ${ops}+8`, `5 reads tcp_congestion_ops ${flags}+4`]);
  });
});
