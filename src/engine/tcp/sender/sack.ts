/* The sender's scoreboard: tagging packets that SACK blocks cover (tcp_sacktag_write_queue and its helpers). */
import { PACKET_SACKS } from '../../net/packet.ts';
import { CA_STATE, FLAG, TCPCB, TCPCB_RETRANS, TCP_MAX_REORDERING } from '../socket/constants.ts';
import { rackAdvance } from './rack.ts';
import { rateDelivered } from './rate.ts';
import { after, before, seqDelta } from '../socket/seq.ts';
import { sentUs, type Skb } from './skb.ts';
import { unsort } from './rtx-queue.ts';
import type { Stack } from '../stack.ts';

/** Blocks kept from the previous ACK, so that only new parts are walked (recv_sack_cache). */
const CACHE_BLOCKS = 4;

/** tcp_highest_sack_seq: first sequence number above the highest SACKed packet. */
export function highestSackSeq(s: Stack): number {
  const { tp } = s;
  const head = s.cursors.highestSack;
  if (tp.sacked_out === 0) return tp.snd_una;
  head.at = tp.highest_sack;
  return head.at === 0 ? tp.snd_nxt : head.seq;
}

/** tcp_check_sack_reordering: a packet at `low` came after the highest SACK. */
export function checkReordering(s: Stack, low: number): void {
  const { tp } = s;
  const high = highestSackSeq(s);
  if (!before(low, high)) return;
  const packets = Math.ceil(seqDelta(high, low) / tp.mss_cache);
  if (packets > tp.reordering) tp.reordering = Math.min(packets, TCP_MAX_REORDERING);
  tp.reord_seen++;
}

/** tcp_dsack_seen: how many packets the receiver got twice; 0 when the block is not plausible. */
function duplicatedPackets(s: Stack, start: number, end: number): number {
  const { tp, ack } = s;
  const length = seqDelta(end, start);
  if (length <= 0 || length > tp.max_window) return 0;
  const packets = length > tp.mss_cache ? Math.ceil(length / tp.mss_cache) : 1;
  if (length <= tp.mss_cache && tp.tlp_high_seq !== 0 && tp.tlp_high_seq === end) ack.flag |= FLAG.DSACK_TLP;
  tp.dsack_dups += packets;
  if (tp.dsack_dups > tp.total_retrans) return 0;
  if (tp.reord_seen !== 0 && (ack.flag & FLAG.DSACK_TLP) === 0) tp.rack_dsack_seen = 1;
  ack.flag |= FLAG.DSACKING_ACK;
  ack.sackDelivered += packets;
  return packets;
}

/** tcp_check_dsack: whether the first block reports a duplicate. */
function checkDuplicate(s: Stack, priorUna: number): boolean {
  const { tp, pkt } = s;
  const { sack0: start, sack0_end: end } = pkt;
  const below = before(start, pkt.ack_seq);
  const inside = pkt.num_sacks > 1 && !after(end, pkt.sack1_end) && !before(start, pkt.sack1);
  if (!below && !inside) return false;
  const packets = duplicatedPackets(s, start, end);
  if (packets === 0) return false;
  if (tp.undo_marker !== 0 && tp.undo_retrans > 0 && !after(end, priorUna) && after(end, tp.undo_marker)) {
    tp.undo_retrans = Math.max(0, tp.undo_retrans - packets);
  }
  return true;
}

/** tcp_sacktag_one, tcp_sacktag_walk: one packet that a block covers. */
function tag(s: Stack, skb: Skb, duplicate: boolean): void {
  const { tp, ack } = s;
  const { seq, end_seq: end } = skb;
  let { sacked } = skb;
  if (duplicate && (sacked & TCPCB.RETRANS) !== 0) {
    if (tp.undo_marker !== 0 && tp.undo_retrans > 0 && after(end, tp.undo_marker)) tp.undo_retrans--;
    if ((sacked & TCPCB.SACKED) !== 0 && before(seq, ack.reord)) ack.reord = seq;
  }
  if (!after(end, tp.snd_una)) return;
  if ((sacked & TCPCB.SACKED) === 0) {
    const sent = sentUs(skb);
    rackAdvance(s, sacked, end, sent);
    if ((sacked & TCPCB.RETRANS) !== 0) {
      if ((sacked & TCPCB.LOST) !== 0) {
        sacked &= ~(TCPCB.LOST | TCPCB.RETRANS);
        tp.lost_out--;
        tp.retrans_out--;
      }
    } else {
      if ((sacked & TCPCB_RETRANS) === 0) {
        if (before(seq, highestSackSeq(s)) && before(seq, ack.reord)) ack.reord = seq;
        if (!after(end, tp.high_seq)) ack.flag |= FLAG.ORIG_SACK_ACKED;
        if (ack.firstSackt === 0) ack.firstSackt = sent;
        ack.lastSackt = sent;
      }
      if ((sacked & TCPCB.LOST) !== 0) {
        sacked &= ~TCPCB.LOST;
        tp.lost_out--;
      }
    }
    sacked |= TCPCB.SACKED;
    ack.flag |= FLAG.DATA_SACKED;
    tp.sacked_out++;
    ack.sackDelivered++;
  }
  if (duplicate && (sacked & TCPCB.RETRANS) !== 0) {
    sacked &= ~TCPCB.RETRANS;
    tp.retrans_out--;
  }
  skb.sacked = sacked;
  rateDelivered(s, skb);
  if ((sacked & TCPCB.SACKED) !== 0) unsort(s, skb.at);
  if (!before(seq, highestSackSeq(s))) tp.highest_sack = skb.next;
}

