/*
 * The congestion state machine, for ACKs that indicate loss, reordering or recovery (tcp_fastretrans_alert and its
 * helpers).
 */
import { caEvent, caSsthresh, caState, caUndoCwnd, currentSsthresh, setCaState, windowEnd } from '../cc/ca.ts';
import { CA_EVENT, CA_STATE, FLAG, FLAG_NOT_DUP, TCPCB, TCP_REORDERING, TIMER } from '../socket/constants.ts';
import { echoBefore, markLost, rackMarkLost, rackRemaining } from './rack.ts';
import {
  anyRetransmission,
  cleanRetransStamp,
  endReduction,
  enterCwr,
  enterRecovery,
  initReduction,
  initUndo,
  tryKeepOpen,
} from './reduction.ts';
import { checkReordering } from './sack.ts';
import { after, before } from '../socket/seq.ts';
import { inFlight, jiffies32, REXMIT, type Stack } from '../stack.ts';
import { resetXmitTimer } from '../socket/timers.ts';
import { TCP_STATE } from '../socket/constants.ts';
import { usecsToJiffies } from '../../net/clock.ts';

/** tcp_undo_cwnd_reduction */
function undo(s: Stack, unmarkLost: boolean): void {
  const { tp } = s;
  const skb = s.cursors.lost;
  if (unmarkLost) {
    for (skb.at = tp.tcp_rtx_queue; skb.at !== 0; skb.at = skb.next) skb.sacked &= ~TCPCB.LOST;
    tp.lost_out = 0;
    tp.retransmit_skb_hint = 0;
  }
  if (tp.prior_ssthresh !== 0) {
    tp.snd_cwnd = Math.max(1, caUndoCwnd(s));
    if (tp.prior_ssthresh > tp.snd_ssthresh) tp.snd_ssthresh = tp.prior_ssthresh;
  }
  tp.snd_cwnd_stamp = jiffies32(s);
  tp.undo_marker = 0;
  tp.rack_advanced = 1;
}

/** tcp_packet_delayed: the receiver answered something sent before the first retransmission. */
function wasDelayed(s: Stack): boolean {
  const { tp } = s;
  if (tp.retrans_stamp !== 0) return echoBefore(s, tp.retrans_stamp);
  return tp.skc_state !== TCP_STATE.SYN_SENT;
}

/** tcp_may_undo */
function mayUndo(s: Stack): boolean {
  const { tp } = s;
  return tp.undo_marker !== 0 && (tp.undo_retrans === 0 || wasDelayed(s));
}

/** tcp_try_undo_recovery */
function undoRecovery(s: Stack): void {
  const { tp } = s;
  if (mayUndo(s)) undo(s, false);
  else if (tp.rack_reo_wnd_persist > 0) tp.rack_reo_wnd_persist--;
  setCaState(s, CA_STATE.OPEN);
  tp.is_sack_reneg = 0;
}

/** tcp_try_undo_dsack: every retransmission was reported as a duplicate. */
function undoByDuplicates(s: Stack): boolean {
  const { tp } = s;
  if (tp.undo_marker === 0 || tp.undo_retrans !== 0) return false;
  tp.rack_reo_wnd_persist = Math.min(16, tp.rack_reo_wnd_persist + 1);
  undo(s, false);
  return true;
}

/** tcp_try_undo_partial. True: hold, originals are still arriving. */
function undoPartial(s: Stack, priorUna: number): boolean {
  const { tp } = s;
  if (tp.undo_marker === 0 || !wasDelayed(s)) return false;
  checkReordering(s, priorUna);
  if (tp.retrans_out > 0) return true;
  cleanRetransStamp(s);
  undo(s, true);
  tryKeepOpen(s);
  return false;
}

/** tcp_try_undo_loss */
function undoLoss(s: Stack, spurious: boolean): boolean {
  const { tp } = s;
  if (!spurious && !mayUndo(s)) return false;
  undo(s, true);
  tp.icsk_retransmits = 0;
  setCaState(s, CA_STATE.OPEN);
  tp.is_sack_reneg = 0;
  return true;
}

