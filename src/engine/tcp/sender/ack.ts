/* Processing of one ACK, in the kernel's order (tcp_ack). */
import { caCongAvoid, caCongControl, caInAckEvent, hasCongControl, inReduction } from '../cc/ca.ts';
import { cleanQueue, countDelivered } from './clean.ts';
import {
  CA_ACK,
  CA_STATE,
  FLAG,
  FLAG_CA_ALERT,
  FLAG_FORWARD_PROGRESS,
  FLAG_NOT_DUP,
  TCP_REORDERING,
  TCP_STATE,
} from '../socket/constants.ts';
import { pushPending, retransmitQueue, sendAck } from './output.ts';
import { updatePacingRate } from './pacing.ts';
import { rackUpdateWindow } from './rack.ts';
import { rateGenerate } from './rate.ts';
import { fastretransAlert, processProbeAck } from './recovery.ts';
import { reduceCwnd } from './reduction.ts';
import { highestSackSeq, tagSackBlocks } from './sack.ts';
import { after, before, seqDelta } from '../socket/seq.ts';
import { inFlight, jiffies32, REXMIT, type Stack } from '../stack.ts';
import { PACKET } from '../../net/packet.ts';
import { rearmRto, scheduleLossProbe } from '../socket/timers.ts';

/** Begins a rate sample and the scratch of one ACK. */
function begin(s: Stack, flag: number): void {
  const { ack, rs, tp } = s;
  ack.flag = flag;
  ack.firstSackt = 0;
  ack.lastSackt = 0;
  ack.sackDelivered = 0;
  ack.rexmit = REXMIT.NONE;
  const w = rs.at >>> 2;
  s.u32.fill(0, w, w + s.offsets.rateSample.size / 4);
  rs.prior_in_flight = inFlight(tp);
}

/** tcp_replace_ts_recent */
function replaceTimestamp(s: Stack): void {
  const { tp, pkt } = s;
  if (tp.saw_tstamp !== 0 && !after(pkt.seq, tp.rcv_wup)) {
    tp.ts_recent = tp.rcv_tsval;
    tp.ts_recent_stamp = Math.floor(s.events.now / 1e9);
  }
}

/** tcp_snd_una_update */
function advanceUna(s: Stack, seq: number): void {
  const { tp } = s;
  tp.bytes_acked += seqDelta(seq, tp.snd_una);
  tp.snd_una = seq;
}

/** tcp_ack_update_window. Returns FLAG.WIN_UPDATE when the peer's window changed. */
function updateWindow(s: Stack, seq: number): number {
  const { tp, pkt } = s;
  const window = pkt.window << ((pkt.flags & PACKET.SYN) === 0 ? tp.snd_wscale : 0);
  let flag = 0;
  // tcp_may_update_window
  const newer = after(pkt.seq, tp.snd_wl1);
  if (after(seq, tp.snd_una) || newer || (pkt.seq === tp.snd_wl1 && window > tp.snd_wnd)) {
    flag = FLAG.WIN_UPDATE;
    tp.snd_wl1 = pkt.seq;
    if (tp.snd_wnd !== window) {
      tp.snd_wnd = window;
      checkFastPath(s);
      tp.max_window = Math.max(tp.max_window, window);
    }
  }
  advanceUna(s, seq);
  return flag;
}

/** tcp_fast_path_check: header prediction expects this window again, unless data is missing. */
export function checkFastPath(s: Stack): void {
  const { tp } = s;
  tp.pred_flags = tp.out_of_order_queue === 0 && tp.rcv_wnd !== 0 ? predictedFlags(s) : 0;
}

/** The header's fourth word as it would arrive: length, ACK, window (network order). */
function predictedFlags(s: Stack): number {
  const { tp } = s;
  const word = ((tp.tcp_header_len << 26) | (0x10 << 16) | (tp.snd_wnd >>> tp.snd_wscale)) >>> 0;
  return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word & 0xff00) << 8) | (word << 24)) >>> 0;
}

/** tcp_may_raise_cwnd */
function mayRaise(s: Stack, flag: number): boolean {
  if (s.tp.reordering > TCP_REORDERING) return (flag & FLAG_FORWARD_PROGRESS) !== 0;
  return (flag & FLAG.DATA_ACKED) !== 0;
}

/** tcp_cong_control */
function congestionControl(s: Stack, seq: number, acked: number, lost: number): void {
  const { flag } = s.ack;
  if (hasCongControl(s)) {
    caCongControl(s, seq, flag);
    return;
  }
  if (inReduction(s)) reduceCwnd(s, acked, lost, flag);
  else if (mayRaise(s, flag)) caCongAvoid(s, seq, acked);
  updatePacingRate(s);
}

