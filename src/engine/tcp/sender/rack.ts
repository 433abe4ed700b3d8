/* RACK: a packet is lost when one sent sufficiently later was delivered (net/ipv4/tcp_recovery.c, RFC 8985). */
import { usecsToJiffies } from '../../net/clock.ts';
import { hasCongControl } from '../cc/ca.ts';
import { CA_STATE, TCPCB, TCPCB_RETRANS, TCP_TIMEOUT_MIN_US, TIMER } from '../socket/constants.ts';
import { enterRecovery, reduceCwnd } from './reduction.ts';
import { retransmitQueue } from './output.ts';
import { before } from '../socket/seq.ts';
import { sentAfter, sentUs, type Skb } from './skb.ts';
import { seqOf, unsort } from './rtx-queue.ts';
import { inFlight, type Stack } from '../stack.ts';
import { rearmRto, resetXmitTimer } from '../socket/timers.ts';

/** Reordering window persists for so many recoveries (TCP_RACK_RECOVERY_THRESH). */
const REO_WND_PERSIST = 16;

/** tcp_mark_skb_lost */
export function markLost(s: Stack, skb: Skb): void {
  const { tp } = s;
  const { sacked } = skb;
  if ((sacked & TCPCB.SACKED) !== 0) return;
  const hint = tp.retransmit_skb_hint;
  const beforeHint = hint !== 0 && before(skb.seq, seqOf(s, hint));
  if (beforeHint || (hint === 0 && tp.retrans_out >= tp.lost_out)) tp.retransmit_skb_hint = skb.at;
  if ((sacked & TCPCB.LOST) === 0) {
    tp.lost_out++;
    skb.sacked = sacked | TCPCB.LOST;
  } else if ((sacked & TCPCB.RETRANS) !== 0) {
    // the retransmission was lost too
    skb.sacked = sacked & ~TCPCB.RETRANS;
    tp.retrans_out--;
  } else return;
  tp.lost++;
}

/** tcp_rack_reo_wnd, us */
function reorderingWindow(s: Stack): number {
  const { tp } = s;
  if (tp.reord_seen === 0) {
    if (tp.icsk_ca_state >= CA_STATE.RECOVERY) return 0;
    if (tp.sacked_out >= tp.reordering) return 0;
  }
  return Math.min((tp.min_rtt >>> 2) * tp.rack_reo_wnd_steps, tp.srtt_us >>> 3);
}

/** tcp_rack_skb_timeout: us until the packet counts as lost. */
export function rackRemaining(s: Stack, skb: Skb, window: number): number {
  const { tp } = s;
  return tp.rack_rtt_us + window - Math.max(0, tp.tcp_mstamp - sentUs(skb));
}

/** tcp_rack_detect_loss. Returns after how many us to look again; 0: not needed. */
function detectLoss(s: Stack): number {
  const { tp } = s;
  const skb = s.cursors.rack;
  const window = reorderingWindow(s);
  const newest = tp.rack_mstamp;
  const newestEnd = tp.rack_end_seq;
  let wait = 0;
  let next = 0;
  for (skb.at = tp.tsorted_head; skb.at !== 0; skb.at = next) {
    next = skb.tnext;
    const { sacked } = skb;
    if ((sacked & TCPCB.LOST) !== 0 && (sacked & TCPCB.RETRANS) === 0) continue;
    if (!sentAfter(newest, sentUs(skb), newestEnd, skb.end_seq)) break;
    const remaining = rackRemaining(s, skb, window);
    if (remaining <= 0) {
      markLost(s, skb);
      unsort(s, skb.at);
    } else wait = Math.max(wait, remaining);
  }
  return wait;
}

/** tcp_rack_mark_lost. True when the reordering timer was set in the retransmission timer's place. */
export function rackMarkLost(s: Stack): boolean {
  const { tp } = s;
  if (tp.rack_advanced === 0) return false;
  tp.rack_advanced = 0;
  const wait = detectLoss(s);
  if (wait === 0) return false;
  resetXmitTimer(s, TIMER.REO_TIMEOUT, usecsToJiffies(wait + TCP_TIMEOUT_MIN_US), tp.icsk_rto);
  return true;
}

/** tcp_rack_advance: this packet is known to have been delivered. */
export function rackAdvance(s: Stack, sacked: number, end: number, sent: number): void {
  const { tp } = s;
  const rtt = Math.max(0, tp.tcp_mstamp - sent);
  // an ACK that comes sooner than the minimum RTT was for the original, not the retransmission
  if (rtt < tp.min_rtt && (sacked & TCPCB_RETRANS) !== 0) return;
  tp.rack_advanced = 1;
  tp.rack_rtt_us = rtt;
  if (sentAfter(sent, tp.rack_mstamp, end, tp.rack_end_seq)) {
    tp.rack_mstamp = sent;
    tp.rack_end_seq = end;
  }
}

/** tcp_rack_update_reo_wnd: wider with each round that saw a DSACK. */
export function rackUpdateWindow(s: Stack): void {
  const { tp, rs } = s;
  if (rs.prior_delivered === 0) return;
  if (before(rs.prior_delivered, tp.rack_last_delivered)) tp.rack_dsack_seen = 0;
  if (tp.rack_dsack_seen !== 0) {
    tp.rack_reo_wnd_steps = Math.min(255, tp.rack_reo_wnd_steps + 1);
    tp.rack_dsack_seen = 0;
    tp.rack_last_delivered = tp.delivered;
    tp.rack_reo_wnd_persist = REO_WND_PERSIST;
  } else if (tp.rack_reo_wnd_persist === 0) tp.rack_reo_wnd_steps = 1;
}

/** tcp_rack_reo_timeout */
export function reorderingTimeout(s: Stack): void {
  const { tp } = s;
  const prior = inFlight(tp);
  const lost = tp.lost;
  detectLoss(s);
  if (prior !== inFlight(tp)) {
    if (tp.icsk_ca_state !== CA_STATE.RECOVERY) {
      enterRecovery(s, false);
      if (!hasCongControl(s)) reduceCwnd(s, 1, (tp.lost - lost) >>> 0, 0);
    }
    retransmitQueue(s);
  }
  if (tp.icsk_pending !== TIMER.RETRANS) rearmRto(s);
}

/** tcp_skb_spurious_retrans: the echoed timestamp is older than the retransmission. */
export function isSpuriousRetransmission(s: Stack, skb: Skb): boolean {
  return (skb.sacked & TCPCB_RETRANS) !== 0 && echoBefore(s, Math.floor(skb.tstamp_ns / 1e6));
}

/** tcp_tsopt_ecr_before */
export function echoBefore(s: Stack, stamp: number): boolean {
  const { tp } = s;
  return tp.saw_tstamp !== 0 && tp.rcv_tsecr !== 0 && before(tp.rcv_tsecr, stamp);
}
