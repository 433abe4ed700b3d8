/* Timers that fire (net/ipv4/tcp_timer.c and the high-resolution ones of tcp_output.c, tcp_input.c). */
import { jiffyStart } from '../../net/clock.ts';
import { isAckScheduled } from '../receiver/ack-sent.ts';
import { windowEnd } from '../cc/ca.ts';
import { ACK, TCP_ATO_MIN, TCP_RETRIES2, TCP_RTO_MAX, TCP_STATE, TCP_SYN_RETRIES, TIMER } from './constants.ts';
import { tellWindow } from './input.ts';
import {
  fillWriteQueue,
  PUSH,
  pushPending,
  retransmit,
  retransmitOnce,
  retransmitQueue,
  sendAck,
  writeXmit,
} from '../sender/output.ts';
import { reorderingTimeout } from '../sender/rack.ts';
import { enterLoss } from '../sender/recovery.ts';
import { after, seqAdd } from './seq.ts';
import { destroySock } from './sock.ts';
import { enter, inFlight, refreshClock, type Stack } from '../stack.ts';
import {
  rearmRto,
  resetXmitTimer,
  wantCompressedAckEvent,
  wantDelayedAckEvent,
  wantPacingEvent,
  wantXmitEvent,
} from './timers.ts';

/** tcp_write_timeout: number of SYN retransmissions, including those after the first, equal waits. */
function synRetries({ tp, synLinearTimeouts }: Stack): number {
  return (tp.icsk_syn_retries || TCP_SYN_RETRIES) + synLinearTimeouts;
}

/** tcp_retransmit_timer */
function retransmissionTimeout(s: Stack): void {
  const { tp } = s;
  const skb = s.cursors.expire;
  if (tp.packets_out === 0) return;
  const connecting = tp.skc_state === TCP_STATE.SYN_SENT;
  if (tp.icsk_retransmits >= (connecting ? synRetries(s) : TCP_RETRIES2)) {
    const what = connecting ? 'connect: ETIMEDOUT' : 'ETIMEDOUT';
    s.observer.onWarning?.(tp.at, `no answer after ${tp.icsk_retransmits} retransmissions`, what);
    destroySock(s, TCP_STATE.CLOSE);
    return;
  }
  enterLoss(s);
  tp.icsk_retransmits++;
  skb.at = tp.tcp_rtx_queue;
  retransmit(s, skb);
  if (!connecting || tp.icsk_retransmits > s.synLinearTimeouts) {
    tp.icsk_backoff++;
    tp.icsk_rto = Math.min(tp.icsk_rto * 2, TCP_RTO_MAX);
  }
  resetXmitTimer(s, TIMER.RETRANS, tp.icsk_rto);
}

/** Sends the probe: new data if there is any, otherwise the last packet again. */
function sendProbe(s: Stack): boolean {
  const { tp, ep } = s;
  const skb = s.cursors.expire;
  fillWriteQueue(s);
  const next = seqAdd(tp.snd_nxt, Math.min(tp.mss_cache, (tp.write_seq - tp.snd_nxt) | 0));
  if (tp.write_seq !== tp.snd_nxt && !after(next, windowEnd(s))) {
    const out = tp.packets_out;
    writeXmit(s, PUSH.PROBE);
    return tp.packets_out > out;
  }
  if (ep.rtx_tail === 0) return false;
  skb.at = ep.rtx_tail;
  if (!retransmitOnce(s, skb)) return false;
  tp.tlp_retrans = 1;
  return true;
}

/** tcp_send_loss_probe */
function lossProbe(s: Stack): void {
  const { tp } = s;
  if (tp.tlp_high_seq === 0) {
    tp.tlp_retrans = 0;
    if (sendProbe(s)) {
      tp.tlp_high_seq = tp.snd_nxt;
      // the RTO counts from now
      tp.icsk_pending = TIMER.NONE;
    }
  }
  rearmRto(s);
}

/** tcp_write_timer_handler */
export function xmitTimer(s: Stack, endpoint: number): void {
  const { tp, ep, events } = s;
  enter(s, endpoint);
  if (ep.sk === 0 || ep.xmit_event !== events.now) return;
  ep.xmit_event = 0;
  const { icsk_pending: pending } = tp;
  if (pending === TIMER.NONE) return;
  if (jiffyStart(tp.icsk_timeout) > events.now) {
    wantXmitEvent(s);
    return;
  }
  refreshClock(s);
  if (pending === TIMER.REO_TIMEOUT) reorderingTimeout(s);
  else if (pending === TIMER.LOSS_PROBE) lossProbe(s);
  else {
    tp.icsk_pending = TIMER.NONE;
    retransmissionTimeout(s);
  }
  tellWindow(s);
}

/** tcp_delack_timer_handler */
export function delayedAckTimer(s: Stack, endpoint: number): void {
  const { tp, ep, events } = s;
  enter(s, endpoint);
  if (ep.sk === 0 || ep.delack_event !== events.now) return;
  ep.delack_event = 0;
  if ((tp.ack_pending & ACK.TIMER) === 0) return;
  if (jiffyStart(tp.ack_timeout) > events.now) {
    wantDelayedAckEvent(s);
    return;
  }
  tp.ack_pending &= ~ACK.TIMER;
  if (!isAckScheduled(s)) return;
  if (tp.ack_pingpong >= 1) {
    tp.ack_pingpong = 0;
    tp.ack_ato = TCP_ATO_MIN;
    // no outgoing data carried the ACK: wait longer next time
  } else tp.ack_ato = Math.min(tp.ack_ato * 2, tp.icsk_rto, 0xff);
  refreshClock(s);
  sendAck(s);
}

/** tcp_pace_kick */
export function pacingTimer(s: Stack, endpoint: number): void {
  const { tp, ep, events } = s;
  enter(s, endpoint);
  if (ep.sk === 0 || ep.pacing_event !== events.now) return;
  ep.pacing_event = 0;
  if (ep.pacing_at === 0) return;
  if (ep.pacing_at > events.now) {
    wantPacingEvent(s);
    return;
  }
  ep.pacing_at = 0;
  refreshClock(s);
  // tcp_tsq_write: retransmissions go first
  if (tp.lost_out > tp.retrans_out && tp.snd_cwnd > inFlight(tp)) {
    retransmitQueue(s);
  }
  pushPending(s);
  tellWindow(s);
}

/** tcp_compressed_ack_kick */
export function compressedAckTimer(s: Stack, endpoint: number): void {
  const { tp, ep, events } = s;
  enter(s, endpoint);
  if (ep.sk === 0 || ep.compress_event !== events.now) return;
  ep.compress_event = 0;
  if (ep.compress_at === 0) return;
  if (ep.compress_at > events.now) {
    wantCompressedAckEvent(s);
    return;
  }
  ep.compress_at = 0;
  if (tp.compressed_ack === 0) return;
  refreshClock(s);
  sendAck(s);
}
