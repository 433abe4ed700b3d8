import { describe, expect, it } from 'vitest';
import { checkBtf } from './check.ts';
import { EVERY_KIND, INT } from './testing/every-kind.ts';
import { fixture, mustOpen, shippedBytes, vmlinuxBytes, written } from './testing/kernels.ts';

/** What BPF_BTF_LOAD of a Linux 6.18 answered: errno (null: loaded) and the last two lines of the log. */
interface Recorded {
  /** alternating byte offsets and values, written into a BTF with every kind */
  readonly edits: readonly [edits: number[], errno: string | null, tail: string][];
  /** whole BTFs, base64 */
  readonly blobs: readonly [blob: string, errno: string | null, tail: string][];
}

const recorded = JSON.parse(fixture('btf-load.json')) as Recorded;

function expectVerdict(bytes: Uint8Array, errno: string | null, tail: string): void {
  const verdict = checkBtf(bytes);
  const end = tail === '' ? '' : verdict.log.slice(-tail.length);
  expect([verdict.errno, end]).toEqual([errno, tail]);
  expect(verdict.offset >= 0).toBe(errno !== null);
}

describe('a loaded BTF is judged as a kernel did', () => {
  it('says where types are damaged', () => {
    for (const [edits, errno, tail] of recorded.edits) {
      const bytes = written(...EVERY_KIND);
      for (let i = 0; i < edits.length; i += 2) bytes[edits[i]] = edits[i + 1];
      expectVerdict(bytes, errno, tail);
    }
  });

  it('says where references are wrong', () => {
    for (const [blob, errno, tail] of recorded.blobs) {
      expectVerdict(Uint8Array.from(Buffer.from(blob, 'base64')), errno, tail);
    }
  });
});

it('writes the log that the kernel writes', () => {
  const log = checkBtf(written(INT, { kind: 'PTR', type: 1 })).log;
  expect(log).toBe(
    'magic: 0xeb9f\nversion: 1\nflags: 0x0\nhdr_len: 24\ntype_off: 0\ntype_len: 28\nstr_off: 28\nstr_len: 5\n' +
      'btf_total_size: 57\n[1] INT int size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n[2] PTR (anon) type_id=1\n',
  );
});

it('accepts kernels, whole and as subsets', () => {
  const blobs = [shippedBytes('v6.1.btf'), shippedBytes('v6.12.btf'), vmlinuxBytes('6.12')];
  for (const bytes of blobs) if (bytes) expect(checkBtf(bytes).message).toBe('');
});

it('checks split BTF', () => {
  const base = mustOpen(written(INT));
  expect(checkBtf(written({ kind: 'PTR', type: 1 }), base).errno).toBeNull();
  expect(checkBtf(written({ kind: 'PTR', type: 9 }), base).message).toBe('Invalid type_id');
});
