/* Removes acknowledged packets from the retransmit queue (tcp_clean_rtx_queue). */
import { PACKET } from '../../net/packet.ts';
import { caPktsAcked } from '../cc/ca.ts';
import { FLAG, FLAG_ACKED, FLAG_CA_ALERT, TCPCB, TCPCB_RETRANS } from '../socket/constants.ts';
import { isSpuriousRetransmission, rackAdvance } from './rack.ts';
import { rateDelivered } from './rate.ts';
import { updateRtt } from './rtt.ts';
import { checkReordering } from './sack.ts';
import { after, before, seqDelta } from '../socket/seq.ts';
import { sentUs } from './skb.ts';
import { freeHead } from './rtx-queue.ts';
import type { Stack } from '../stack.ts';

/** tcp_count_delivered */
export function countDelivered(s: Stack, packets: number, ece: boolean): void {
  const { tp } = s;
  tp.delivered += packets;
  if (ece) tp.delivered_ce += packets;
}

/** Frees packets below `snd_una` and updates all counters; calls pkts_acked() last. */
export function cleanQueue(s: Stack, priorUna: number, priorFack: number, ece: boolean): void {
  const { tp, ack, rs } = s;
  const skb = s.cursors.clean;
  const priorSacked = tp.sacked_out;
  const una = tp.snd_una;
  let { flag } = ack;
  let firstAckt = 0;
  let lastAckt = 0;
  let acked = 0;
  let reord = tp.snd_nxt;

  for (skb.at = tp.tcp_rtx_queue; skb.at !== 0 && !after(skb.end_seq, una); skb.at = tp.tcp_rtx_queue) {
    const { sacked } = skb;
    if ((sacked & TCPCB_RETRANS) !== 0) {
      if ((sacked & TCPCB.RETRANS) !== 0) tp.retrans_out--;
      flag |= FLAG.RETRANS_DATA_ACKED;
    } else if ((sacked & TCPCB.SACKED) === 0) {
      lastAckt = sentUs(skb);
      if (firstAckt === 0) firstAckt = lastAckt;
      if (before(skb.seq, reord)) reord = skb.seq;
      if (!after(skb.end_seq, tp.high_seq)) flag |= FLAG.ORIG_SACK_ACKED;
    }
    if ((sacked & TCPCB.SACKED) !== 0) tp.sacked_out--;
    else {
      countDelivered(s, 1, ece);
      if (!isSpuriousRetransmission(s, skb)) rackAdvance(s, sacked, skb.end_seq, sentUs(skb));
    }
    if ((sacked & TCPCB.LOST) !== 0) tp.lost_out--;
    tp.packets_out--;
    acked++;
    rateDelivered(s, skb);
    if ((skb.flags & PACKET.SYN) === 0) flag |= FLAG.DATA_ACKED;
    else {
      flag |= FLAG.SYN_ACKED;
      tp.retrans_stamp = 0;
    }
    if (skb.at === tp.retransmit_skb_hint) tp.retransmit_skb_hint = 0;
    if (skb.at === tp.highest_sack) tp.highest_sack = skb.next;
    freeHead(s);
  }
  const left = skb.at !== 0;
  if (left && (skb.sacked & TCPCB.SACKED) !== 0) flag |= FLAG.SACK_RENEGING;

  let seqRtt = -1;
  let sackRtt = -1;
  let caRtt = -1;
  if (firstAckt !== 0 && (flag & FLAG.RETRANS_DATA_ACKED) === 0) {
    seqRtt = Math.max(0, tp.tcp_mstamp - firstAckt);
    caRtt = Math.max(0, tp.tcp_mstamp - lastAckt);
    const runt = seqDelta(una, priorUna) < tp.mss_cache && rs.prior_delivered + 1 === tp.delivered;
    if (acked === 1 && priorSacked === 0 && runt && (flag & (FLAG_CA_ALERT | FLAG.SYN_ACKED)) === 0) {
      flag |= FLAG.ACK_MAYBE_DELAYED;
    }
  }
  if (ack.firstSackt !== 0) {
    sackRtt = Math.max(0, tp.tcp_mstamp - ack.firstSackt);
    caRtt = Math.max(0, tp.tcp_mstamp - ack.lastSackt);
  }
  const sampled = updateRtt(s, flag, seqRtt, sackRtt, caRtt);
  if ((flag & FLAG_ACKED) !== 0) {
    flag |= FLAG.SET_XMIT_TIMER;
    // a hole was filled by a packet that was never retransmitted
    if (before(reord, priorFack)) checkReordering(s, reord);
  } else if (left && sampled && sackRtt > Math.max(0, tp.tcp_mstamp - sentUs(skb))) flag |= FLAG.SET_XMIT_TIMER;
  ack.flag = flag;
  caPktsAcked(s, acked);
}
