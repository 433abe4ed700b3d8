/* Sends packets: new data, retransmissions, ACKs; also tracks whether the window limits the sender. */
import { MAX_SACK_BLOCKS, PACKET, PACKET_SACKS } from '../../net/packet.ts';
import { caEvent, caMinTsoSegs, currentSsthresh, hasCongControl, inReduction, windowEnd } from '../cc/ca.ts';
import {
  CA_EVENT,
  CA_STATE,
  HEADER_BYTES,
  PACING,
  SACK_BASE_BYTES,
  SACK_BLOCK_BYTES,
  SYN_OPTION_BYTES,
  TCPCB,
  TCP_INIT_CWND,
  TIMER,
} from '../socket/constants.ts';
import { ackSent } from '../receiver/ack-sent.ts';
import { checkAppLimited, rateSent } from './rate.ts';
import { before, seqAdd, seqDelta } from '../socket/seq.ts';
import { type Skb } from './skb.ts';
import { appendSkb, sortLast } from './rtx-queue.ts';
import { inFlight, jiffies32, refreshClock, timestamp, type Stack } from '../stack.ts';
import { armPacing, rearmRto, resetXmitTimer, scheduleLossProbe } from '../socket/timers.ts';
import { selectWindow } from '../receiver/window.ts';

/** Unsent bytes that a process with much to write keeps in the write queue. */
const WRITE_AHEAD = 1 << 16;

/** tcp_tso_rtt_log: each 2^9 us of RTT halve the bonus; tcp_tso_win_divisor: this part of a window is worth a burst */
const TSO_RTT_LOG = 9;
const TSO_WIN_DIVISOR = 3;

/** Mode of write_xmit: everything that the window allows, or one probe beyond it. */
export const PUSH = { ALL: 0, PROBE: 2 } as const;

/** Copies the SACK blocks into the packet, the duplicate first; returns their number. */
function putSackBlocks(s: Stack): number {
  const { tp, out, u32 } = s;
  const { layout } = s.offsets.sock;
  let to = (out.at + PACKET_SACKS) >>> 2;
  let n = 0;
  if (tp.dsack !== 0) {
    u32[to++] = tp.duplicate_sack;
    u32[to++] = tp.duplicate_sack_end;
    tp.dsack = 0;
    n++;
  }
  let from = (tp.at + layout.selective_acks.offset) >>> 2;
  for (let left = tp.num_sacks; left > 0 && n < MAX_SACK_BLOCKS; left--, n++) {
    u32[to++] = u32[from++];
    u32[to++] = u32[from++];
  }
  out.num_sacks = n;
  return n;
}

/** Hands the packet in `s.out` to the wire. */
export function handToWire(s: Stack): void {
  const { ep, out } = s;
  out.from = ep.at;
  out.to = ep.peer;
  if (ep.passive === 0) s.net.sendForward(out.at);
  else s.net.sendReverse(out.at);
}

/** __tcp_transmit_skb's header: a segment [seq, end) with the current ACK, window, timestamps and SACK blocks. */
function sendSegment(s: Stack, flags: number, seq: number, end: number, payload: number): void {
  const { tp, out } = s;
  out.at = s.net.alloc();
  out.flags = flags;
  out.seq = seq;
  out.end_seq = end;
  out.tsval = timestamp(s);
  out.tsecr = tp.ts_recent;
  let wire = HEADER_BYTES + payload;
  if ((flags & PACKET.SYN) === 0) {
    out.ack_seq = tp.rcv_nxt;
    out.window = selectWindow(s);
    const blocks = tp.num_sacks !== 0 || tp.dsack !== 0 ? putSackBlocks(s) : 0;
    if (blocks > 0) wire += SACK_BASE_BYTES + blocks * SACK_BLOCK_BYTES;
    ackSent(s);
  } else {
    out.window = Math.min(tp.rcv_wnd, 0xffff);
    // HEADER_BYTES already includes the timestamps
    wire += SYN_OPTION_BYTES - 12;
  }
  out.wire = wire;
  tp.segs_out++;
  handToWire(s);
}

/** tcp_send_ack: a segment without data. */
export function sendAck(s: Stack): void {
  const { tp } = s;
  sendSegment(s, PACKET.ACK, tp.snd_nxt, tp.snd_nxt, 0);
}

/** tcp_pacing_check: whether the next packet must wait for its departure time. */
function pacingBlocks(s: Stack): boolean {
  const { tp } = s;
  if (tp.sk_pacing_status !== PACING.NEEDED || tp.tcp_wstamp_ns <= tp.tcp_clock_cache) return false;
  armPacing(s);
  return true;
}

