/*
 * Cuts out the part of a BTF that some types need: structs embedded by value in full, targets of pointers as forward
 * declarations unless they are kept in full for another reason. Types keep their order and, by the id table, their ids.
 */
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { Btf, BtfKindName, BtfType } from './btf.ts';
import { openBtf } from './read.ts';
import type { NewType } from './write.ts';
import { createBtfWriter, renumberedType } from './write.ts';

interface Root {
  readonly kind: BtfKindName;
  readonly name: string;
}

/** A blob and its id table: `openBtf(btf, ids)` speaks the ids of the BTF that it was taken from. */
export interface Subset {
  readonly btf: Uint8Array;
  readonly ids: Uint32Array;
}

const roots = (kind: BtfKindName, names: string): Root[] => names.split(' ').map((name) => ({ kind, name }));

/** What programs attached to tcp_congestion_ops and bpf_dummy_ops see of a kernel. */
const KERNEL_ROOTS: readonly Root[] = [
  ...roots('STRUCT', 'tcp_congestion_ops bpf_struct_ops_tcp_congestion_ops bpf_struct_ops_common_value list_head'),
  ...roots('STRUCT', 'tcp_sock inet_connection_sock inet_sock sock sock_common rate_sample ack_sample'),
  ...roots('STRUCT', 'bpf_dummy_ops bpf_dummy_ops_state bpf_struct_ops_bpf_dummy_ops'),
  ...roots('ENUM', 'tcp_ca_event tcp_ca_state bpf_struct_ops_state'),
  ...roots('FUNC', 'tcp_reno_ssthresh tcp_reno_cong_avoid tcp_reno_undo_cwnd tcp_slow_start tcp_cong_avoid_ai'),
  ...roots('FUNC', 'cubictcp_init cubictcp_recalc_ssthresh cubictcp_cong_avoid cubictcp_state cubictcp_cwnd_event'),
  ...roots('FUNC', 'cubictcp_acked'),
  // struct_ops types of other subsystems, which newer kernels have
  ...roots('STRUCT', 'bpf_struct_ops_sched_ext_ops bpf_struct_ops_Qdisc_ops bpf_struct_ops_hid_bpf_ops'),
  // what bpf_for, bpf_repeat and bpf_guard call
  ...roots('STRUCT', 'bpf_iter_num'),
  ...roots('FUNC', 'bpf_iter_num_new bpf_iter_num_next bpf_iter_num_destroy bpf_rcu_read_lock bpf_rcu_read_unlock'),
];

/** The subset shipped for a kernel, from the BTF of its vmlinux. Roots that this kernel lacks are left out. */
export function makeKernelSubset(vmlinux: Uint8Array): Result<Subset> {
  const btf = openBtf(vmlinux);
  if (!btf.ok) return btf;
  const ids = KERNEL_ROOTS.map(({ kind, name }) => btf.value.find(kind, name)).filter((id) => id !== 0);
  if (btf.value.find('STRUCT', 'tcp_congestion_ops') === 0) return err('No struct tcp_congestion_ops in this BTF');
  return ok(makeSubset(btf.value, ids));
}

/** The closure of `rootIds`, written as a BTF of its own. */
export function makeSubset(btf: Btf, rootIds: readonly number[]): Subset {
  const closure = close(btf, rootIds);
  const ids = Uint32Array.from([0, ...[...closure.keys()].sort((a, b) => a - b)]);
  const position = new Map([...ids].map((id, i) => [id, i]));
  const renumber = (id: number) => position.get(id) ?? 0;
  const writer = createBtfWriter();
  for (const id of ids.subarray(1)) {
    const type = btf.type(id);
    if (type)
      writer.add(closure.get(id) === 'named' && isComposite(type) ? forwardOf(type) : renumberedType(type, renumber));
  }
  return { btf: writer.finish(), ids };
}

function forwardOf({ name, kind }: BtfType): NewType {
  return { kind: 'FWD', name, kindFlag: kind === 'UNION' };
}

/** `full`: laid out with its members; `named`: a forward declaration is enough. */
type Depth = 'full' | 'named';
type Visit = readonly [id: number, depth: Depth];

function close(btf: Btf, rootIds: readonly number[]): Map<number, Depth> {
  const reached = new Map<number, Depth>();
  const queue: Visit[] = rootIds.map((id) => [id, 'full']);
  for (let visit = queue.pop(); visit !== undefined; visit = queue.pop()) {
    const [id, wanted] = visit;
    const type = btf.type(id);
    if (id === 0 || type === null) continue;
    // a type without a name cannot be declared forward
    const depth = isComposite(type) && type.name === '' ? 'full' : wanted;
    const known = reached.get(id);
    if (known === 'full' || known === depth) continue;
    reached.set(id, depth);
    queue.push(...references(type, depth));
  }
  return reached;
}

function isComposite({ kind }: BtfType): boolean {
  return kind === 'STRUCT' || kind === 'UNION';
}

/**
 * Adds what a type refers to. Through a pointer a name is enough; modifiers and arrays pass on what was wanted of them.
 */
function references(type: BtfType, depth: Depth): Visit[] {
  if (type.kind === 'PTR') return [[type.type, 'named']];
  if (isComposite(type) && depth === 'named') return [];
  const items = [...type.members, ...type.params, ...type.variables];
  return [[type.type, depth], [type.indexType, 'full'], ...items.map((item): Visit => [item.type, 'full'])];
}
