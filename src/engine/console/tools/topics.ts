/* Short manual pages about concepts, besides those of commands. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly text: string;
}

export const TOPICS: readonly Topic[] = [
  {
    name: 'struct_ops',
    summary: 'a kernel struct of functions, filled by BPF programs',
    text: `A struct_ops map has one element: a struct of pointers to functions, as tcp_congestion_ops, whose functions are BPF
programs. Writing the element (BPF_MAP_UPDATE_ELEM) registers it with the subsystem that owns the struct; deleting it
unregisters it. With BPF_F_LINK, writing only makes the map ready, and a link (BPF_LINK_CREATE) registers it.

States: INIT, then INUSE (registered), TOBEFREE (unregistered, but somebody still holds it), or READY (waits for a link).
Its holders: the registration, each connection that uses it, the default of the namespace, fds, pins.
See: bpftool struct_ops show, bpftool struct_ops dump; man tcp_congestion_ops; man bpf.`,
  },
  {
    name: 'tcp_congestion_ops',
    summary: 'members of a TCP congestion control, and when each is called',
    text: `ssthresh       after a loss: the new slow start threshold, in segments (required)
undo_cwnd      after a false alarm: the window to return to (required)
cong_avoid     an ACK, outside of recovery: grow the window (this or cong_control is required)
cong_control   an ACK, in place of cong_avoid and of the stack's own window in recovery; gets the rate sample
set_state      before the state of congestion avoidance changes: Open, Disorder, CWR, Recovery, Loss
cwnd_event     the sender starts, a timeout, ECN marks, the end of a reduction
in_ack_event   at the beginning of each ACK
pkts_acked     segments left the queue of retransmissions: with a sample of the round trip
min_tso_segs   smallest burst of segments
sndbuf_expand  how many windows the send buffer holds
get_info       what ss -i asks for
init, release  a connection begins and ends with it

name is what setsockopt(TCP_CONGESTION) and sysctl say. See: man struct_ops, bpftool btf dump id 1 format c | grep -n tcp_congestion_ops`,
  },
  {
    name: 'bpf',
    summary: 'the system call that all of bpftool is made of',
    text: `bpf(command, attr, size) returns a value or an fd, or -1 with an errno. The commands used here:

  BPF_BTF_LOAD, BPF_MAP_CREATE, BPF_PROG_LOAD   make an object; the fd holds it
  BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM      register and unregister a struct_ops map
  BPF_LINK_CREATE, UPDATE, DETACH               the same by a link
  BPF_OBJ_PIN, BPF_OBJ_GET                      a name in /sys/fs/bpf that holds an object
  BPF_*_GET_NEXT_ID, GET_FD_BY_ID, GET_INFO     what show and dump read

strace in front of a command prints its calls. Every check of a call is in the tab Checks.`,
  },
  {
    name: 'bpffs',
    summary: '/sys/fs/bpf: names that hold objects',
    text: `A pin (bpftool map pin, link pin, prog pin) is a name in /sys/fs/bpf that keeps its object when all fds are closed. rm
removes it; an object that nothing else holds is then freed. mkdir makes folders. See: ls -la /sys/fs/bpf.`,
  },
  {
    name: 'refcnt',
    summary: 'who holds a map, and when it is freed',
    text: `A map is freed when nobody holds it any more and the grace periods are over. "bpftool struct_ops dump" shows the count
in the value; ls /proc/PID/fdinfo and cat /proc/PID/fdinfo/FD show which fds hold it; lsmod shows which connections use it.
The tab Ask tells who took and who gave back each reference.`,
  },
];
