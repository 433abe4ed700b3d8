/* What helper functions do, for the editor (numbers of include/uapi/linux/bpf.h). `tcp`: what programs of tcp_congestion_ops may call. */

export interface HelperSpec {
  readonly id: number;
  readonly name: string;
  readonly prototype: string;
  readonly doc: string;
  readonly gplOnly: boolean;
  readonly tcp: boolean;
}

type Row = readonly [id: number, name: string, prototype: string, doc: string, flags?: string];

const MAP = 'struct bpf_map *map';

/** flags: g GPL programs only, - not for tcp_congestion_ops */
const ROWS: readonly Row[] = [
  [
    1,
    'map_lookup_elem',
    `void *(${MAP}, const void *key)`,
    'Address of the value under a key, or NULL: check before use.',
  ],
  [
    2,
    'map_update_elem',
    `long (${MAP}, const void *key, const void *value, u64 flags)`,
    'Stores a value under a key; the flags can require a new or an existing key.',
  ],
  [3, 'map_delete_elem', `long (${MAP}, const void *key)`, 'Removes a key.'],
  [5, 'ktime_get_ns', 'u64 (void)', 'Nanoseconds since boot, without time spent suspended.'],
  [
    6,
    'trace_printk',
    'long (const char *fmt, u32 fmt_size, ...)',
    'Writes a line to the trace pipe; up to three arguments. For debugging.',
    'g',
  ],
  [7, 'get_prandom_u32', 'u32 (void)', 'A pseudo-random number; this machine draws it from its own seed.'],
  [8, 'get_smp_processor_id', 'u32 (void)', 'Number of the processor that runs the program.'],
  [
    9,
    'skb_store_bytes',
    'long (struct sk_buff *skb, u32 offset, const void *from, u32 len, u64 flags)',
    'Writes into a packet.',
    '-',
  ],
  [
    12,
    'tail_call',
    `long (void *ctx, struct bpf_map *prog_array_map, u32 index)`,
    'Continues in another program and does not return, unless there is none.',
  ],
  [14, 'get_current_pid_tgid', 'u64 (void)', 'Thread group id in the upper half, thread id in the lower.'],
  [15, 'get_current_uid_gid', 'u64 (void)', 'Group id in the upper half, user id in the lower.', '-'],
  [16, 'get_current_comm', 'long (void *buf, u32 size_of_buf)', 'Name of the running task.', '-'],
  [
    25,
    'perf_event_output',
    `long (void *ctx, ${MAP}, u64 flags, void *data, u64 size)`,
    'Sends a record to user space through a perf buffer.',
    'g-',
  ],
  [
    26,
    'skb_load_bytes',
    'long (const void *skb, u32 offset, void *to, u32 len)',
    'Copies bytes of a packet to the stack.',
    '-',
  ],
  [35, 'get_current_task', 'u64 (void)', 'Address of the running task_struct, as a plain number.', 'g'],
  [42, 'get_numa_node_id', 'long (void)', 'Number of the memory node of this processor.'],
  [
    49,
    'setsockopt',
    'long (void *bpf_socket, int level, int optname, void *optval, int optlen)',
    'Sets a socket option, as user space does; not in release.',
  ],
  [
    57,
    'getsockopt',
    'long (void *bpf_socket, int level, int optname, void *optval, int optlen)',
    'Reads a socket option; not in release.',
  ],
  [80, 'get_current_cgroup_id', 'u64 (void)', 'Id of the cgroup of the running task.'],
  [87, 'map_push_elem', `long (${MAP}, const void *value, u64 flags)`, 'Adds to a queue, a stack or a Bloom filter.'],
  [88, 'map_pop_elem', `long (${MAP}, void *value)`, 'Takes from a queue or a stack.'],
  [
    89,
    'map_peek_elem',
    `long (${MAP}, void *value)`,
    'Reads the next element of a queue or a stack and leaves it there.',
  ],
  [
    93,
    'spin_lock',
    'long (struct bpf_spin_lock *lock)',
    'Takes the lock of a map value; no calls until it is released.',
  ],
  [94, 'spin_unlock', 'long (struct bpf_spin_lock *lock)', 'Releases the lock of a map value.'],
  [105, 'strtol', 'long (const char *buf, size_t buf_len, u64 flags, long *res)', 'Reads a signed number out of text.'],
  [
    106,
    'strtoul',
    'long (const char *buf, size_t buf_len, u64 flags, unsigned long *res)',
    'Reads an unsigned number out of text.',
  ],
  [
    107,
    'sk_storage_get',
    `void *(${MAP}, void *sk, void *value, u64 flags)`,
    'Address of the value that a map keeps for this socket; created if the flags ask for it. NULL if there is none.',
  ],
  [108, 'sk_storage_delete', `long (${MAP}, void *sk)`, 'Removes the value that a map keeps for this socket.'],
  [
    112,
    'probe_read_user',
    'long (void *dst, u32 size, const void *unsafe_ptr)',
    'Copies from user memory; fails instead of faulting.',
  ],
  [
    113,
    'probe_read_kernel',
    'long (void *dst, u32 size, const void *unsafe_ptr)',
    'Copies from kernel memory; fails instead of faulting.',
  ],
  [
    114,
    'probe_read_user_str',
    'long (void *dst, u32 size, const void *unsafe_ptr)',
    'Copies text from user memory up to its end.',
  ],
  [
    115,
    'probe_read_kernel_str',
    'long (void *dst, u32 size, const void *unsafe_ptr)',
    'Copies text from kernel memory up to its end.',
  ],
  [
    116,
    'tcp_send_ack',
    'long (void *tp, u32 rcv_nxt)',
    'Sends an ACK now, for the sequence number given. DCTCP echoes congestion marks with it.',
  ],
  [118, 'jiffies64', 'u64 (void)', 'Timer ticks since boot.'],
  [
    120,
    'get_ns_current_pid_tgid',
    'long (u64 dev, u64 ino, struct bpf_pidns_info *nsdata, u32 size)',
    'Ids of the running task as a pid namespace sees them.',
  ],
  [
    123,
    'get_current_ancestor_cgroup_id',
    'u64 (int ancestor_level)',
    "Id of an ancestor of the running task's cgroup.",
  ],
  [125, 'ktime_get_boot_ns', 'u64 (void)', 'Nanoseconds since boot, time spent suspended included.'],
  [
    130,
    'ringbuf_output',
    'long (void *ringbuf, void *data, u64 size, u64 flags)',
    'Copies a record into a ring buffer.',
  ],
  [
    131,
    'ringbuf_reserve',
    'void *(void *ringbuf, u64 size, u64 flags)',
    'Room for a record in a ring buffer, or NULL. Must be submitted or discarded.',
  ],
  [132, 'ringbuf_submit', 'void (void *data, u64 flags)', 'Hands a reserved record to user space.'],
  [133, 'ringbuf_discard', 'void (void *data, u64 flags)', 'Discards a reserved record.'],
  [134, 'ringbuf_query', 'u64 (void *ringbuf, u64 flags)', 'Fill level, size or positions of a ring buffer.'],
  [
    149,
    'snprintf_btf',
    'long (char *str, u32 str_size, struct btf_ptr *ptr, u32 btf_ptr_size, u64 flags)',
    'Prints a kernel object by its BTF type.',
    'g',
  ],
  [
    153,
    'per_cpu_ptr',
    'void *(const void *percpu_ptr, u32 cpu)',
    "Address of another processor's copy of a variable, or NULL.",
  ],
  [154, 'this_cpu_ptr', 'void *(const void *percpu_ptr)', "Address of this processor's copy of a variable."],
  [158, 'get_current_task_btf', 'struct task_struct *(void)', 'The running task, as a typed pointer.', 'g'],
  [160, 'ktime_get_coarse_ns', 'u64 (void)', 'Like ktime_get_ns, but only as fine as the timer tick, and cheaper.'],
  [
    164,
    'for_each_map_elem',
    `long (${MAP}, void *callback_fn, void *callback_ctx, u64 flags)`,
    'Calls a function of this program for each element.',
  ],
  [
    165,
    'snprintf',
    'long (char *str, u32 str_size, const char *fmt, u64 *data, u32 data_len)',
    'Formats text into a buffer.',
    'g',
  ],
  [
    169,
    'timer_init',
    `long (struct bpf_timer *timer, ${MAP}, u64 flags)`,
    'Prepares a timer that lies in a map value.',
    'g',
  ],
  [
    170,
    'timer_set_callback',
    'long (struct bpf_timer *timer, void *callback_fn)',
    'Says which function a timer calls.',
    'g',
  ],
  [171, 'timer_start', 'long (struct bpf_timer *timer, u64 nsecs, u64 flags)', 'Starts a timer.', 'g'],
  [172, 'timer_cancel', 'long (struct bpf_timer *timer)', 'Stops a timer.', 'g'],
  [175, 'task_pt_regs', 'long (struct task_struct *task)', 'Saved registers of a task.'],
  [
    177,
    'trace_vprintk',
    'long (const char *fmt, u32 fmt_size, const void *data, u32 data_len)',
    'Writes a line with any number of arguments to the trace pipe.',
    'g',
  ],
  [
    181,
    'loop',
    'long (u32 nr_loops, void *callback_fn, void *callback_ctx, u64 flags)',
    'Calls a function of this program again and again, until it returns 1 or the count is reached.',
  ],
  [182, 'strncmp', 'long (const char *s1, u32 s1_sz, const char *s2)', 'Compares text with constant text.'],
  [194, 'kptr_xchg', 'void *(void *map_value, void *ptr)', 'Exchanges a kernel pointer kept in a map value.'],
  [
    195,
    'map_lookup_percpu_elem',
    `void *(${MAP}, const void *key, u32 cpu)`,
    "Address of another processor's value under a key, or NULL.",
  ],
  [
    197,
    'dynptr_from_mem',
    'long (void *data, u32 size, u64 flags, struct bpf_dynptr *ptr)',
    'A bounded view of a map value.',
  ],
  [
    198,
    'ringbuf_reserve_dynptr',
    `long (${MAP}, u32 size, u64 flags, struct bpf_dynptr *ptr)`,
    'Reserves a record of any size in a ring buffer, as a bounded view.',
  ],
  [
    199,
    'ringbuf_submit_dynptr',
    'void (struct bpf_dynptr *ptr, u64 flags)',
    'Hands a record that was reserved as a bounded view to user space.',
  ],
  [
    200,
    'ringbuf_discard_dynptr',
    'void (struct bpf_dynptr *ptr, u64 flags)',
    'Discards a record that was reserved as a bounded view.',
  ],
  [
    201,
    'dynptr_read',
    'long (void *dst, u32 len, const struct bpf_dynptr *src, u32 offset, u64 flags)',
    'Copies out of a bounded view.',
  ],
  [
    202,
    'dynptr_write',
    'long (const struct bpf_dynptr *dst, u32 offset, void *src, u32 len, u64 flags)',
    'Copies into a bounded view.',
  ],
  [
    203,
    'dynptr_data',
    'void *(const struct bpf_dynptr *ptr, u32 offset, u32 len)',
    'Address of a part of a bounded view, or NULL.',
  ],
  [208, 'ktime_get_tai_ns', 'u64 (void)', 'International atomic time, ns.'],
  [
    209,
    'user_ringbuf_drain',
    `long (${MAP}, void *callback_fn, void *ctx, u64 flags)`,
    'Calls a function of this program for each record that user space sent.',
  ],
  [
    210,
    'cgrp_storage_get',
    `void *(${MAP}, struct cgroup *cgroup, void *value, u64 flags)`,
    'Storage of a cgroup; created if the flags ask for it.',
  ],
  [211, 'cgrp_storage_delete', `long (${MAP}, struct cgroup *cgroup)`, 'Removes storage of a cgroup.'],
];

/** Helpers with a prototype; other-helpers.ts has a sentence for each of the rest. */
export const HELPERS: readonly HelperSpec[] = ROWS.map(([id, name, prototype, doc, flags = '']) => ({
  id,
  name: `bpf_${name}`,
  prototype,
  doc,
  gplOnly: flags.includes('g'),
  tcp: !flags.includes('-'),
}));
