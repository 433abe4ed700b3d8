/** Follows pointers in a running machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { subsetOf } from '../../views/testing/kernel-types.ts';
import { type Btf, Lab, openMachineParts } from '../../engine/index.ts';
import { replaceWhileConnected } from '../../scenarios/replace-while-connected.ts';
import { partOf } from '../../views/struct/fields.ts';
import { layoutOf } from '../../page/layouts.ts';
import { followPointer, placesOf, titleAt } from './places.ts';

const file = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, '../../../public/btf', name));
const parts = openMachineParts(
  'v6.12',
  new Uint8Array(file('v6.12.btf')),
  new Uint32Array(new Uint8Array(file('v6.12.ids')).buffer),
);
if (!parts.ok) throw new Error(parts.error.message);
const btf: Btf = subsetOf('v6.12');
const lab = new Lab(parts.value, replaceWhileConnected);
lab.seek(replaceWhileConnected.openAt);
const cold = lab.cold();

function follow(struct: string, address: number, path: string, change?: (bytes: Uint8Array, offset: number) => void) {
  const id = btf.find('STRUCT', struct);
  const bytes = lab.machine.bytes(address, btf.sizeOf(id));
  const row = layoutOf(btf, id)?.rows.find((one) => one.path === path);
  if (!row) throw new Error(`${struct} has no ${path}`);
  change?.(bytes, row.offset);
  return followPointer({ btf, cold }, partOf(row), row.typeId, bytes);
}

const [socket] = cold.sockets;
const served = cold.maps.find(({ letter }) => letter === socket.map);
const put = (low: number, high: number) => (bytes: Uint8Array, offset: number) => {
  const view = new DataView(bytes.buffer);
  view.setUint32(offset, low, true);
  view.setUint32(offset + 4, high, true);
};

describe('pointers', () => {
  it('of a socket lead to the ops of its map', () => {
    if (!served) throw new Error('no map serves the first socket');
    const ops = btf.field('bpf_struct_ops_tcp_congestion_ops', 'data')?.byteOffset ?? 0;
    expect(follow('tcp_sock', socket.sk, 'inet_conn.icsk_ca_ops')).toEqual({
      to: 'type',
      type: 'tcp_congestion_ops',
      typeId: btf.find('STRUCT', 'tcp_congestion_ops'),
      address: served.kvalue + ops,
      field: null,
    });
    expect(titleAt(btf, cold, served.kvalue + ops)).toBe(`map ${served.letter}`);
  });

  it('to a sock lead to its tcp_sock, and into one to the field there', () => {
    const at = (address: number) => follow('tcp_sock', socket.sk, 'retransmit_skb_hint', put(address, 0xffff8880));
    expect(at(socket.sk)).toMatchObject({ type: 'tcp_sock', address: socket.sk, field: null });
    const cwnd = btf.field('tcp_sock', 'snd_cwnd')?.byteOffset ?? 0;
    expect(at(socket.sk + cwnd)).toMatchObject({ type: 'tcp_sock', address: socket.sk, field: 'snd_cwnd' });
    const list = btf.field('bpf_struct_ops_tcp_congestion_ops', 'data.list')?.byteOffset ?? 0;
    expect(at((served?.kvalue ?? 0) + list)).toMatchObject({ address: served?.kvalue, field: 'data.list.next' });
  });

  it('to other memory lead to their type', () => {
    expect(follow('tcp_sock', socket.sk, 'retransmit_skb_hint', put(0x0150_0000, 0xffff8880))).toMatchObject({
      type: 'sk_buff',
      address: 0x0150_0000,
    });
  });

  it('that are NULL, poison or outside the machine’s memory say so', () => {
    const words = (low: number, high: number) => follow('tcp_sock', socket.sk, 'highest_sack', put(low, high));
    expect(words(0, 0)).toEqual({ to: 'nowhere', words: 'highest_sack is NULL.' });
    expect(words(0x100, 0xdead0000)).toMatchObject({ words: expect.stringContaining('the poison value') });
    expect(words(0x1000, 0xffffffff)).toMatchObject({
      words: expect.stringContaining('not an address of this machine'),
    });
    expect(words(0x7fff_0000, 0xffff8880)).toMatchObject({ words: expect.stringContaining('not an address') });
    expect(follow('tcp_congestion_ops', (served?.kvalue ?? 0) + 64, 'owner')).toMatchObject({
      words: expect.stringContaining('BPF_MODULE_OWNER'),
    });
  });
});

it('structs that begin a tcp_sock lie where the sockets are; ops lie in maps', () => {
  const titles = (name: string) => placesOf(btf, btf.find('STRUCT', name), cold).map(({ title }) => title);
  expect(titles('sock')).toEqual(titles('tcp_sock'));
  expect(titles('tcp_sock')).toContain(`socket ${socket.id}, its sender`);
  expect(titles('tcp_sock')).toContain(`socket ${socket.id}, its receiver`);
  expect(titles('tcp_congestion_ops')).toContain(`map ${served?.letter}`);
  expect(titles('rate_sample')).toEqual([]);
});
