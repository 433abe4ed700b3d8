/*
 * The retransmit queue. Each packet that was sent and not yet acknowledged has an skb here, in two orders: by sequence
 * (from tcp_rtx_queue) and by last transmit time (tsorted_sent_queue), as in Linux.
 */
import type { Stack } from '../stack.ts';
import { skbWord } from './skb.ts';

const NEXT = skbWord('next');
const PREV = skbWord('prev');
const TNEXT = skbWord('tnext');
const TPREV = skbWord('tprev');
const SORTED = skbWord('sorted');
const SEQ = skbWord('seq');

/** Start of an skb, without moving a cursor to it. */
export function seqOf(s: Stack, address: number): number {
  return s.u32[(address >>> 2) + SEQ];
}

/** Appends an skb to the current socket's queue. */
export function appendSkb(s: Stack, address: number): void {
  const { tp, ep, u32 } = s;
  const tail = ep.rtx_tail;
  u32[(address >>> 2) + PREV] = tail;
  u32[(address >>> 2) + NEXT] = 0;
  if (tail === 0) tp.tcp_rtx_queue = address;
  else u32[(tail >>> 2) + NEXT] = address;
  ep.rtx_tail = address;
}

/** Takes the queue's head off and frees it. */
export function freeHead(s: Stack): void {
  const { tp, ep, u32 } = s;
  const head = tp.tcp_rtx_queue;
  const next = u32[(head >>> 2) + NEXT];
  unsort(s, head);
  if (ep.sack_hint === head) ep.sack_hint = next;
  tp.tcp_rtx_queue = next;
  if (next === 0) ep.rtx_tail = 0;
  else u32[(next >>> 2) + PREV] = 0;
  s.skbs.free(head);
}

/** Moves an skb to the end of the transmit-time order. */
export function sortLast(s: Stack, address: number): void {
  const { tp, u32 } = s;
  unsort(s, address);
  const tail = tp.tsorted_tail;
  u32[(address >>> 2) + TPREV] = tail;
  u32[(address >>> 2) + TNEXT] = 0;
  u32[(address >>> 2) + SORTED] = 1;
  if (tail === 0) tp.tsorted_head = address;
  else u32[(tail >>> 2) + TNEXT] = address;
  tp.tsorted_tail = address;
}

/** Removes an skb from the transmit-time order, if present. */
export function unsort(s: Stack, address: number): void {
  const { tp, u32 } = s;
  const w = address >>> 2;
  if (u32[w + SORTED] === 0) return;
  u32[w + SORTED] = 0;
  const next = u32[w + TNEXT];
  const prev = u32[w + TPREV];
  if (prev === 0) tp.tsorted_head = next;
  else u32[(prev >>> 2) + TNEXT] = next;
  if (next === 0) tp.tsorted_tail = prev;
  else u32[(next >>> 2) + TPREV] = prev;
}

/** tcp_write_queue_purge, for the retransmit queue. */
export function purgeQueue(s: Stack): void {
  while (s.tp.tcp_rtx_queue !== 0) freeHead(s);
}
