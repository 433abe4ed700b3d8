/* Delivery rate samples (net/ipv4/tcp_rate.c). */
import { TCPCB, TCPCB_RETRANS } from '../socket/constants.ts';
import { sentAfter, sentUs, type Skb } from './skb.ts';
import { after } from '../socket/seq.ts';
import { inFlight, type Stack } from '../stack.ts';

/** tcp_rate_skb_sent: snapshot of what was delivered when the packet left. */
export function rateSent(s: Stack, skb: Skb): void {
  const { tp } = s;
  if (tp.packets_out === 0) {
    const now = sentUs(skb);
    tp.first_tx_mstamp = now;
    tp.delivered_mstamp = now;
  }
  skb.tx_first_tx_mstamp = tp.first_tx_mstamp;
  skb.tx_delivered_mstamp = tp.delivered_mstamp;
  skb.tx_delivered = tp.delivered;
  skb.tx_delivered_ce = tp.delivered_ce;
  skb.tx_is_app_limited = tp.app_limited === 0 ? 0 : 1;
}

/** tcp_rate_skb_delivered: the sample is taken from the most recently sent packet that this ACK covers. */
export function rateDelivered(s: Stack, skb: Skb): void {
  const { tp, rs } = s;
  if (skb.tx_delivered_mstamp === 0) return;
  const sent = sentUs(skb);
  const end = skb.end_seq;
  if (rs.prior_delivered === 0 || sentAfter(sent, tp.first_tx_mstamp, end, rs.last_end_seq)) {
    rs.prior_delivered_ce = skb.tx_delivered_ce;
    rs.prior_delivered = skb.tx_delivered;
    rs.prior_mstamp = skb.tx_delivered_mstamp;
    rs.is_app_limited = skb.tx_is_app_limited;
    rs.is_retrans = (skb.sacked & TCPCB_RETRANS) === 0 ? 0 : 1;
    rs.last_end_seq = end;
    tp.first_tx_mstamp = sent;
    rs.interval_us = Math.max(0, sent - skb.tx_first_tx_mstamp);
  }
  // a SACKed packet will be acknowledged again
  if ((skb.sacked & TCPCB.SACKED) !== 0) skb.tx_delivered_mstamp = 0;
}

function invalidate(s: Stack): void {
  s.rs.interval_us = -1;
  s.rs.interval_us_hi = -1;
}

/** tcp_rate_gen */
export function rateGenerate(s: Stack, delivered: number, lost: number, reneging: boolean): void {
  const { tp, rs } = s;
  if (tp.app_limited !== 0 && after(tp.delivered, tp.app_limited)) tp.app_limited = 0;
  if (delivered > 0) tp.delivered_mstamp = tp.tcp_mstamp;
  rs.acked_sacked = delivered;
  rs.losses = lost;
  const prior = rs.prior_mstamp;
  if (prior === 0 || reneging) {
    rs.delivered = -1;
    invalidate(s);
    return;
  }
  rs.delivered = tp.delivered - rs.prior_delivered;
  rs.delivered_ce = tp.delivered_ce - rs.prior_delivered_ce;
  // the longer of the send and the ACK phase: neither bursts nor compressed ACKs raise the rate
  const sendUs = rs.interval_us;
  const ackUs = Math.max(0, tp.tcp_mstamp - prior);
  rs.snd_interval_us = sendUs;
  rs.rcv_interval_us = ackUs;
  rs.interval_us = Math.max(sendUs, ackUs);
  rs.interval_us_hi = 0;
  if (rs.interval_us < tp.min_rtt) {
    invalidate(s);
    return;
  }
  const better = rs.delivered * tp.rate_interval_us >= tp.rate_delivered * rs.interval_us;
  if (rs.is_app_limited === 0 || better) {
    tp.rate_delivered = rs.delivered;
    tp.rate_interval_us = rs.interval_us;
    tp.rate_app_limited = rs.is_app_limited;
  }
}

/** tcp_rate_check_app_limited: called when the process has no more to send. */
export function checkAppLimited(s: Stack, unsent: number): void {
  const { tp } = s;
  if (unsent < tp.mss_cache && inFlight(tp) < tp.snd_cwnd && tp.lost_out <= tp.retrans_out) {
    tp.app_limited = (tp.delivered + inFlight(tp)) >>> 0 || 1;
  }
}