/** tcp_update_skb_after_send: moves the next departure by the time the packet takes at the pacing rate. */
function pace(s: Stack, payload: number, prior: number): void {
  const { tp } = s;
  const rate = tp.sk_pacing_rate;
  // the first window is not paced, an all-ones rate is no limit
  if (tp.sk_pacing_status === PACING.NONE || rate === 0 || rate >= 2 ** 63 || tp.data_segs_out < TCP_INIT_CWND) return;
  const length = Math.floor((payload * 1e9) / rate);
  const credit = tp.tcp_wstamp_ns - prior;
  tp.tcp_wstamp_ns += length - Math.min(Math.floor(length / 2), credit);
}

/** tcp_transmit_skb for a packet that stays in the retransmit queue. */
export function transmit(s: Stack, skb: Skb, marks: number): void {
  const { tp } = s;
  tp.tcp_wstamp_ns = Math.max(tp.tcp_wstamp_ns, tp.tcp_clock_cache);
  skb.tstamp_ns = tp.tcp_wstamp_ns;
  const { seq, end_seq: end, flags } = skb;
  const payload = seqDelta(end, seq) - (flags === 0 ? 0 : 1);
  if (payload > 0) {
    if (inFlight(tp) === 0) caEvent(s, CA_EVENT.TX_START);
    const now = jiffies32(s);
    tp.lsndtime = now;
    if ((now - tp.ack_lrcvtime) >>> 0 < tp.ack_ato && tp.ack_pingpong < 255) tp.ack_pingpong++;
    tp.data_segs_out++;
    tp.bytes_sent += payload;
  }
  const syn = (flags & PACKET.SYN) !== 0;
  sendSegment(s, flags | marks | (syn ? 0 : PACKET.ACK), seq, end, payload);
  sortLast(s, skb.at);
  rateSent(s, skb);
}

/** Moves data from the process into the write queue, as far as it has room. */
export function fillWriteQueue(s: Stack): void {
  const { tp, ep } = s;
  const wanted = ep.to_write;
  if (wanted === 0) return;
  const take = Math.min(wanted, WRITE_AHEAD - seqDelta(tp.write_seq, tp.snd_nxt));
  if (take <= 0) return;
  if (tp.packets_out === 0) restartAfterIdle(s);
  tp.write_seq = seqAdd(tp.write_seq, take);
  ep.to_write = wanted - take;
  if (ep.to_write === 0) checkAppLimited(s, seqDelta(tp.write_seq, tp.snd_nxt));
}

/** tcp_slow_start_after_idle_check, tcp_cwnd_restart */
function restartAfterIdle(s: Stack): void {
  const { tp } = s;
  const rto = tp.icsk_rto;
  let idle = (jiffies32(s) - tp.lsndtime) | 0;
  if (idle <= rto || hasCongControl(s)) return;
  const restart = Math.min(TCP_INIT_CWND, tp.snd_cwnd);
  caEvent(s, CA_EVENT.CWND_RESTART);
  tp.snd_ssthresh = currentSsthresh(s);
  let cwnd = tp.snd_cwnd;
  for (idle -= rto; idle > 0 && cwnd > restart; idle -= rto) cwnd >>>= 1;
  tp.snd_cwnd = Math.max(cwnd, restart);
  tp.snd_cwnd_stamp = jiffies32(s);
  tp.snd_cwnd_used = 0;
}

/** tcp_is_cwnd_limited */
export function isCwndLimited(tp: Stack['tp']): boolean {
  if (tp.is_cwnd_limited !== 0) return true;
  return tp.snd_cwnd < tp.snd_ssthresh && tp.snd_cwnd < (2 * tp.max_packets_out) >>> 0;
}