/** tcp_identify_packet_loss */
function identifyLoss(s: Stack): void {
  const { tp, ack } = s;
  if (tp.tcp_rtx_queue === 0) return;
  const prior = tp.retrans_out;
  if (rackMarkLost(s)) ack.flag &= ~FLAG.SET_XMIT_TIMER;
  if (prior > tp.retrans_out) ack.flag |= FLAG.LOST_RETRANS;
}

/** tcp_try_to_open */
function tryToOpen(s: Stack, flag: number): void {
  const { tp } = s;
  if (!anyRetransmission(s)) tp.retrans_stamp = 0;
  if ((flag & FLAG.ECE) !== 0) enterCwr(s);
  if (tp.icsk_ca_state !== CA_STATE.CWR) tryKeepOpen(s);
}

/** tcp_process_loss: an ACK in the Loss state, with F-RTO (RFC 5682, SACK form). */
function processLoss(s: Stack, flag: number, dupack: boolean): void {
  const { tp, ack } = s;
  const recovered = !before(tp.snd_una, tp.high_seq);
  const advanced = (flag & FLAG.SND_UNA_ADVANCED) !== 0;
  if (advanced && undoLoss(s, false)) return;
  if (tp.frto !== 0) {
    // a packet that was sent only once arrived: not everything was lost
    if ((flag & FLAG.ORIG_SACK_ACKED) !== 0 && undoLoss(s, true)) return;
    if (after(tp.snd_nxt, tp.high_seq)) {
      if ((flag & FLAG.DATA_SACKED) !== 0 || dupack) tp.frto = 0;
    } else if (advanced && !recovered) {
      tp.high_seq = tp.snd_nxt;
      if (tp.write_seq !== tp.snd_nxt && after(windowEnd(s), tp.snd_nxt)) {
        ack.rexmit = REXMIT.NEW;
        return;
      }
      tp.frto = 0;
    }
  }
  if (recovered) undoRecovery(s);
  else ack.rexmit = REXMIT.LOST;
}

/** tcp_check_sack_reneging: the head was SACKed but not acknowledged; the timer will forget the SACKs. */
function isReneging(s: Stack): boolean {
  const { tp, ack } = s;
  if ((ack.flag & FLAG.SACK_RENEGING) === 0 || (ack.flag & FLAG.SND_UNA_ADVANCED) === 0) return false;
  const us = Math.max(tp.srtt_us >>> 4, 10_000);
  resetXmitTimer(s, TIMER.RETRANS, usecsToJiffies(us));
  ack.flag &= ~FLAG.SET_XMIT_TIMER;
  return true;
}

/** The state ends when its high_seq is acknowledged. */
function exitByHighSeq(s: Stack): void {
  const { tp } = s;
  if (before(tp.snd_una, tp.high_seq)) return;
  if (tp.icsk_ca_state === CA_STATE.CWR && tp.snd_una !== tp.high_seq) {
    endReduction(s);
    setCaState(s, CA_STATE.OPEN);
  } else if (tp.icsk_ca_state === CA_STATE.RECOVERY) {
    undoRecovery(s);
    endReduction(s);
  }
}

