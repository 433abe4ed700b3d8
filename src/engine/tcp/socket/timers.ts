/*
 * Timers of a socket. The wanted time is in the tcp_sock (or, for the high-resolution ones, in the endpoint); the event
 * in the queue may fire earlier and is then rescheduled, so that re-arming on every ACK costs only a store.
 */
import { jiffiesAt, jiffiesToUsecs, jiffyStart, usecsToJiffies } from '../../net/clock.ts';
import {
  ACK,
  CA_STATE,
  TCP_RTO_MAX,
  TCP_RTO_MIN_US,
  TCP_TIMEOUT_INIT,
  TCP_TIMEOUT_MIN_US,
  TIMER,
} from './constants.ts';
import { sentUs } from '../sender/skb.ts';
import { jiffies, type Stack } from '../stack.ts';

/** inet_csk_reset_xmit_timer with tcp_reset_xmit_timer's pacing delay. `when` in jiffies. */
export function resetXmitTimer(s: Stack, what: number, when: number, max = TCP_RTO_MAX): void {
  const { tp } = s;
  const pacingNs = tp.tcp_wstamp_ns - tp.tcp_clock_cache;
  const paced = pacingNs > 0 ? when + usecsToJiffies(pacingNs / 1000) : when;
  tp.icsk_pending = what;
  tp.icsk_timeout = jiffies(s) + Math.min(paced, max);
  wantXmitEvent(s);
}

/** Makes sure that an event fires no later than icsk_timeout. */
export function wantXmitEvent(s: Stack): void {
  const { tp, ep } = s;
  const at = tickFor(s, tp.icsk_timeout);
  if (ep.xmit_event !== 0 && ep.xmit_event <= at) return;
  ep.xmit_event = at;
  s.events.schedule(at, s.timers.xmit, ep.at);
}

function clearXmitTimer(s: Stack): void {
  s.tp.icsk_pending = TIMER.NONE;
}

/** tcp_rto_delta_us: time until the head's retransmission timeout, counted from when it was sent. */
function rtoDeltaUs(s: Stack): number {
  const { tp } = s;
  const head = s.cursors.timers;
  head.at = tp.tcp_rtx_queue;
  return sentUs(head) + jiffiesToUsecs(tp.icsk_rto) - tp.tcp_mstamp;
}

/** tcp_rearm_rto */
export function rearmRto(s: Stack): void {
  const { tp } = s;
  if (tp.packets_out === 0) {
    clearXmitTimer(s);
    return;
  }
  const { icsk_pending: pending } = tp;
  const counted = pending === TIMER.REO_TIMEOUT || pending === TIMER.LOSS_PROBE;
  // a probe or reordering timer has already used part of the head's timeout
  const rto = counted ? usecsToJiffies(Math.max(rtoDeltaUs(s), 1)) : tp.icsk_rto;
  resetXmitTimer(s, TIMER.RETRANS, rto);
}

/** tcp_schedule_loss_probe. `advancing`: an ACK moved the RTO, which therefore counts from now. */
export function scheduleLossProbe(s: Stack, advancing: boolean): boolean {
  const { tp } = s;
  const state = tp.icsk_ca_state;
  if (tp.packets_out === 0 || (state !== CA_STATE.OPEN && state !== CA_STATE.CWR)) return false;
  const srtt = tp.srtt_us;
  let timeout =
    srtt === 0
      ? TCP_TIMEOUT_INIT
      : usecsToJiffies((srtt >>> 2) + (tp.packets_out === 1 ? TCP_RTO_MIN_US : TCP_TIMEOUT_MIN_US));
  const rto = advancing ? tp.icsk_rto : usecsToJiffies(rtoDeltaUs(s));
  if (rto > 0) timeout = Math.min(timeout, rto);
  resetXmitTimer(s, TIMER.LOSS_PROBE, timeout);
  return true;
}

/** Delayed ACK; `timeout` in jiffies. */
export function armDelayedAck(s: Stack, timeout: number): void {
  const { tp } = s;
  tp.ack_pending |= ACK.SCHED | ACK.TIMER;
  tp.ack_timeout = timeout;
  wantDelayedAckEvent(s);
}

/**
 * Time at which a timer for this jiffy fires: at its start, or at the next tick if it has already started
 * (calc_wheel_index).
 */
function tickFor(s: Stack, jiffy: number): number {
  const { now } = s.events;
  const at = jiffyStart(jiffy);
  return at >= now ? at : jiffyStart(jiffiesAt(now) + 1);
}

export function wantDelayedAckEvent(s: Stack): void {
  const { tp, ep } = s;
  const at = tickFor(s, tp.ack_timeout);
  if (ep.delack_event !== 0 && ep.delack_event <= at) return;
  ep.delack_event = at;
  s.events.schedule(at, s.timers.delack, ep.at);
}

/** Arms the pacing timer for tcp_wstamp_ns. */
export function armPacing(s: Stack): void {
  const { tp, ep } = s;
  if (ep.pacing_at !== 0) return;
  ep.pacing_at = Math.ceil(tp.tcp_wstamp_ns);
  wantPacingEvent(s);
}

export function wantPacingEvent(s: Stack): void {
  const { ep } = s;
  if (ep.pacing_event !== 0 && ep.pacing_event <= ep.pacing_at) return;
  ep.pacing_event = ep.pacing_at;
  s.events.schedule(ep.pacing_at, s.timers.pacing, ep.at);
}

export function armCompressedAck(s: Stack, delayNs: number): void {
  const { ep, events } = s;
  ep.compress_at = events.now + delayNs;
  wantCompressedAckEvent(s);
}

export function wantCompressedAckEvent(s: Stack): void {
  const { ep } = s;
  if (ep.compress_event !== 0 && ep.compress_event <= ep.compress_at) return;
  ep.compress_event = ep.compress_at;
  s.events.schedule(ep.compress_at, s.timers.compress, ep.at);
}
