/* The receive window: what is advertised, and how the receive buffer grows with the reader (dynamic right-sizing). */
import { ACK, SHUTDOWN, TCP_RMEM_MAX, WINDOW_RATIO_SHIFT } from '../socket/constants.ts';
import { before, seqAdd, seqDelta } from '../socket/seq.ts';
import { timestampRtt } from '../sender/rtt.ts';
import type { Stack } from '../stack.ts';

/** tcp_win_from_space and its inverse: half of the buffer is overhead (TCP_DEFAULT_SCALING_RATIO). */
export function windowFromSpace(space: number): number {
  return space >> WINDOW_RATIO_SHIFT;
}

function spaceFromWindow(window: number): number {
  return window << WINDOW_RATIO_SHIFT;
}

/** tcp_space: free room, as window. */
function freeSpace(s: Stack): number {
  return windowFromSpace(s.tp.sk_rcvbuf - s.tp.rmem_alloc);
}

/** tcp_receive_window: what the peer may still send. */
export function receiveWindow(s: Stack): number {
  const { tp } = s;
  return Math.max(0, seqDelta(seqAdd(tp.rcv_wup, tp.rcv_wnd), tp.rcv_nxt));
}

/** __tcp_select_window */
export function selectableWindow(s: Stack): number {
  const { tp } = s;
  const allowed = windowFromSpace(tp.sk_rcvbuf);
  const full = Math.min(tp.window_clamp, allowed);
  const mss = Math.min(tp.ack_rcv_mss, full);
  if (mss <= 0) return 0;
  let free = freeSpace(s);
  const unit = 1 << tp.rcv_wscale;
  if (free < full >> 1) {
    tp.ack_quick = 0;
    free &= -unit;
    if (free < allowed >> 4 || free < mss) return 0;
  }
  free = Math.min(free, tp.rcv_ssthresh);
  return (free + unit - 1) & -unit;
}

/** tcp_select_window: the window for a segment sent now; it never shrinks an offered window. */
export function selectWindow(s: Stack): number {
  const { tp } = s;
  const current = receiveWindow(s);
  const unit = 1 << tp.rcv_wscale;
  let window = selectableWindow(s);
  if (window < current) window = (current + unit - 1) & -unit;
  tp.rcv_wnd = window;
  tp.rcv_wup = tp.rcv_nxt;
  return window >>> tp.rcv_wscale;
}

/** tcp_grow_window: data arrived, the window may follow; while it grows, ACKs are quick. */
export function growWindow(s: Stack, payload: number): void {
  const { tp } = s;
  const room = Math.min(tp.window_clamp, freeSpace(s)) - tp.rcv_ssthresh;
  if (room <= 0) return;
  tp.rcv_ssthresh += Math.min(room, 2 * Math.max(tp.advmss, payload));
  tp.ack_quick |= 1;
}

/** tcp_rcv_rtt_update: smooths increases, but takes a lower sample at once. */
function updateReceiveRtt(s: Stack, sample: number, byWindow: boolean): void {
  const { tp } = s;
  const rtt = tp.rcv_rtt_us;
  if (rtt === 0 || sample * 8 < rtt) tp.rcv_rtt_us = sample * 8;
  else if (!byWindow) tp.rcv_rtt_us = rtt + sample - (rtt >>> 3);
}

/** tcp_rcv_rtt_measure: a window's worth of data takes at least an RTT. */
export function measureReceiveRtt(s: Stack): void {
  const { tp } = s;
  if (tp.rcv_rtt_time !== 0) {
    if (before(tp.rcv_nxt, tp.rcv_rtt_seq)) return;
    updateReceiveRtt(s, Math.max(1, tp.tcp_mstamp - tp.rcv_rtt_time), true);
  }
  tp.rcv_rtt_seq = seqAdd(tp.rcv_nxt, tp.rcv_wnd);
  tp.rcv_rtt_time = tp.tcp_mstamp;
}

/** tcp_rcv_rtt_measure_ts: uses each echoed timestamp of ours once. */
export function measureReceiveRttByTimestamp(s: Stack, segmentBytes: number): void {
  const { tp } = s;
  if (tp.rcv_tsecr === tp.rcv_rtt_last_tsecr) return;
  tp.rcv_rtt_last_tsecr = tp.rcv_tsecr;
  if (segmentBytes < tp.ack_rcv_mss) return;
  const rtt = timestampRtt(s, 0);
  if (rtt > 0) updateReceiveRtt(s, rtt, false);
}

/** tcp_rcv_space_adjust: once per RTT, room for twice what the reader took, and more when that grows. */
export function adjustReceiveSpace(s: Stack): void {
  const { tp } = s;
  const rtt = tp.rcv_rtt_us;
  if (rtt === 0 || tp.tcp_mstamp - tp.rcvq_time < rtt >>> 3) return;
  const copied = seqDelta(tp.copied_seq, tp.rcvq_seq);
  const space = tp.rcvq_space;
  if (copied > space) {
    let window = copied * 2 + 16 * tp.advmss;
    window += 2 * Math.floor((window * (copied - space)) / space);
    const rcvbuf = Math.min(spaceFromWindow(Math.min(window, TCP_RMEM_MAX)), TCP_RMEM_MAX);
    if (rcvbuf > tp.sk_rcvbuf) {
      tp.sk_rcvbuf = rcvbuf;
      tp.window_clamp = windowFromSpace(rcvbuf);
    }
    tp.rcvq_space = copied;
  }
  tp.rcvq_seq = tp.copied_seq;
  tp.rcvq_time = tp.tcp_mstamp;
}

/** __tcp_cleanup_rbuf: whether reading `copied` bytes is a reason to acknowledge now. */
export function readNeedsAck(s: Stack, copied: number): boolean {
  const { tp } = s;
  const pending = tp.ack_pending;
  if ((pending & ACK.SCHED) !== 0) {
    if (seqDelta(tp.rcv_nxt, tp.rcv_wup) > tp.ack_rcv_mss) return true;
    const pushed = (pending & ACK.PUSHED2) !== 0 || ((pending & ACK.PUSHED) !== 0 && tp.ack_pingpong < 1);
    if (copied > 0 && pushed && tp.rmem_alloc === 0) return true;
  }
  if (copied <= 0 || (tp.sk_shutdown & SHUTDOWN.RCV) !== 0) return false;
  const now = receiveWindow(s);
  if (2 * now > tp.window_clamp) return false;
  const window = selectableWindow(s);
  return window > 0 && window >= 2 * now;
}
