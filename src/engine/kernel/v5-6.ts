/*
 * The BTF of v5.6, which nobody recorded: v6.1's, with struct tcp_congestion_ops in the order that it had until 5.10, and
 * without what came later (bpf_dummy_ops, kfuncs). The layout of the sockets stays v6.1's, and the page says so.
 */
import { type Result, ok } from '../base/result.ts';
import type { Btf, BtfMember, BtfType } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import { createBtfWriter, type NewType } from '../btf/write.ts';

const OPS = 'tcp_congestion_ops';
const OPS_ORDER = [
  'list',
  'key',
  'flags',
  'init',
  'release',
  'ssthresh',
  'cong_avoid',
  'set_state',
  'cwnd_event',
  'in_ack_event',
  'undo_cwnd',
  'pkts_acked',
  'min_tso_segs',
  'sndbuf_expand',
  'cong_control',
  'get_info',
  'name',
  'owner',
];
/** structs that came later */
const LATER = ['bpf_struct_ops_bpf_dummy_ops', 'bpf_dummy_ops', 'bpf_dummy_ops_state'];

export function deriveV56(v61: Btf): Result<Btf> {
  const kept = Array.from({ length: v61.count }, (_, i) => v61.type(v61.idAt(i))).filter((t) => t !== null);
  const ids = kept.filter(({ kind }) => kind !== 'FUNC');
  const position = new Map(ids.map(({ id }, i) => [id, i + 1]));
  const renumber = <T extends { readonly type: number }>(item: T): T => ({
    ...item,
    type: position.get(item.type) ?? 0,
  });
  const writer = createBtfWriter();
  for (const type of ids) {
    const older = asOfV56(v61, type);
    writer.add({
      ...older,
      type: position.get(older.type ?? 0) ?? 0,
      indexType: position.get(older.indexType ?? 0) ?? 0,
      members: older.members?.map(renumber),
      params: older.params?.map(renumber),
    });
  }
  const derived = openBtf(writer.finish(), Uint32Array.from([0, ...ids.map(({ id }) => id)]));
  return derived.ok ? ok(derived.value) : derived;
}

function asOfV56(btf: Btf, type: BtfType): NewType {
  if (type.kind !== 'STRUCT') return type;
  if (LATER.includes(type.name)) return { kind: 'FWD', name: type.name };
  return type.name === OPS ? oldOrder(btf, type) : type;
}

/** Lays members out in the old order, each at a multiple of its size up to 8. */
function oldOrder(btf: Btf, type: BtfType): NewType {
  const members: BtfMember[] = [];
  let end = 0;
  for (const name of OPS_ORDER) {
    const member = type.members.find((m) => m.name === name);
    if (!member) continue;
    const size = btf.sizeOf(member.type);
    const at = Math.ceil(end / Math.min(size, 8)) * Math.min(size, 8);
    members.push({ ...member, bitOffset: at * 8 });
    end = at + size;
  }
  return { ...type, members, size: Math.ceil(end / 8) * 8 };
}
