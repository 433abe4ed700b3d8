/* The receiving half: segments in order and out of order, SACK blocks, and the reader (tcp_data_queue and its kin). */
import { enterQuickAck, dataReceived, scheduleAck } from './ack-policy.ts';
import { checkFastPath } from '../sender/ack.ts';
import { ACK, SEGMENT_TRUESIZE, SHUTDOWN, TCP_MAX_QUICKACKS } from '../socket/constants.ts';
import { sendAck } from '../sender/output.ts';
import { PACKET } from '../../net/packet.ts';
import { after, before, seqAdd, seqDelta } from '../socket/seq.ts';
import type { Stack } from '../stack.ts';
import { adjustReceiveSpace, growWindow, readNeedsAck, receiveWindow } from './window.ts';

/** Blocks kept in tcp_sock.selective_acks. */
const SACKS_KEPT = 4;

/** tcp_dsack_set, tcp_dsack_extend: the next ACK reports [seq, end) as received twice. */
function reportDuplicate(s: Stack, seq: number, end: number): void {
  const { tp } = s;
  if (tp.dsack === 0) {
    tp.dsack = 1;
    tp.duplicate_sack = seq;
    tp.duplicate_sack_end = end;
    return;
  }
  // join what touches
  if (after(seq, tp.duplicate_sack_end) || after(tp.duplicate_sack, end)) return;
  if (before(seq, tp.duplicate_sack)) tp.duplicate_sack = seq;
  if (after(end, tp.duplicate_sack_end)) tp.duplicate_sack_end = end;
}

/** tcp_send_dupack: a segment outside the window. */
export function answerOutside(s: Stack): void {
  const { tp, pkt } = s;
  if (pkt.end_seq !== pkt.seq && before(pkt.seq, tp.rcv_nxt)) {
    enterQuickAck(s, TCP_MAX_QUICKACKS);
    reportDuplicate(s, pkt.seq, after(pkt.end_seq, tp.rcv_nxt) ? tp.rcv_nxt : pkt.end_seq);
  }
  sendAck(s);
}

function outsideWindow(s: Stack): void {
  enterQuickAck(s, TCP_MAX_QUICKACKS);
  scheduleAck(s);
}

/** Stores bytes received above a hole, joining adjacent runs; returns whether all of them were already there. */
function storeRange(s: Stack, seq: number, end: number): boolean {
  const { tp } = s;
  const { range, range2 } = s.cursors;
  let prev = 0;
  let at = tp.out_of_order_queue;
  for (; at !== 0; prev = at, at = range.next) {
    range.at = at;
    if (!after(seq, range.end)) break;
  }
  const extend = at !== 0 && !before(end, range.start);
  if (extend) {
    if (!before(seq, range.start) && !after(end, range.end)) {
      reportDuplicate(s, seq, end);
      return true;
    }
    if (before(seq, range.end) && after(end, range.start)) {
      reportDuplicate(s, after(seq, range.start) ? seq : range.start, before(end, range.end) ? end : range.end);
    }
    if (before(seq, range.start)) range.start = seq;
    if (after(end, range.end)) range.end = end;
    range.truesize += seqDelta(end, seq);
  } else {
    range2.at = s.ranges.alloc();
    range2.next = at;
    range2.start = seq;
    range2.end = end;
    range2.truesize = seqDelta(end, seq);
    if (prev === 0) tp.out_of_order_queue = range2.at;
    else {
      range.at = prev;
      range.next = range2.at;
    }
    range.at = range2.at;
  }
  // joined segments share one header, so they cost only their payload (tcp_try_coalesce)
  tp.rmem_alloc += seqDelta(end, seq);
  for (let next = range.next; next !== 0; next = range.next) {
    range2.at = next;
    if (before(range.end, range2.start)) break;
    if (after(range2.end, range.end)) range.end = range2.end;
    range.truesize += range2.truesize;
    range.next = range2.next;
    s.ranges.free(next);
  }
  return false;
}

/** Word index of the blocks in the tcp_sock. */
function blocksAt(s: Stack): number {
  return (s.tp.at + s.offsets.sock.layout.selective_acks.offset) >>> 2;
}

function moveBlock(u32: Uint32Array, to: number, from: number): void {
  u32[to] = u32[from];
  u32[to + 1] = u32[from + 1];
}

/** tcp_sack_new_ofo_skb: the block with the newest data comes first; blocks merged into it disappear. */
function noteSack(s: Stack, seq: number, end: number): void {
  const { tp, u32 } = s;
  const w = blocksAt(s);
  let start = seq;
  let stop = end;
  let kept = 0;
  // blocks that touch the new one are merged into it
  const old = tp.num_sacks;
  for (let i = 0; i < old; i++) {
    const from = w + 2 * i;
    if (!after(start, u32[from + 1]) && !after(u32[from], stop)) {
      if (before(u32[from], start)) start = u32[from];
      if (after(u32[from + 1], stop)) stop = u32[from + 1];
    } else {
      moveBlock(u32, w + 2 * kept, from);
      kept++;
    }
  }
  kept = Math.min(kept, SACKS_KEPT - 1);
  for (let i = kept; i > 0; i--) moveBlock(u32, w + 2 * i, w + 2 * (i - 1));
  u32[w] = start;
  u32[w + 1] = stop;
  tp.num_sacks = kept + 1;
}

