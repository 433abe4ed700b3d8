/* When a receiver acknowledges: at once, every second segment, after a delay, or merged (tcp_input.c, tcp_output.c). */
import {
  ACK,
  COMPRESSED_ACKS_MAX,
  COMPRESSED_ACK_DELAY_NS,
  TCP_ATO_MIN,
  TCP_DELACK_MAX,
  TCP_DELACK_MIN,
  TCP_FASTRETRANS_THRESH,
} from '../socket/constants.ts';
import { HZ, usecsToJiffies } from '../../net/clock.ts';
import { sendAck } from '../sender/output.ts';
import { seqDelta } from '../socket/seq.ts';
import { jiffies, jiffies32, type Stack } from '../stack.ts';
import { armCompressedAck, armDelayedAck } from '../socket/timers.ts';
import { growWindow, measureReceiveRtt, selectableWindow } from './window.ts';

export function scheduleAck(s: Stack): void {
  s.tp.ack_pending |= ACK.SCHED;
}

/** tcp_incr_quickack */
function moreQuickAcks(s: Stack, max: number): void {
  const { tp } = s;
  const fits = Math.floor(tp.rcv_wnd / (2 * tp.ack_rcv_mss)) || 2;
  tp.ack_quick = Math.max(tp.ack_quick, Math.min(fits, max));
}

/** tcp_enter_quickack_mode */
export function enterQuickAck(s: Stack, max: number): void {
  const { tp } = s;
  moreQuickAcks(s, max);
  tp.ack_pingpong = 0;
  tp.ack_ato = TCP_ATO_MIN;
}

/** tcp_event_data_recv: in-order data arrived; the delayed ACK timeout adapts to the gaps between segments. */
export function dataReceived(s: Stack, payload: number, maxQuick: number): void {
  const { tp } = s;
  scheduleAck(s);
  if (payload >= tp.ack_rcv_mss) tp.ack_rcv_mss = Math.min(payload, tp.advmss);
  measureReceiveRtt(s);
  const now = jiffies32(s);
  const ato = tp.ack_ato;
  if (ato === 0) {
    moreQuickAcks(s, maxQuick);
    tp.ack_ato = TCP_ATO_MIN;
  } else {
    const gap = (now - tp.ack_lrcvtime) | 0;
    if (gap <= TCP_ATO_MIN / 2) tp.ack_ato = (ato >> 1) + TCP_ATO_MIN / 2;
    else if (gap < ato) tp.ack_ato = Math.min((ato >> 1) + gap, tp.icsk_rto);
    else if (gap > tp.icsk_rto) moreQuickAcks(s, maxQuick);
  }
  tp.ack_lrcvtime = now;
  if (payload >= 128) growWindow(s, payload);
}

/** tcp_send_delayed_ack */
function delayAck(s: Stack): void {
  const { tp } = s;
  let { ack_ato: ato } = tp;
  if (ato > TCP_DELACK_MIN) {
    const interactive = tp.ack_pingpong >= 1 || (tp.ack_pending & ACK.PUSHED) !== 0;
    let max = interactive ? TCP_DELACK_MAX : HZ / 2;
    if (tp.srtt_us !== 0) max = Math.min(max, Math.max(usecsToJiffies(tp.srtt_us >>> 3), TCP_DELACK_MIN));
    ato = Math.min(ato, max);
  }
  ato = Math.min(ato, tp.icsk_delack_max);
  const now = jiffies(s);
  let timeout = now + ato;
  if ((tp.ack_pending & ACK.TIMER) !== 0) {
    const { ack_timeout: earlier } = tp;
    if (earlier <= now + (ato >> 2)) {
      sendAck(s);
      return;
    }
    timeout = Math.min(timeout, earlier);
  }
  armDelayedAck(s, timeout);
}

/** SACK-only ACKs beyond the third of a hole are merged for up to a millisecond or 5 % of the RTT. */
function compressAck(s: Stack): void {
  const { tp, ep } = s;
  if (tp.compressed_ack_rcv_nxt !== tp.rcv_nxt) {
    tp.compressed_ack_rcv_nxt = tp.rcv_nxt;
    tp.dup_ack_counter = 0;
  }
  if (tp.dup_ack_counter < TCP_FASTRETRANS_THRESH) {
    tp.dup_ack_counter++;
    sendAck(s);
    return;
  }
  tp.compressed_ack++;
  if (ep.compress_at !== 0) return;
  let rtt = tp.rcv_rtt_us;
  if (tp.srtt_us !== 0) rtt = Math.min(rtt, tp.srtt_us);
  // the RTTs are in eighths of a microsecond; a twentieth of that, in ns
  armCompressedAck(s, Math.min(COMPRESSED_ACK_DELAY_NS, Math.floor((rtt * 125) / 20)));
}

/** __tcp_ack_snd_check */
export function acknowledge(s: Stack, mayBeOutOfOrder: boolean): void {
  const { tp } = s;
  const moreThanOne =
    seqDelta(tp.rcv_nxt, tp.rcv_wup) > tp.ack_rcv_mss &&
    (seqDelta(tp.rcv_nxt, tp.copied_seq) < tp.sk_rcvlowat || selectableWindow(s) >= tp.rcv_wnd);
  const quick = tp.ack_quick !== 0 && tp.ack_pingpong < 1;
  if (moreThanOne || quick || (tp.ack_pending & ACK.NOW) !== 0) sendAck(s);
  else if (!mayBeOutOfOrder || tp.out_of_order_queue === 0) delayAck(s);
  else if (tp.compressed_ack >= COMPRESSED_ACKS_MAX) sendAck(s);
  else compressAck(s);
}
