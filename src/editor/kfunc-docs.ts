/* Descriptions of kernel functions that congestion controls may call (net/ipv4/tcp_cong.c, tcp_cubic.c). */
import { own } from '../engine/index.ts';

const DOCS: Readonly<Record<string, string>> = {
  tcp_slow_start:
    'Adds the acknowledged packets to snd_cwnd, up to ssthresh and the clamp. Returns how many are left over for congestion avoidance.',
  tcp_cong_avoid_ai:
    'Counts acknowledged packets in snd_cwnd_cnt, and adds one to snd_cwnd for each w of them: about one packet a round trip.',
  tcp_reno_ssthresh: 'Half of snd_cwnd, at least 2: Reno’s new threshold after a loss.',
  tcp_reno_cong_avoid:
    'Reno’s whole reaction to an ACK: slow start below ssthresh, one packet a window above it, nothing while the window is not full.',
  tcp_reno_undo_cwnd:
    'The larger of snd_cwnd and its value before the reduction: used when the loss turns out to be false.',
  cubictcp_init: 'Clears Cubic’s state of the socket, and starts its slow-start exit (HyStart).',
  cubictcp_recalc_ssthresh: 'Records the window at the loss, and returns 717/1024 of snd_cwnd, at least 2.',
  cubictcp_cong_avoid: 'Moves snd_cwnd towards the cubic function of the time since the last loss.',
  cubictcp_state: 'On a change to Loss: clears Cubic’s state, and starts HyStart anew.',
  cubictcp_cwnd_event:
    'When sending starts again after a pause: moves the start of the epoch, so that the pause does not count.',
  bpf_iter_num_new: 'Begins an iterator over the numbers from start to end, exclusive. bpf_for uses it.',
  bpf_iter_num_next:
    'Returns the address of the next number, or NULL at the end. The verifier requires a check for NULL.',
  bpf_iter_num_destroy: 'Ends an iterator over numbers. The verifier refuses a program that leaves one open.',
  bpf_rcu_read_lock: 'Opens a section in which pointers that RCU protects stay valid.',
  bpf_rcu_read_unlock: 'Closes the section that bpf_rcu_read_lock opened; pointers read in it are no longer trusted.',
  cubictcp_acked: 'Takes the round trip time of an ACK: keeps the smallest, and HyStart may end slow start.',
};

/** Description of a function; null when there is none. */
export const kfuncDoc = (name: string): string | null => own(DOCS, name) ?? null;