/** tcp_xmit_recovery */
function transmitRecovery(s: Stack): void {
  const { tp, ack } = s;
  if (ack.rexmit === REXMIT.NONE || tp.skc_state === TCP_STATE.SYN_SENT) return;
  if (ack.rexmit === REXMIT.NEW) {
    pushPending(s);
    if (after(tp.snd_nxt, tp.high_seq)) return;
    tp.frto = 0;
  }
  retransmitQueue(s);
}

/** tcp_ack_is_dubious */
function isDubious(s: Stack): boolean {
  const { flag } = s.ack;
  return (flag & FLAG_NOT_DUP) === 0 || (flag & FLAG_CA_ALERT) !== 0 || s.tp.icsk_ca_state !== CA_STATE.OPEN;
}

/** Handles an ACK below snd_una, of which only the SACK blocks may be new. */
function oldAck(s: Stack, seq: number, priorUna: number): void {
  const { tp, ack, pkt } = s;
  if (before(seq, (priorUna - Math.min(tp.max_window, tp.bytes_acked)) >>> 0)) {
    sendAck(s);
    return;
  }
  if (pkt.num_sacks === 0) return;
  tagSackBlocks(s, priorUna);
  countDelivered(s, ack.sackDelivered, false);
  fastretransAlert(s, priorUna, false);
  transmitRecovery(s);
}

/** Applies the ACK to the scoreboard's left edge and the window; fills `ack.flag`. */
function takeAck(s: Stack, seq: number, priorUna: number): void {
  const { tp, ack, pkt } = s;
  if ((ack.flag & FLAG.UPDATE_TS_RECENT) !== 0) replaceTimestamp(s);
  const fast = (ack.flag & (FLAG.SLOWPATH | FLAG.SND_UNA_ADVANCED)) === FLAG.SND_UNA_ADVANCED;
  if (fast) {
    tp.snd_wl1 = pkt.seq;
    advanceUna(s, seq);
    ack.flag |= FLAG.WIN_UPDATE;
    return;
  }
  if (pkt.end_seq !== pkt.seq) ack.flag |= FLAG.DATA;
  ack.flag |= updateWindow(s, seq);
  if (pkt.num_sacks > 0) tagSackBlocks(s, priorUna);
  countDelivered(s, ack.sackDelivered, false);
}

/** tcp_in_ack_event */
function inAckEvent(s: Stack): void {
  const { flag } = s.ack;
  const slow = (flag & FLAG.SLOWPATH) !== 0;
  let told = slow ? CA_ACK.SLOWPATH : 0;
  if ((flag & FLAG.WIN_UPDATE) !== 0) told |= CA_ACK.WIN_UPDATE;
  caInAckEvent(s, told);
}

/** tcp_ack for the segment in `s.pkt`; returns whether the ACK was acceptable. */
export function processAck(s: Stack, initial: number): boolean {
  const { tp, ack, pkt } = s;
  const seq = pkt.ack_seq;
  const priorUna = tp.snd_una;
  begin(s, initial);
  const delivered = tp.delivered;
  const lost = tp.lost;
  if (before(seq, priorUna)) {
    oldAck(s, seq, priorUna);
    return false;
  }
  if (after(seq, tp.snd_nxt)) return false;
  if (after(seq, priorUna)) {
    ack.flag |= FLAG.SND_UNA_ADVANCED;
    tp.icsk_retransmits = 0;
  }
  const priorFack = highestSackSeq(s);
  takeAck(s, seq, priorUna);
  tp.rcv_tstamp = jiffies32(s);
  if (tp.packets_out === 0) {
    inAckEvent(s);
    if ((ack.flag & FLAG.DSACKING_ACK) !== 0) fastretransAlert(s, priorUna, false);
    if (tp.tlp_high_seq !== 0) processProbeAck(s, seq);
    return true;
  }
  cleanQueue(s, priorUna, priorFack, false);
  rackUpdateWindow(s);
  inAckEvent(s);
  if (tp.tlp_high_seq !== 0) processProbeAck(s, seq);
  if (isDubious(s)) {
    const dupack = (ack.flag & (FLAG.SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG.DATA_SACKED | FLAG.DSACKING_ACK)) === 0;
    fastretransAlert(s, priorUna, dupack);
  }
  if ((ack.flag & FLAG.SET_XMIT_TIMER) !== 0 && !scheduleLossProbe(s, true)) rearmRto(s);
  const newlyLost = (tp.lost - lost) >>> 0;
  const acked = (tp.delivered - delivered) >>> 0;
  s.rs.is_ack_delayed = (ack.flag & FLAG.ACK_MAYBE_DELAYED) === 0 ? 0 : 1;
  rateGenerate(s, acked, newlyLost, tp.is_sack_reneg !== 0);
  congestionControl(s, seq, acked, newlyLost);
  transmitRecovery(s);
  return true;
}