/** tcp_sack_remove: forgets the blocks that rcv_nxt has reached. */
function dropPassedSacks(s: Stack): void {
  const { tp, u32 } = s;
  const w = blocksAt(s);
  let kept = 0;
  if (tp.out_of_order_queue !== 0) {
    for (let i = 0; i < tp.num_sacks; i++) {
      if (!before(tp.rcv_nxt, u32[w + 2 * i])) continue;
      moveBlock(u32, w + 2 * kept, w + 2 * i);
      kept++;
    }
  }
  tp.num_sacks = kept;
}

/** tcp_ofo_queue: moves the data after the filled hole to the reader. */
function takeFollowing(s: Stack): void {
  const { tp } = s;
  const { range } = s.cursors;
  for (let at = tp.out_of_order_queue; at !== 0; at = tp.out_of_order_queue) {
    range.at = at;
    if (after(range.start, tp.rcv_nxt)) return;
    if (before(range.start, tp.rcv_nxt)) {
      reportDuplicate(s, range.start, before(range.end, tp.rcv_nxt) ? range.end : tp.rcv_nxt);
    }
    if (after(range.end, tp.rcv_nxt)) {
      tp.bytes_received += seqDelta(range.end, tp.rcv_nxt);
      tp.rcv_nxt = range.end;
    }
    tp.out_of_order_queue = range.next;
    s.ranges.free(at);
  }
}

/** tcp_data_queue_ofo */
function queueOutOfOrder(s: Stack, payload: number): void {
  const { tp, pkt } = s;
  tp.pred_flags = 0;
  scheduleAck(s);
  tp.rcv_ooopack++;
  const known = storeRange(s, pkt.seq, pkt.end_seq);
  noteSack(s, pkt.seq, pkt.end_seq);
  if (!known) growWindow(s, payload);
}

/** tcp_queue_rcv and tcp_event_data_recv for the next bytes in order. */
function queueInOrder(s: Stack, payload: number): void {
  const { tp, pkt } = s;
  tp.rmem_alloc += SEGMENT_TRUESIZE;
  tp.bytes_received += seqDelta(pkt.end_seq, tp.rcv_nxt) - (pkt.flags & PACKET.FIN ? 1 : 0);
  tp.rcv_nxt = pkt.end_seq;
  if (payload === 0) return;
  dataReceived(s, payload, TCP_MAX_QUICKACKS);
  if (payload < tp.ack_rcv_mss || (pkt.flags & PACKET.PSH) !== 0) tp.ack_pending |= ACK.PUSHED;
}

/** tcp_data_queue for the segment in `s.pkt`; returns whether a FIN was received in order. */
export function queueData(s: Stack): boolean {
  const { tp, pkt } = s;
  const { seq, end_seq: end } = pkt;
  if (seq === end) return false;
  const fin = (pkt.flags & PACKET.FIN) !== 0;
  const payload = seqDelta(end, seq) - (fin ? 1 : 0);
  tp.data_segs_in++;
  if (!after(end, tp.rcv_nxt)) {
    reportDuplicate(s, seq, end);
    outsideWindow(s);
    return false;
  }
  if (!before(seq, seqAdd(tp.rcv_nxt, receiveWindow(s)))) {
    outsideWindow(s);
    return false;
  }
  if (after(seq, tp.rcv_nxt)) {
    queueOutOfOrder(s, payload);
    return false;
  }
  if (before(seq, tp.rcv_nxt)) reportDuplicate(s, seq, tp.rcv_nxt);
  queueInOrder(s, payload);
  if (tp.out_of_order_queue !== 0) {
    takeFollowing(s);
    if (tp.out_of_order_queue === 0) tp.ack_pending |= ACK.NOW;
  }
  if (tp.num_sacks !== 0) dropPassedSacks(s);
  if (tp.pred_flags === 0) checkFastPath(s);
  return fin;
}

/** Fast path for the next bytes in order, when nothing is missing (header prediction). */
export function queuePredicted(s: Stack): void {
  const { tp, pkt } = s;
  tp.data_segs_in++;
  queueInOrder(s, seqDelta(pkt.end_seq, pkt.seq));
}

/** Bytes of the receive buffer that out-of-order data takes. */
function heldTruesize(s: Stack): number {
  const { tp } = s;
  const { range } = s.cursors;
  let sum = 0;
  for (range.at = tp.out_of_order_queue; range.at !== 0; range.at = range.next) sum += range.truesize;
  return sum;
}

/** Reads everything that is in order (tcp_recvmsg, tcp_cleanup_rbuf), once the process has begun to read. */
export function readAll(s: Stack): void {
  const { tp } = s;
  if (s.events.now < s.ep.reads_from) return;
  const copied = seqDelta(tp.rcv_nxt, tp.copied_seq);
  if (copied <= 0) return;
  tp.copied_seq = tp.rcv_nxt;
  tp.rmem_alloc = heldTruesize(s);
  adjustReceiveSpace(s);
  if ((tp.sk_shutdown & SHUTDOWN.RCV) === 0 && readNeedsAck(s, copied)) sendAck(s);
}
