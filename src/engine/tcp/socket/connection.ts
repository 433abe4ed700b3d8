/* Beginning and end of a connection: the handshake, close, TIME_WAIT, resets. */
import { PACKET } from '../../net/packet.ts';
import { processAck } from '../sender/ack.ts';
import { hasCongControl } from '../cc/ca.ts';
import {
  ACCEPT_DELAY_NS,
  FLAG,
  HEADER_BYTES,
  MSS,
  RCV_WSCALE,
  SHUTDOWN,
  SYN_OPTION_BYTES,
  TCP_STATE,
  TIMER,
  TIME_WAIT_NS,
} from './constants.ts';
import { handToWire, pushPending, sendAck, transmit } from '../sender/output.ts';
import { updatePacingRate } from '../sender/pacing.ts';
import { queueData, readAll } from '../receiver/receive.ts';
import { updateRtt } from '../sender/rtt.ts';
import { identify } from './identity.ts';
import { seqAdd } from './seq.ts';
import { assignChildCa, createSock, destroySock, initTransfer, setState } from './sock.ts';
import { appendSkb } from '../sender/rtx-queue.ts';
import { jiffies32, refreshClock, timestamp, type Stack } from '../stack.ts';
import { resetXmitTimer } from './timers.ts';
import { windowFromSpace } from '../receiver/window.ts';
import { checkFastPath } from '../sender/ack.ts';
import { acknowledge } from '../receiver/ack-policy.ts';
import { isAckScheduled } from '../receiver/ack-sent.ts';

/**
 * The window that a SYN offers: whole segments of the free buffer; a client's segment size does not subtract
 * timestamps.
 */
function firstWindow(rcvbuf: number, mss: number): number {
  const space = windowFromSpace(rcvbuf);
  return space - (space % mss);
}

/** tcp_connect: the SYN is a packet of the retransmit queue like any other. */
export function connectSock(s: Stack): void {
  const { tp } = s;
  const sending = s.cursors.syn;
  setState(s, TCP_STATE.SYN_SENT);
  identify(s);
  refreshClock(s);
  const isn = s.net.random();
  tp.write_seq = isn;
  tp.snd_una = isn;
  tp.snd_nxt = isn;
  tp.rcv_wnd = firstWindow(tp.sk_rcvbuf, MSS + 12);
  tp.rcv_ssthresh = tp.rcv_wnd;
  tp.window_clamp = 0xffff << RCV_WSCALE;
  tp.ack_rcv_mss = 536;
  tp.retrans_stamp = timestamp(s);
  sending.at = s.skbs.alloc();
  sending.seq = isn;
  sending.end_seq = seqAdd(isn, 1);
  sending.flags = PACKET.SYN;
  tp.write_seq = sending.end_seq;
  tp.packets_out = 1;
  appendSkb(s, sending.at);
  transmit(s, sending, 0);
  tp.snd_nxt = tp.write_seq;
  tp.pushed_seq = tp.write_seq;
  resetXmitTimer(s, TIMER.RETRANS, tp.icsk_rto);
}

/** Sets the fields that both ends set when the connection is established. */
function beginReceiving(s: Stack, irs: number): void {
  const { tp } = s;
  tp.rcv_nxt = seqAdd(irs, 1);
  tp.rcv_wup = tp.rcv_nxt;
  tp.copied_seq = tp.rcv_nxt;
  tp.ack_rcv_mss = 536;
}

/** tcp_rcv_synsent_state_process */
export function synAckArrived(s: Stack): void {
  const { tp, pkt } = s;
  if ((pkt.flags & PACKET.RST) !== 0) {
    destroySock(s, TCP_STATE.CLOSE);
    return;
  }
  const both = PACKET.SYN | PACKET.ACK;
  if ((pkt.flags & both) !== both || pkt.ack_seq !== tp.snd_nxt) return;
  tp.snd_wl1 = pkt.seq;
  processAck(s, FLAG.SLOWPATH);
  beginReceiving(s, pkt.seq);
  tp.snd_wnd = pkt.window;
  tp.max_window = Math.max(tp.max_window, pkt.window);
  tp.ts_recent = pkt.tsval;
  setState(s, TCP_STATE.ESTABLISHED);
  tp.ack_lrcvtime = jiffies32(s);
  initTransfer(s);
  tp.lsndtime = jiffies32(s);
  tp.pred_flags = 0;
  sendAck(s);
  pushPending(s);
}

/** Sends a segment on behalf of a listener or a closed socket, which has no tcp_sock. */
function answer(s: Stack, flags: number, seq: number, ack: number, window: number): void {
  const { ep, pkt, out } = s;
  out.at = s.net.alloc();
  out.flags = flags;
  out.seq = seq;
  out.end_seq = seqAdd(seq, (flags & PACKET.SYN) === 0 ? 0 : 1);
  out.ack_seq = ack;
  out.window = window;
  out.tsval = Math.floor(s.events.now / 1e6) >>> 0;
  out.tsecr = pkt.tsval;
  out.wire = HEADER_BYTES + ((flags & PACKET.SYN) === 0 ? 0 : SYN_OPTION_BYTES - 12);
  out.to = ep.peer;
  handToWire(s);
}

/** Answers with a reset (tcp_v4_send_reset). */
function refuse(s: Stack): void {
  const { pkt } = s;
  if ((pkt.flags & PACKET.RST) !== 0) return;
  answer(s, PACKET.RST | PACKET.ACK, pkt.ack_seq, pkt.end_seq, 0);
}