/** tcp_cwnd_validate: remembers whether the window, and not the process, held the sender back. */
function validateCwnd(s: Stack, limited: boolean): void {
  const { tp, ep } = s;
  if (
    !before(tp.snd_una, tp.cwnd_usage_seq) ||
    limited ||
    (tp.is_cwnd_limited === 0 && tp.packets_out > tp.max_packets_out)
  ) {
    tp.is_cwnd_limited = limited ? 1 : 0;
    tp.max_packets_out = tp.packets_out;
    tp.cwnd_usage_seq = tp.snd_nxt;
  }
  const now = jiffies32(s);
  if (isCwndLimited(tp)) {
    tp.snd_cwnd_used = 0;
    tp.snd_cwnd_stamp = now;
    return;
  }
  tp.snd_cwnd_used = Math.max(tp.snd_cwnd_used, tp.packets_out);
  if (((now - tp.snd_cwnd_stamp) | 0) < tp.icsk_rto || hasCongControl(s)) return;
  if (tp.icsk_ca_state === CA_STATE.OPEN && ep.to_write === 0) {
    const used = Math.max(tp.snd_cwnd_used, TCP_INIT_CWND);
    if (used < tp.snd_cwnd) {
      tp.snd_ssthresh = currentSsthresh(s);
      tp.snd_cwnd = (tp.snd_cwnd + used) >>> 1;
    }
    tp.snd_cwnd_used = 0;
  }
  tp.snd_cwnd_stamp = now;
}

/** Takes the next packet off the write queue and sends it (tcp_event_new_data_sent). */
function sendNext(s: Stack, marks: number): void {
  const { tp, ep } = s;
  const { sending } = s.cursors;
  const data = seqDelta(tp.write_seq, tp.snd_nxt) - ep.fin_queued;
  const length = Math.min(data, tp.mss_cache);
  const fin = ep.fin_queued === 1 && length === data;
  sending.at = s.skbs.alloc();
  sending.seq = tp.snd_nxt;
  sending.end_seq = seqAdd(tp.snd_nxt, length + (fin ? 1 : 0));
  sending.flags = fin ? PACKET.FIN : 0;
  transmit(s, sending, marks);
  const prior = tp.packets_out;
  tp.snd_nxt = sending.end_seq;
  appendSkb(s, sending.at);
  if (tp.highest_sack === 0) tp.highest_sack = sending.at;
  tp.packets_out = prior + 1;
  if (prior === 0 || tp.icsk_pending === TIMER.LOSS_PROBE) rearmRto(s);
}

/** The segments of one GSO packet: they leave at one instant, the last one carries PSH, and they are paced as one. */
function sendBurst(s: Stack, segments: number): void {
  const { tp } = s;
  const prior = tp.tcp_wstamp_ns;
  const begin = tp.snd_nxt;
  for (let left = segments; left > 1; left--) sendNext(s, 0);
  sendNext(s, segments > 1 ? PACKET.PSH : 0);
  pace(s, seqDelta(tp.snd_nxt, begin), prior);
}

/** tcp_tso_autosize: about a millisecond of the pacing rate, more when the path is short. */
function burstSegments(s: Stack, least: number): number {
  const { tp } = s;
  const rate = Math.min(tp.sk_pacing_rate, 2 ** 52);
  let bytes = Math.floor(rate / (1 << tp.sk_pacing_shift));
  const r = tp.min_rtt >>> TSO_RTT_LOG;
  if (r < 32) bytes += tp.sk_gso_max_size >>> r;
  const segments = Math.floor(Math.min(bytes, tp.sk_gso_max_size) / tp.mss_cache);
  return Math.max(1, Math.min(Math.max(segments, least), tp.sk_gso_max_segs));
}

/** tcp_tso_should_defer: wait for the next ACK rather than send less than a burst. */
function shouldDefer(s: Stack, room: number, most: number, unsent: number): boolean {
  const { tp, ep } = s;
  const head = s.cursors.output;
  // the recorded senders never held a single segment back for long
  if (tp.icsk_ca_state >= CA_STATE.RECOVERY || room === 1) return false;
  // a pause of a millisecond is long enough
  if (tp.tcp_clock_cache - tp.tcp_wstamp_ns > 1e6) return false;
  const mss = tp.mss_cache;
  const sendWindow = seqDelta(windowEnd(s), tp.snd_nxt);
  const limit = Math.min(sendWindow, room * mss);
  if (limit >= most * mss) return false;
  if (limit >= Math.floor(Math.min(tp.snd_wnd, tp.snd_cwnd * mss) / TSO_WIN_DIVISOR)) return false;
  head.at = tp.tcp_rtx_queue;
  // the next ACK is too far away
  if (head.at === 0 || tp.tcp_clock_cache - head.tstamp_ns < (tp.srtt_us >>> 4) * 1000) return false;
  return limit <= unsent || ep.fin_queued === 0;
}