/** tcp_fastretrans_alert */
export function fastretransAlert(s: Stack, priorUna: number, dupack: boolean): void {
  const { tp, ack } = s;
  const { flag } = ack;
  const ece = (flag & FLAG.ECE) !== 0;
  if (tp.packets_out === 0 && tp.sacked_out !== 0) tp.sacked_out = 0;
  if (ece) tp.prior_ssthresh = 0;
  if (isReneging(s)) return;
  if (tp.icsk_ca_state === CA_STATE.OPEN) tp.retrans_stamp = 0;
  else exitByHighSeq(s);

  if (tp.icsk_ca_state === CA_STATE.RECOVERY) {
    if ((flag & FLAG.SND_UNA_ADVANCED) !== 0 && undoPartial(s, priorUna)) return;
    if (undoByDuplicates(s)) tryToOpen(s, flag);
    identifyLoss(s);
    if (caState(s) !== CA_STATE.RECOVERY) {
      if (tp.lost_out === 0) return;
      enterRecovery(s, ece);
    }
    ack.rexmit = REXMIT.LOST;
    return;
  }
  if (caState(s) === CA_STATE.LOSS) {
    processLoss(s, flag, dupack);
    identifyLoss(s);
    if (caState(s) !== CA_STATE.OPEN && (ack.flag & FLAG.LOST_RETRANS) === 0) return;
  }
  if (tp.icsk_ca_state <= CA_STATE.DISORDER) undoByDuplicates(s);
  identifyLoss(s);
  if (tp.lost_out === 0) {
    tryToOpen(s, flag);
    return;
  }
  enterRecovery(s, ece);
  ack.rexmit = REXMIT.LOST;
}

/** tcp_timeout_mark_lost */
function markTimedOut(s: Stack): void {
  const { tp } = s;
  const { retransmit: skb, retransmitHead: head } = s.cursors;
  head.at = tp.tcp_rtx_queue;
  const reneging = head.at !== 0 && (head.sacked & TCPCB.SACKED) !== 0;
  if (reneging) {
    tp.sacked_out = 0;
    tp.is_sack_reneg = 1;
  }
  for (skb.at = tp.tcp_rtx_queue; skb.at !== 0; skb.at = skb.next) {
    if (reneging) skb.sacked &= ~TCPCB.SACKED;
    else if (skb.at !== head.at && rackRemaining(s, skb, 0) > 0) continue;
    markLost(s, skb);
  }
  tp.retransmit_skb_hint = 0;
}

/** tcp_enter_loss */
export function enterLoss(s: Stack): void {
  const { tp, ep } = s;
  const state = tp.icsk_ca_state;
  const fresh = state < CA_STATE.RECOVERY;
  markTimedOut(s);
  const again = state === CA_STATE.LOSS && tp.icsk_retransmits === 0;
  if (state <= CA_STATE.DISORDER || !after(tp.high_seq, tp.snd_una) || again) {
    tp.prior_ssthresh = currentSsthresh(s);
    tp.prior_cwnd = tp.snd_cwnd;
    tp.snd_ssthresh = caSsthresh(s);
    caEvent(s, CA_EVENT.LOSS);
    initUndo(s);
  }
  tp.snd_cwnd = inFlight(tp) + 1;
  tp.snd_cwnd_cnt = 0;
  tp.snd_cwnd_stamp = jiffies32(s);
  if (state <= CA_STATE.DISORDER && tp.sacked_out >= TCP_REORDERING) {
    tp.reordering = Math.min(tp.reordering, TCP_REORDERING);
  }
  ep.timeouts++;
  setCaState(s, CA_STATE.LOSS);
  tp.high_seq = tp.snd_nxt;
  tp.tlp_high_seq = 0;
  tp.frto = fresh || tp.icsk_retransmits !== 0 ? 1 : 0;
}

/** tcp_process_tlp_ack: evaluates the ACK of a loss probe. */
export function processProbeAck(s: Stack, seq: number): void {
  const { tp, ack } = s;
  const { flag } = ack;
  if (before(seq, tp.tlp_high_seq)) return;
  if (tp.tlp_retrans === 0 || (flag & FLAG.DSACK_TLP) !== 0) tp.tlp_high_seq = 0;
  else if (after(seq, tp.tlp_high_seq)) {
    // the probe repaired a loss: that is a congestion signal
    initReduction(s);
    setCaState(s, CA_STATE.CWR);
    endReduction(s);
    tryKeepOpen(s);
  } else if ((flag & (FLAG.SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG.DATA_SACKED)) === 0) tp.tlp_high_seq = 0;
}
