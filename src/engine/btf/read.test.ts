import { describe, expect, it } from 'vitest';
import { openBtf, openSplitBtf } from './read.ts';
import { EVERY_KIND, INT } from './testing/every-kind.ts';
import { mustOpen, shippedBtf, written } from './testing/kernels.ts';
import type { NewType } from './write.ts';

describe('openBtf', () => {
  it('reads back every kind as it was written', () => {
    const btf = mustOpen(written(...EVERY_KIND));
    for (const [i, type] of EVERY_KIND.entries()) expect(btf.type(i + 1)).toMatchObject(type);
    expect(btf.type(EVERY_KIND.length + 1)).toBeNull();
    expect(btf.type(0)?.kind).toBe('VOID');
  });

  it('finds by kind and name, the first one', () => {
    const btf = mustOpen(written(INT, { kind: 'TYPEDEF', name: 's', type: 1 }, { kind: 'STRUCT', name: 's' }, INT));
    expect([btf.find('INT', 'int'), btf.find('STRUCT', 's'), btf.find('UNION', 's'), btf.find('INT', '')]).toEqual([
      1, 3, 0, 0,
    ]);
  });

  it('knows sizes through modifiers and arrays', () => {
    const btf = mustOpen(written(...EVERY_KIND));
    expect([1, 2, 3, 4, 7, 10, 12, 14, 18].map((id) => btf.sizeOf(id))).toEqual([4, 8, 12, 8, -1, 8, -1, 4, 4]);
    expect(btf.skipModifiers(10)).toBe(4);
  });

  it('ends on types that refer to themselves', () => {
    const self: NewType = {
      kind: 'STRUCT',
      name: 'self',
      size: 4,
      members: [
        { name: '', type: 3, bitOffset: 0, bitSize: 0 },
        { name: '', type: 3, bitOffset: 0, bitSize: 0 },
      ],
    };
    const btf = mustOpen(
      written({ kind: 'CONST', type: 2 }, { kind: 'VOLATILE', type: 1 }, self, {
        kind: 'ARRAY',
        type: 4,
        indexType: 1,
        length: 2,
      }),
    );
    expect([btf.skipModifiers(1), btf.sizeOf(4), btf.field('self', 'missing')]).toEqual([0, -1, null]);
    expect(btf.declare(1)).toContain('const');
  });

  it('uses the ids of the table', () => {
    const btf = mustOpen(written(INT, { kind: 'PTR', type: 1 }), Uint32Array.of(0, 21, 500));
    expect([btf.find('INT', 'int'), btf.type(500)?.type, btf.type(1), btf.idLimit, btf.idAt(1)]).toEqual([
      21,
      21,
      null,
      501,
      500,
    ]);
    expect(openBtf(written(INT), Uint32Array.of(0)).ok).toBe(false);
  });

  it('numbers split types after those of the base', () => {
    const base = mustOpen(written(INT));
    const own = written({ kind: 'PTR', type: 1 });
    const split = openSplitBtf(own, base);
    if (!split.ok) throw new Error(split.error.message);
    expect(split.value.type(2)).toMatchObject({ kind: 'PTR', type: 1 });
    expect([split.value.find('INT', 'int'), split.value.declare(2), split.value.count]).toEqual([1, 'int *', 1]);
  });
});

describe('fields of the kernel', () => {
  const btf = shippedBtf('v6.12');
  const at = (struct: string, path: string) => {
    const field = btf.field(struct, path);
    return field && [field.byteOffset, field.size, field.bit, field.bitSize];
  };

  it('follows names, anonymous members, dots and elements', () => {
    expect(at('tcp_sock', 'snd_cwnd')).toEqual([1500, 4, 0, 0]);
    expect(at('tcp_sock', 'inet_conn.icsk_inet.sk.__sk_common.skc_family')).toEqual([16, 2, 0, 0]);
    expect(at('inet_connection_sock', 'icsk_ca_state')).toEqual([1288, 1, 0, 5]);
    expect(at('inet_connection_sock', 'icsk_ca_initialized')).toEqual([1288, 1, 5, 1]);
    expect(at('inet_connection_sock', 'icsk_ca_priv[3]')).toEqual([1344 + 24, 8, 0, 0]);
    expect(at('sock_common', 'skc_daddr')).toEqual([0, 4, 0, 0]);
  });

  it('looks into the structs that a struct starts with', () => {
    expect(at('tcp_sock', 'icsk_ca_priv')).toEqual([1344, 104, 0, 0]);
    expect(at('tcp_sock', 'sk_pacing_rate')).toEqual([488, 8, 0, 0]);
  });

  it.each(['nothing', 'snd_cwnd.x', 'icsk_ca_priv[13]', '', '.', 'a..b', 'icsk_ca_priv[', '[0]'])(
    '%j is null',
    (path) => {
      expect(btf.field('tcp_sock', path)).toBeNull();
    },
  );

  it('prints members as C declarations', () => {
    const ops = btf.type(33922);
    const text = Object.fromEntries(ops?.members.map((m) => [m.name, btf.declare(m.type, m.name)]) ?? []);
    expect(text.ssthresh).toBe('u32 (*ssthresh)(struct sock *)');
    expect(text.pkts_acked).toBe('void (*pkts_acked)(struct sock *, const struct ack_sample *)');
    expect(text.name).toBe('char name[16]');
    expect(btf.declare(ops?.members[0].type ?? 0)).toBe('u32 (*)(struct sock *)');
  });
});

describe('a damaged header', () => {
  const good = written(INT);
  const damaged: [string, number, (bytes: Uint8Array) => Uint8Array][] = [
    ['hdr_len not found', 0, (b) => b.slice(0, 7)],
    ['Invalid magic', 0, (b) => b.fill(0, 0, 2)],
    ['Big-endian BTF is not supported', 0, (b) => b.fill(0xeb, 0, 1).fill(0x9f, 1, 2)],
    ['btf_header not found', 4, (b) => b.slice(0, 20)],
    ['Unsupported version', 2, (b) => b.fill(2, 2, 3)],
    ['Unsupported flags', 3, (b) => b.fill(1, 3, 4)],
    ['No data', 24, (b) => b.slice(0, 24)],
    ['Unsupported section found', 8, (b) => b.fill(4, 8, 9)],
    ['Section overlap found', 16, (b) => b.fill(12, 16, 17)],
    ['Total section length too long', 20, (b) => b.fill(9, 20, 21)],
    ['Unsupported section found', 45, (b) => Uint8Array.from([...b, 0])],
    ['Invalid string section', 40, (b) => b.fill(1, b.length - 1)],
    ['[1] meta_left:4 meta_needed:12', 24, (b) => b.fill(3, 31, 32)],
    ['[1] Invalid kind:31', 28, (b) => b.fill(0x1f, 31, 32)],
    ['[1] Invalid btf_info:41000000', 28, (b) => b.fill(0x41, 31, 32)],
  ];
  it.each(damaged)('%s', (message, offset, damage) => {
    const btf = openBtf(damage(good.slice()));
    expect(btf).toEqual({ ok: false, error: { message, offset } });
  });
});