/** tcp_write_xmit. Returns whether nothing is in flight although there is data (a zero window). */
export function writeXmit(s: Stack, push: number): boolean {
  const { tp } = s;
  refreshClock(s);
  const most = push === PUSH.PROBE ? 1 : burstSegments(s, caMinTsoSegs(s));
  const end = windowEnd(s);
  const mss = tp.mss_cache;
  let sent = 0;
  let limited = false;
  while (tp.write_seq !== tp.snd_nxt) {
    if (pacingBlocks(s)) break;
    const room = push === PUSH.PROBE ? 1 : tp.snd_cwnd - inFlight(tp);
    if (room <= 0) break;
    const unsent = seqDelta(tp.write_seq, tp.snd_nxt);
    const inWindow = seqDelta(end, tp.snd_nxt);
    if (Math.min(unsent, mss) > inWindow) break;
    // tcp_cwnd_test: no burst is more than half of the window
    const quota = Math.min(room, Math.max(tp.snd_cwnd >>> 1, 1));
    if (unsent > mss && push !== PUSH.PROBE && shouldDefer(s, room, most, unsent)) {
      limited = room * mss < inWindow;
      break;
    }
    const burst = Math.min(quota, most, Math.ceil(unsent / mss), Math.max(1, Math.floor(inWindow / mss)));
    sendBurst(s, burst);
    sent += burst;
    if (push === PUSH.PROBE) break;
    fillWriteQueue(s);
  }
  if (inFlight(tp) >= tp.snd_cwnd) limited = true;
  if (sent > 0 || limited) validateCwnd(s, limited);
  if (sent === 0) return tp.packets_out === 0 && tp.write_seq !== tp.snd_nxt;
  if (inReduction(s)) tp.prr_out += sent;
  if (push !== PUSH.PROBE) scheduleLossProbe(s, false);
  return false;
}

/** tcp_push_pending_frames */
export function pushPending(s: Stack): void {
  fillWriteQueue(s);
  if (s.tp.write_seq !== s.tp.snd_nxt) writeXmit(s, PUSH.ALL);
}

/** __tcp_retransmit_skb: sends a packet of the queue once more. False when the peer's window forbids it. */
export function retransmitOnce(s: Stack, skb: Skb): boolean {
  const { tp } = s;
  if (seqDelta(windowEnd(s), skb.seq) <= 0 && skb.seq !== tp.snd_una) return false;
  tp.total_retrans++;
  tp.bytes_retrans += seqDelta(skb.end_seq, skb.seq);
  const prior = tp.tcp_wstamp_ns;
  transmit(s, skb, PACKET.RETRANSMISSION);
  pace(s, seqDelta(skb.end_seq, skb.seq), prior);
  skb.sacked |= TCPCB.EVER_RETRANS;
  return true;
}

/** tcp_retransmit_skb: the same, with the scoreboard's accounts. */
export function retransmit(s: Stack, skb: Skb): boolean {
  const { tp } = s;
  if (!retransmitOnce(s, skb)) return false;
  skb.sacked |= TCPCB.RETRANS;
  tp.retrans_out++;
  if (tp.retrans_stamp === 0) tp.retrans_stamp = Math.floor(skb.tstamp_ns / 1e6);
  tp.undo_retrans = Math.max(tp.undo_retrans, 0) + 1;
  return true;
}

/** tcp_xmit_retransmit_queue: lost packets in order of sequence, as the window allows. */
export function retransmitQueue(s: Stack): void {
  const { tp } = s;
  const skb = s.cursors.output;
  if (tp.packets_out === 0) return;
  const head = tp.tcp_rtx_queue;
  caMinTsoSegs(s);
  let rearm = false;
  let hole = false;
  for (skb.at = tp.retransmit_skb_hint || head; skb.at !== 0; skb.at = skb.next) {
    if (pacingBlocks(s)) break;
    if (!hole) tp.retransmit_skb_hint = skb.at;
    if (tp.snd_cwnd <= inFlight(tp) || tp.retrans_out >= tp.lost_out) break;
    const { sacked } = skb;
    if ((sacked & TCPCB.LOST) === 0) {
      if ((sacked & (TCPCB.RETRANS | TCPCB.SACKED)) === 0) hole = true;
      continue;
    }
    if ((sacked & (TCPCB.SACKED | TCPCB.RETRANS)) !== 0) continue;
    if (!retransmit(s, skb)) break;
    if (inReduction(s)) tp.prr_out++;
    if (skb.at === head && tp.icsk_pending !== TIMER.REO_TIMEOUT) rearm = true;
  }
  if (rearm) resetXmitTimer(s, TIMER.RETRANS, tp.icsk_rto);
}
