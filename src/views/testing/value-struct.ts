/* The value struct of tcp_congestion_ops as v6.12 lays it out, and the bytes of a registered map. */
import type { LayoutRow, MapSnapshot } from '../../engine/index.ts';
import { counts } from '../words.ts';

/** depth, offset, size, path, type; a struct that opens has a trailing `{` */
const FIELDS: readonly (readonly [number, number, number, string, string])[] = [
  [0, 0, 8, 'common', 'struct bpf_struct_ops_common_value {'],
  [1, 0, 4, 'common.refcnt', 'refcount_t {'],
  [2, 0, 4, 'common.refcnt.refs', 'atomic_t {'],
  [3, 0, 4, 'common.refcnt.refs.counter', 'int'],
  [1, 4, 4, 'common.state', 'enum bpf_struct_ops_state'],
  [0, 8, 56, '', 'hole'],
  [0, 64, 192, 'data', 'struct tcp_congestion_ops {'],
  [1, 64, 8, 'data.ssthresh', 'u32 (*)(struct sock *)'],
  [1, 72, 8, 'data.cong_avoid', 'void (*)(struct sock *, u32, u32)'],
  [1, 80, 8, 'data.set_state', 'void (*)(struct sock *, u8)'],
  [1, 88, 8, 'data.cwnd_event', 'void (*)(struct sock *, enum tcp_ca_event)'],
  [1, 96, 8, 'data.in_ack_event', 'void (*)(struct sock *, u32)'],
  [1, 104, 8, 'data.pkts_acked', 'void (*)(struct sock *, const struct ack_sample *)'],
  [1, 112, 8, 'data.min_tso_segs', 'u32 (*)(struct sock *)'],
  [1, 120, 8, 'data.cong_control', 'void (*)(struct sock *, u32, int, const struct rate_sample *)'],
  [1, 128, 8, 'data.undo_cwnd', 'u32 (*)(struct sock *)'],
  [1, 136, 8, 'data.sndbuf_expand', 'u32 (*)(struct sock *)'],
  [1, 144, 8, 'data.get_info', 'size_t (*)(struct sock *, u32, int *, union tcp_cc_info *)'],
  [1, 152, 16, 'data.name', 'char[16]'],
  [1, 168, 8, 'data.owner', 'struct module *'],
  [1, 176, 16, 'data.list', 'struct list_head {'],
  [2, 176, 8, 'data.list.next', 'struct list_head *'],
  [2, 184, 8, 'data.list.prev', 'struct list_head *'],
  [1, 192, 4, 'data.key', 'u32'],
  [1, 196, 4, 'data.flags', 'u32'],
  [1, 200, 8, 'data.init', 'void (*)(struct sock *)'],
  [1, 208, 8, 'data.release', 'void (*)(struct sock *)'],
  [1, 216, 40, 'data', 'padding'],
];

export const VALUE_STRUCT = 'bpf_struct_ops_tcp_congestion_ops';

export const VALUE_ROWS: readonly LayoutRow[] = FIELDS.map(([depth, offset, size, path, type]): LayoutRow => {
  const kind = type === 'hole' || type === 'padding' ? type : 'field';
  return {
    kind,
    path,
    name: kind === 'field' ? path.slice(path.lastIndexOf('.') + 1) : '',
    offset,
    size,
    bit: 0,
    bitSize: 0,
    type: kind === 'field' ? type.replace(' {', '') : '',
    typeId: 1,
    depth,
    cacheLine: offset >> 6,
    expandable: type.endsWith('{'),
  };
});

const STATE = { INIT: 0, INUSE: 1, TOBEFREE: 2, READY: 3, FREED: 2 };

/** What the kernel's copy, or a lookup, would hold. */
export function valueBytes(map: MapSnapshot, side: 'kvalue' | 'lookup'): Uint8Array {
  const bytes = new Uint8Array(256);
  if (map.state === 'INIT') return bytes;
  const view = new DataView(bytes.buffer);
  const lookup = side === 'lookup';
  view.setUint32(0, lookup ? map.holders.filter(({ kind }) => counts(kind)).length : 0, true);
  view.setUint32(4, STATE[map.state], true);
  for (const [, offset, , path] of FIELDS) {
    const member = path.replace('data.', '');
    const trampoline = map.trampolines.find((one) => one.member === member);
    const prog = map.progs.find((one) => one.member === member);
    if (trampoline && !lookup) {
      view.setUint32(offset, trampoline.address, true);
      view.setUint32(offset + 4, 0xffff8880, true);
    } else if (prog && lookup) view.setUint32(offset, prog.id, true);
  }
  bytes.set(new TextEncoder().encode(map.ccName).subarray(0, 15), 152);
  if (!lookup) view.setUint32(192, 0xdb02caf6, true);
  return bytes;
}
