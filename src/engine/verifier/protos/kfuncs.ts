/* Kernel functions: which program types may call which, and their flags (BTF_ID_FLAGS of the kernel's sets). */

export interface KfuncFlags {
  readonly acquire?: boolean;
  readonly release?: boolean;
  readonly returnsNull?: boolean;
  readonly trusted?: boolean;
  readonly sleepable?: boolean;
  readonly rcu?: boolean;
  /** what it gives stays while a section of RCU lasts */
  readonly rcuProtected?: boolean;
  readonly iter?: 'new' | 'next' | 'destroy';
}

const LETTERS: Readonly<Record<string, KfuncFlags>> = {
  a: { acquire: true },
  r: { release: true },
  n: { returnsNull: true },
  t: { trusted: true },
  s: { sleepable: true },
  u: { rcu: true },
  p: { rcuProtected: true },
  N: { iter: 'new' },
  X: { iter: 'next' },
  D: { iter: 'destroy' },
};

const flags = (letters: string): KfuncFlags => Object.assign({}, ...[...letters].map((l) => LETTERS[l])) as KfuncFlags;

const COMMON = `
bpf_rcu_read_lock
bpf_rcu_read_unlock
bpf_preempt_disable
bpf_preempt_enable
bpf_throw
bpf_cast_to_kern_ctx
bpf_rdonly_cast
bpf_obj_new_impl an
bpf_percpu_obj_new_impl an
bpf_obj_drop_impl r
bpf_percpu_obj_drop_impl r
bpf_refcount_acquire_impl anu
bpf_list_push_front_impl
bpf_list_push_back_impl
bpf_list_pop_front an
bpf_list_pop_back an
bpf_rbtree_add_impl
bpf_rbtree_remove an
bpf_rbtree_first n
bpf_task_acquire anu
bpf_task_release r
bpf_cgroup_acquire anu
bpf_cgroup_release r
bpf_cgroup_ancestor anu
bpf_cgroup_from_id an
bpf_task_under_cgroup u
bpf_task_from_pid an
bpf_task_get_cgroup1 anu
bpf_iter_num_new N
bpf_iter_num_next Xn
bpf_iter_num_destroy D
bpf_iter_bits_new N
bpf_iter_bits_next Xn
bpf_iter_bits_destroy D
bpf_iter_task_vma_new Nu
bpf_iter_task_vma_next Xn
bpf_iter_task_vma_destroy D
bpf_iter_css_task_new Nt
bpf_iter_css_task_next Xn
bpf_iter_css_task_destroy D
bpf_iter_css_new Ntp
bpf_iter_css_next Xn
bpf_iter_css_destroy D
bpf_iter_task_new Ntp
bpf_iter_task_next Xn
bpf_iter_task_destroy D
bpf_dynptr_from_skb t
bpf_dynptr_from_xdp
bpf_dynptr_slice n
bpf_dynptr_slice_rdwr n
bpf_dynptr_adjust
bpf_dynptr_is_null
bpf_dynptr_is_rdonly
bpf_dynptr_size
bpf_dynptr_clone
bpf_map_sum_elem_count
bpf_wq_init
bpf_wq_set_callback_impl
bpf_wq_start
bpf_copy_from_user_str s
bpf_cpumask_create an
bpf_cpumask_release r
bpf_cpumask_acquire at
bpf_cpumask_first u
bpf_cpumask_first_zero u
bpf_cpumask_set_cpu u
bpf_cpumask_clear_cpu u
bpf_cpumask_test_cpu u
bpf_cpumask_weight u
bpf_kfunc_call_test_release r
bpf_kfunc_call_memb_release r
`;

const COMMON_FLAGS: ReadonlyMap<string, KfuncFlags> = new Map(
  COMMON.trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name, letters = '']) => [name, flags(letters)]),
);

/** bpf_tcp_ca_check_kfunc_ids and those that modules add */
const TCP =
  /^(tcp_reno_(ssthresh|cong_avoid|undo_cwnd)|tcp_slow_start|tcp_cong_avoid_ai|cubictcp_(init|recalc_ssthresh|cong_avoid|state|cwnd_event|acked)|dctcp_\w+|bbr_\w+)$/;
const NONE: KfuncFlags = {};
/** program types with the common set */
const COMMON_TYPES = new Set([
  'struct_ops',
  'sched_cls',
  'sched_act',
  'xdp',
  'tracing',
  'syscall',
  'cgroup_skb',
  'socket_filter',
  'raw_tracepoint',
  'raw_tp',
  'kprobe',
  'tracepoint',
]);
/** functions of sets that not all types have */
const SETS: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [
    /^bpf_(task_|cgroup_|obj_|percpu_obj|refcount|list_|rbtree_|throw)/,
    new Set(['struct_ops', 'sched_cls', 'xdp', 'tracing', 'tracepoint', 'syscall', 'cgroup_skb']),
  ],
  [/^bpf_cpumask_/, new Set(['struct_ops', 'tracing', 'tracepoint', 'syscall'])],
  [/^bpf_kfunc_call_/, new Set(['sched_cls', 'tracing', 'syscall'])],
];
/** program types that can make a dynptr of a packet */
const OF_SKB = new Set(['sched_cls', 'sched_act', 'socket_filter', 'cgroup_skb', 'tracing', 'tracepoint']);
const PACKET_DYNPTRS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['bpf_dynptr_from_skb', OF_SKB],
  ['bpf_dynptr_from_xdp', new Set(['xdp'])],
]);

/** Flags of a kernel function that a program type may call; null when it may not. */
export function kfuncFlags(name: string, type: string, hasCommon: boolean): KfuncFlags | null {
  if (type === 'struct_ops' && TCP.test(name)) return NONE;
  const common = hasCommon ? COMMON_FLAGS.get(name) : undefined;
  if (!common || !COMMON_TYPES.has(type)) return null;
  if (SETS.some(([names, types]) => names.test(name) && !types.has(type))) return null;
  if (PACKET_DYNPTRS.get(name)?.has(type) === false) return null;
  return common;
}

/** Functions that may be called while a lock is held (is_bpf_graph_api_kfunc). */
export const isGraphCall = (name: string): boolean => /^bpf_(list_(push|pop)|rbtree_|refcount_)/.test(name);
/** Those of trees (is_bpf_rbtree_api_kfunc). */
export const isTreeCall = (name: string): boolean => name.startsWith('bpf_rbtree_');

export const isIteratorNext = (name: string): boolean =>
  COMMON_FLAGS.get(name)?.iter === 'next' || /^bpf_iter_\w+_next$/.test(name);