/** The packet that begins at or after `start`, searched from the last one found. */
function seek(s: Stack, start: number): number {
  const { tp, ep } = s;
  const skb = s.cursors.sack;
  skb.at = ep.sack_hint || tp.tcp_rtx_queue;
  if (skb.at === 0) return 0;
  while (before(skb.seq, start)) {
    const { next } = skb;
    if (next === 0) return 0;
    skb.at = next;
  }
  for (let prev = skb.prev; prev !== 0; prev = skb.prev) {
    skb.at = prev;
    if (before(skb.seq, start)) {
      skb.at = skb.next;
      break;
    }
  }
  ep.sack_hint = skb.at;
  return skb.at;
}

/** Tags the packets that lie in [start, end). */
function tagRange(s: Stack, start: number, end: number, duplicate: boolean): void {
  const { ep } = s;
  const skb = s.cursors.sack;
  for (skb.at = seek(s, start); skb.at !== 0 && !after(skb.end_seq, end); skb.at = skb.next) {
    ep.sack_hint = skb.at;
    tag(s, skb, duplicate);
  }
}

/** Tags the parts of a block that the cached block inside it does not cover. */
function tagBlock(s: Stack, start: number, end: number): void {
  const { tp, u32 } = s;
  const cache = (tp.at + s.offsets.sock.layout.recv_sack_cache.offset) >>> 2;
  let from = start;
  for (let i = cache; i < cache + 2 * CACHE_BLOCKS; i += 2) {
    const known = u32[i];
    const knownEnd = u32[i + 1];
    if (known === knownEnd || before(known, from) || after(knownEnd, end)) continue;
    if (known !== from) tagRange(s, from, known, false);
    from = knownEnd;
  }
  if (before(from, end)) tagRange(s, from, end, false);
}

/** tcp_is_sackblock_valid, for blocks that are not duplicates. */
function isValid(s: Stack, start: number, end: number): boolean {
  const { tp } = s;
  return before(start, end) && !after(end, tp.snd_nxt) && after(start, tp.snd_una);
}

/** tcp_sacktag_write_queue: the blocks of the segment in `s.pkt`. */
export function tagSackBlocks(s: Stack, priorUna: number): void {
  const { tp, pkt, ack, u32 } = s;
  ack.reord = tp.snd_nxt;
  if (tp.sacked_out === 0) tp.highest_sack = tp.tcp_rtx_queue;
  const blocks = pkt.num_sacks;
  const first = (pkt.at + PACKET_SACKS) >>> 2;
  const duplicate = checkDuplicate(s, priorUna);
  if (tp.packets_out === 0) return;
  if (duplicate && !before(pkt.sack0, priorUna)) tagRange(s, pkt.sack0, pkt.sack0_end, true);
  // process the lowest block first, so that packets are tagged in order
  const from = duplicate ? 1 : 0;
  let floor = tp.snd_una;
  for (let n = from; n < blocks; n++) {
    let best = -1;
    for (let i = from; i < blocks; i++) {
      const start = u32[first + 2 * i];
      if (!after(start, floor) || !isValid(s, start, u32[first + 2 * i + 1])) continue;
      if (best < 0 || before(start, u32[first + 2 * best])) best = i;
    }
    if (best < 0) break;
    floor = u32[first + 2 * best];
    tagBlock(s, floor, u32[first + 2 * best + 1]);
  }
  cacheBlocks(s, first, from, blocks);
  if (tp.icsk_ca_state !== CA_STATE.LOSS || tp.undo_marker !== 0) checkReordering(s, ack.reord);
}

/** Keeps the blocks sorted, so that a later walk meets the cached ones in order. */
function cacheBlocks(s: Stack, first: number, from: number, blocks: number): void {
  const { tp, u32 } = s;
  const cache = (tp.at + s.offsets.sock.layout.recv_sack_cache.offset) >>> 2;
  let kept = 0;
  for (let i = from; i < blocks; i++) {
    const start = u32[first + 2 * i];
    const end = u32[first + 2 * i + 1];
    if (!isValid(s, start, end)) continue;
    let at = cache + 2 * kept++;
    for (; at > cache && before(start, u32[at - 2]); at -= 2) {
      u32[at] = u32[at - 2];
      u32[at + 1] = u32[at - 1];
    }
    u32[at] = start;
    u32[at + 1] = end;
  }
  u32.fill(0, cache + 2 * kept, cache + 2 * CACHE_BLOCKS);
}