/** The listener's part: a SYN makes a request, the ACK that completes the handshake makes the child socket. */
export function answerRequest(s: Stack): void {
  const { ep, pkt, events } = s;
  if (ep.passive === 0 || ep.state === TCP_STATE.CLOSE) {
    refuse(s);
    return;
  }
  if ((pkt.flags & PACKET.RST) !== 0) return;
  if ((pkt.flags & PACKET.SYN) !== 0) {
    if (ep.state === TCP_STATE.SYN_RECV) ep.num_retrans++;
    else ep.isn = s.net.random();
    ep.state = TCP_STATE.SYN_RECV;
    ep.irs = pkt.seq;
    ep.ts_recent = pkt.tsval;
    ep.synack_at = events.now;
    answer(s, PACKET.SYN | PACKET.ACK, ep.isn, pkt.end_seq, firstWindow(2 * 65536, MSS));
    return;
  }
  if (ep.state === TCP_STATE.SYN_RECV && pkt.ack_seq === seqAdd(ep.isn, 1)) acceptChild(s);
}

/** tcp_create_openreq_child, then tcp_rcv_state_process in SYN_RECV. */
function acceptChild(s: Stack): void {
  const { tp, ep, pkt } = s;
  createSock(s);
  tp.skc_state = TCP_STATE.SYN_RECV;
  identify(s);
  refreshClock(s);
  beginReceiving(s, ep.irs);
  tp.snd_una = seqAdd(ep.isn, 1);
  tp.snd_nxt = tp.snd_una;
  tp.write_seq = tp.snd_una;
  tp.pushed_seq = tp.snd_una;
  tp.snd_wl1 = ep.irs;
  tp.rcv_wnd = firstWindow(tp.sk_rcvbuf, MSS);
  tp.rcv_ssthresh = tp.rcv_wnd;
  tp.window_clamp = 0xffff << RCV_WSCALE;
  tp.snd_wnd = pkt.window << RCV_WSCALE;
  tp.max_window = tp.snd_wnd;
  tp.ts_recent = ep.ts_recent;
  tp.rcv_tsval = pkt.tsval;
  tp.rcv_tsecr = pkt.tsecr;
  tp.ack_lrcvtime = jiffies32(s);
  tp.lsndtime = jiffies32(s);
  tp.total_retrans = ep.num_retrans;
  assignChildCa(s);

  processAck(s, FLAG.SLOWPATH | FLAG.UPDATE_TS_RECENT);
  tp.delivered++;
  if (ep.num_retrans === 0) {
    const rtt = Math.floor((s.events.now - ep.synack_at) / 1000);
    updateRtt(s, FLAG.SYN_ACKED, rtt, -1, rtt);
  }
  initTransfer(s);
  setState(s, TCP_STATE.ESTABLISHED);
  tp.snd_wnd = pkt.window << RCV_WSCALE;
  tp.snd_wl1 = pkt.seq;
  if (!hasCongControl(s)) updatePacingRate(s);
  tp.lsndtime = jiffies32(s);
  checkFastPath(s);
  ep.reads_from = s.events.now + ACCEPT_DELAY_NS;
  s.events.schedule(ep.reads_from, s.timers.read, ep.at);
  // the ACK may already carry data
  if (pkt.seq !== pkt.end_seq) {
    queueData(s);
    if (isAckScheduled(s)) acknowledge(s, true);
    readAll(s);
  }
}

/** tcp_close: queues a FIN after the data; the tcp_sock lives until the peer has acknowledged it. */
export function closeSock(s: Stack): void {
  const { tp, ep } = s;
  ep.orphan = 1;
  ep.to_write = 0;
  tp.sk_shutdown |= SHUTDOWN.SEND | SHUTDOWN.RCV;
  switch (tp.skc_state) {
    case TCP_STATE.ESTABLISHED:
      setState(s, TCP_STATE.FIN_WAIT1);
      break;
    case TCP_STATE.CLOSE_WAIT:
      setState(s, TCP_STATE.LAST_ACK);
      break;
    case TCP_STATE.CLOSE:
    case TCP_STATE.SYN_SENT:
      destroySock(s, TCP_STATE.CLOSE);
      return;
    default:
      return;
  }
  ep.fin_queued = 1;
  tp.write_seq = seqAdd(tp.write_seq, 1);
  pushPending(s);
}

/** tcp_time_wait: a small inet_timewait_sock replaces the tcp_sock, which is destroyed. */
export function enterTimeWait(s: Stack, state: number): void {
  const { ep, events } = s;
  destroySock(s, state);
  ep.tw_until = events.now + TIME_WAIT_NS;
  events.schedule(ep.tw_until, s.timers.timeWait, ep.at);
}

/** tcp_timewait_state_process: acknowledges the FIN each time it arrives. */
export function answerTimeWait(s: Stack): void {
  const { ep, pkt } = s;
  if ((pkt.flags & (PACKET.FIN | PACKET.SYN)) === 0 && pkt.seq === pkt.end_seq) return;
  if ((pkt.flags & PACKET.FIN) !== 0) {
    ep.state = TCP_STATE.TIME_WAIT;
    ep.tw_rcv_nxt = pkt.end_seq;
  }
  answer(s, PACKET.ACK, ep.tw_snd_nxt, ep.tw_rcv_nxt, 0);
}
