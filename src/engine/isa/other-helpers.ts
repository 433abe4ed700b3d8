/* The helpers that programs of tcp_congestion_ops may not call, a sentence each. */
const WORDS = `
probe_read: Copies memory that may be unmapped, for tracing programs. Newer helpers name the address space: probe_read_kernel, probe_read_user.
l3_csum_replace: Corrects the IP checksum of a packet for a field that changed.
l4_csum_replace: Corrects the TCP or UDP checksum of a packet for a field that changed.
clone_redirect: Sends a copy of a packet out of another network device.
get_cgroup_classid: The net_cls class of the process that sent a packet.
skb_vlan_push: Puts a VLAN tag onto a packet.
skb_vlan_pop: Takes the VLAN tag off a packet.
skb_get_tunnel_key: Reads the tunnel that a packet came through.
skb_set_tunnel_key: Sets the tunnel through which a packet will go.
perf_event_read: Reads a hardware or software counter of a perf event array.
redirect: Sends the packet out of another network device once the program ends.
get_route_realm: The realm of the route that a packet takes.
get_stackid: Stores the call stack in a map of stacks, and gives its number there.
csum_diff: How a checksum changes when some bytes are replaced.
skb_get_tunnel_opt: Reads the options of the tunnel that a packet came through.
skb_set_tunnel_opt: Sets options of the tunnel through which a packet will go.
skb_change_proto: Turns an IPv4 packet into an IPv6 one or back; headers are left to the program.
skb_change_type: Changes whom a packet is for: this host, all, or another.
skb_under_cgroup: Whether a packet belongs to a cgroup of an array, or to one below it.
get_hash_recalc: The hash of a packet's flow, computed if it is not known.
probe_write_user: Writes memory of the current process. Dangerous, and the kernel logs its use.
current_task_under_cgroup: Whether the current task is in a cgroup of an array, or in one below it.
skb_change_tail: Makes a packet longer or shorter at its end.
skb_pull_data: Makes the first bytes of a packet readable in one piece.
csum_update: Adds to the checksum that the device computed over a packet.
set_hash_invalid: Discards the hash of a packet, so that it is computed again.
skb_change_head: Makes room in front of a packet.
xdp_adjust_head: Moves the beginning of an XDP frame.
probe_read_str: Copies text that may be unmapped, up to its end. Newer helpers name the address space: probe_read_kernel_str, probe_read_user_str.
get_socket_cookie: A number that names a socket for as long as it lives.
get_socket_uid: The user that owns the socket of a packet.
set_hash: Sets the hash of a packet.
skb_adjust_room: Grows or shrinks a packet after its link or network header.
redirect_map: Sends the frame to an entry of a map: a device, a CPU or a socket.
sk_redirect_map: Passes data to the socket under a key of a sockmap.
sock_map_update: Puts a socket into a sockmap.
xdp_adjust_meta: Moves the beginning of the metadata in front of an XDP frame.
perf_event_read_value: Reads a counter of a perf event array, and how long it has counted.
perf_prog_read_value: Reads the counter that the program is attached to.
override_return: Lets the probed function return at once, with this value.
sock_ops_cb_flags_set: Chooses the events of the connection that call the program again.
msg_redirect_map: Passes a message to the socket under a key of a sockmap.
msg_apply_bytes: Applies the verdict to so many bytes only.
msg_cork_bytes: Waits for so many bytes before the program is called again.
msg_pull_data: Makes bytes of a message readable in one piece.
bind: Binds a socket to an address before it connects.
xdp_adjust_tail: Moves the end of an XDP frame.
skb_get_xfrm_state: Reads an IPsec state of a packet.
get_stack: Copies the call stack into a buffer.
skb_load_bytes_relative: Copies bytes of a packet, counted from its link or network header.
fib_lookup: Looks up a route: the next hop and its link-layer address.
sock_hash_update: Puts a socket into a sockhash.
msg_redirect_hash: Passes a message to the socket under a key of a sockhash.
sk_redirect_hash: Passes data to the socket under a key of a sockhash.
lwt_push_encap: Wraps a packet in another header.
lwt_seg6_store_bytes: Writes into the segment routing header of a packet.
lwt_seg6_adjust_srh: Makes the segment routing header of a packet longer or shorter.
lwt_seg6_action: Performs a segment routing action on a packet.
rc_repeat: Reports that an infrared remote repeats its key.
rc_keydown: Reports a key of an infrared remote.
skb_cgroup_id: The id of the cgroup that a packet's socket belongs to.
get_local_storage: Storage that belongs to the program and its cgroup.
sk_select_reuseport: Chooses a socket of a group that shares a port.
skb_ancestor_cgroup_id: The id of a cgroup so many levels above a packet's.
sk_lookup_tcp: Finds a TCP socket by its addresses and ports; it must be released.
sk_lookup_udp: Finds a UDP socket by its addresses and ports; it must be released.
sk_release: Gives back a socket that was looked up.
msg_push_data: Inserts bytes into a message.
msg_pop_data: Takes bytes out of a message.
rc_pointer_rel: Reports that an infrared pointer moved.
sk_fullsock: The full socket of a packet, or NULL for a request or a TIME_WAIT socket.
tcp_sock: The TCP part of a socket, or NULL when it is not TCP.
skb_ecn_set_ce: Marks a packet as having met congestion, if its sender supports ECN.
get_listener_sock: The listening socket that a connection came from.
skc_lookup_tcp: Finds a TCP socket of any kind, including requests; it must be released.
tcp_check_syncookie: Whether an ACK answers a SYN cookie of that listener.
sysctl_get_name: The name of the sysctl that is read or written.
sysctl_get_current_value: The present value of the sysctl.
sysctl_get_new_value: The value that is being written to the sysctl.
sysctl_set_new_value: Replaces the value that is being written to the sysctl.
send_signal: Sends a signal to the current process.
tcp_gen_syncookie: Makes a SYN cookie for a SYN to that listener.
skb_output: Writes a record to a perf event array, with bytes of a packet after it.
send_signal_thread: Sends a signal to the current thread.
read_branch_records: Copies the last branches that the processor took.
xdp_output: Writes a record to a perf event array, with bytes of an XDP frame after it.
get_netns_cookie: A number that names the network namespace.
sk_assign: Hands the packet to a socket of the program's choice.
seq_printf: Prints into the file that an iterator fills.
seq_write: Writes bytes into the file that an iterator fills.
sk_cgroup_id: The id of the cgroup that a socket belongs to.
sk_ancestor_cgroup_id: The id of a cgroup so many levels above a socket's.
csum_level: Reads or changes how many checksums of a packet are known to be good.
skc_to_tcp6_sock: The socket as tcp6_sock, or NULL when it is none.
skc_to_tcp_sock: The socket as tcp_sock, or NULL when it is none.
skc_to_tcp_timewait_sock: The socket as tcp_timewait_sock, or NULL when it is none.
skc_to_tcp_request_sock: The socket as tcp_request_sock, or NULL when it is none.
skc_to_udp6_sock: The socket as udp6_sock, or NULL when it is none.
get_task_stack: Copies the call stack of a task into a buffer.
load_hdr_opt: Reads an option of the TCP header.
store_hdr_opt: Writes an option into the TCP header that is being made.
reserve_hdr_opt: Reserves room for an option in the TCP header that will be made.
inode_storage_get: Storage of an inode; created if the flags ask for it.
inode_storage_delete: Removes storage of an inode.
d_path: The path of a file as text.
copy_from_user: Copies memory of the current process; the program may sleep meanwhile.
seq_printf_btf: Prints a value by its BTF type into the file that an iterator fills.
skb_cgroup_classid: The net_cls class of the socket that a packet belongs to.
redirect_neigh: Sends the packet out of another device, and finds its link-layer address.
redirect_peer: Hands the packet to the other end of a device pair, in its namespace.
task_storage_get: Storage of a task; created if the flags ask for it.
task_storage_delete: Removes storage of a task.
bprm_opts_set: Sets options of the program that is about to be executed.
ima_inode_hash: The hash of an inode, as recorded by the integrity subsystem.
sock_from_file: The socket behind a file, or NULL.
check_mtu: Whether a packet fits the MTU of the device through which it would leave.
sys_bpf: The system call bpf(2), from a program of type syscall.
btf_find_by_name_kind: Finds a type by its name and kind, from a program of type syscall.
sys_close: Closes a file descriptor, from a program of type syscall.
get_func_ip: The address of the function that is traced.
get_attach_cookie: The number that user space gave when it attached the program.
get_branch_snapshot: Copies the last branches that the processor took, without those of this program.
skc_to_unix_sock: The socket as unix_sock, or NULL when it is none.
kallsyms_lookup_name: The address of a kernel symbol, from a program of type syscall.
find_vma: Calls a function of this program with the memory area around an address of a task.
get_func_arg: An argument of the function that is traced, by its number.
get_func_ret: The return value of the traced function.
get_func_arg_cnt: How many arguments the traced function has.
get_retval: The value that the system call will return.
set_retval: Changes the value that the system call will return.
xdp_get_buff_len: The length of an XDP frame, all pieces included.
xdp_load_bytes: Copies bytes of an XDP frame, across its pieces.
xdp_store_bytes: Writes bytes of an XDP frame, across its pieces.
copy_from_user_task: Copies memory of another process; the program may sleep meanwhile.
skb_set_tstamp: Sets the time stamp of a packet, and its clock.
ima_file_hash: The hash of a file, measured by the integrity subsystem if it is not known.
skc_to_mptcp_sock: The socket as mptcp_sock, or NULL when it is none.
tcp_raw_gen_syncookie_ipv4: Makes a SYN cookie for IPv4 headers, without a listener.
tcp_raw_gen_syncookie_ipv6: Makes a SYN cookie for IPv6 headers, without a listener.
tcp_raw_check_syncookie_ipv4: Whether IPv4 headers carry a good SYN cookie, without a listener.
tcp_raw_check_syncookie_ipv6: Whether IPv6 headers carry a good SYN cookie, without a listener.
`;

const byName = new Map(
  WORDS.trim()
    .split('\n')
    .map((line): [string, string] => {
      const [name, words] = line.split(/: (.*)/);
      return [`bpf_${name}`, words];
    }),
);

/** The sentence for a helper that is not in helpers.ts. */
export const otherHelperDoc = (name: string): string | null => byName.get(name) ?? null;
