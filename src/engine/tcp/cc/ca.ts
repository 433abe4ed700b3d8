/*
 * Calls of tcp_congestion_ops members. `icsk_ca_ops` points to an ops struct; a slot holds an address of the kernel's
 * text, or NULL where the member is not implemented. Built-in functions and BPF trampolines are called in the same way.
 */
import { seqAdd } from '../socket/seq.ts';
import { CA_STATE } from '../socket/constants.ts';
import { jiffies32, type Stack } from '../stack.ts';

/** tcp_min_tso_segs */
const MIN_TSO_SEGS = 2;
/** tcp_sndbuf_expand: of the window, without the member */
const SNDBUF_EXPAND = 2;

/**
 * Calls a member; returns `absent` when it is not implemented. What a program stored before it was stopped in the call
 * stays; the socket then switches to reno, which also answers this call (Tcp.moveToReno).
 */
function call(s: Stack, slot: number, a = 0, b = 0, c = 0, absent = 0): number {
  const { tp } = s;
  const address = s.u32[(tp.icsk_ca_ops >>> 2) + slot];
  if (address === 0) return absent;
  const sk = tp.at;
  tp.sk_wmem_queued = tp.packets_out * SEGMENT_TRUESIZE + ((tp.write_seq - tp.snd_nxt) | 0);
  const before = LINKS.map((link) => tp[link]);
  const { icsk_ca_ops: ops } = tp;
  const { count, left } = s.opsChanges;
  s.observer.onCall?.(sk, slot, a, b);
  const ret = s.text.call(address, sk, a, b, c);
  for (const [i, link] of LINKS.entries()) if (tp[link] !== before[i]) putBack(s, link, before[i]);
  if (s.opsChanges.count === count && tp.icsk_ca_ops !== ops) putBack(s, 'icsk_ca_ops', ops);
  if (tp.snd_cwnd === 0) refuseZeroWindow(s);
  if (s.opsChanges.left === left || tp.icsk_ca_ops !== s.reno) return ret;
  const reno = s.u32[(s.reno >>> 2) + slot];
  return reno === 0 ? absent : s.text.call(reno, sk, a, b, c);
}

/** Memory of one full segment in the send queue: its data, sk_buff and shared info, as the slab rounds them. */
const SEGMENT_TRUESIZE = 2816;

/** Pointers of a tcp_sock that the stack follows. No verified program can write them. */
const LINKS = [
  'sk_socket',
  'tcp_rtx_queue',
  'out_of_order_queue',
  'tsorted_head',
  'tsorted_tail',
  'highest_sack',
  'retransmit_skb_hint',
] as const;

/** Restores a pointer that a program overwrote, with a warning on the page; Linux would follow it and oops. */
function putBack(s: Stack, link: (typeof LINKS)[number] | 'icsk_ca_ops', value: number): void {
  s.tp[link] = value;
  if (s.ep.warned === 1) return;
  s.ep.warned = 1;
  const text = `a program overwrote ${link}; Linux would follow it and oops, here it was restored`;
  s.observer.onWarning?.(s.tp.at, text, 'a pointer that the stack follows');
}

/**
 * Sets a zero window to 1, with a warning: Linux would warn (tcp_snd_cwnd_set) or divide by it, and the connection
 * would stall for ever.
 */
function refuseZeroWindow(s: Stack): void {
  s.tp.snd_cwnd = 1;
  if (s.ep.warned === 1) return;
  s.ep.warned = 1;
  s.observer.onWarning?.(
    s.tp.at,
    'snd_cwnd was set to 0; Linux warns once and the connection stalls, here it was set to 1',
  );
}

function has(s: Stack, slot: number): boolean {
  return s.u32[(s.tp.icsk_ca_ops >>> 2) + slot] !== 0;
}

export function hasCongControl(s: Stack): boolean {
  return s.u32[(s.tp.icsk_ca_ops >>> 2) + s.ops.cong_control] !== 0;
}

export function caInit(s: Stack): void {
  call(s, s.ops.init);
}

export function caRelease(s: Stack): void {
  call(s, s.ops.release);
}

export function caSsthresh(s: Stack): number {
  return call(s, s.ops.ssthresh);
}

export function caUndoCwnd(s: Stack): number {
  return call(s, s.ops.undo_cwnd);
}

export function caEvent(s: Stack, event: number): void {
  call(s, s.ops.cwnd_event, event);
}

export function caInAckEvent(s: Stack, flags: number): void {
  call(s, s.ops.in_ack_event, flags);
}

export function caPktsAcked(s: Stack, acked: number): void {
  if (!has(s, s.ops.pkts_acked)) return;
  const { tp, rs, sample } = s;
  sample.pkts_acked = acked;
  sample.rtt_us = rs.rtt_us;
  sample.in_flight = Math.imul(tp.mss_cache, tp.delivered - rs.prior_delivered);
  call(s, s.ops.pkts_acked, sample.at);
}

export function caCongAvoid(s: Stack, ack: number, acked: number): void {
  call(s, s.ops.cong_avoid, ack, acked);
  s.tp.snd_cwnd_stamp = jiffies32(s);
}

export function caCongControl(s: Stack, ack: number, flag: number): void {
  const { rs, ops } = s;
  if (s.offsets.congControlTakesAck) call(s, ops.cong_control, ack, flag, rs.at);
  else call(s, ops.cong_control, rs.at);
}

/** tcp_tso_segs: the least segments of a burst, asked at the start of each transmission. */
export function caMinTsoSegs(s: Stack): number {
  return call(s, s.ops.min_tso_segs, 0, 0, 0, MIN_TSO_SEGS);
}

export function caSndbufExpand(s: Stack): number {
  return call(s, s.ops.sndbuf_expand, 0, 0, 0, SNDBUF_EXPAND);
}

/** tcp_set_ca_state: the member sees the old state. */
export function setCaState(s: Stack, state: number): void {
  call(s, s.ops.set_state, state);
  s.tp.icsk_ca_state = state;
}

export function caState(s: Stack): number {
  return s.tp.icsk_ca_state;
}

/** tcp_current_ssthresh */
export function currentSsthresh(s: Stack): number {
  const { tp } = s;
  if (inReduction(s)) return tp.snd_ssthresh;
  return Math.max(tp.snd_ssthresh, (tp.snd_cwnd >>> 1) + (tp.snd_cwnd >>> 2));
}

/** tcp_in_cwnd_reduction */
export function inReduction(s: Stack): boolean {
  const state = s.tp.icsk_ca_state;
  return state === CA_STATE.CWR || state === CA_STATE.RECOVERY;
}

/** tcp_wnd_end */
export function windowEnd(s: Stack): number {
  return seqAdd(s.tp.snd_una, s.tp.snd_wnd);
}
