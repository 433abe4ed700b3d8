/* Reductions of the window: CWR, fast recovery with proportional rate reduction (RFC 6937), and the way out. */
import { caEvent, caSsthresh, currentSsthresh, hasCongControl, inReduction, setCaState } from '../cc/ca.ts';
import { CA_EVENT, CA_STATE, FLAG, TCPCB, TCP_INFINITE_SSTHRESH } from '../socket/constants.ts';
import { inFlight, jiffies32, type Stack } from '../stack.ts';

/** tcp_init_cwnd_reduction */
export function initReduction(s: Stack): void {
  const { tp } = s;
  tp.high_seq = tp.snd_nxt;
  tp.tlp_high_seq = 0;
  tp.snd_cwnd_cnt = 0;
  tp.prior_cwnd = tp.snd_cwnd;
  tp.prr_delivered = 0;
  tp.prr_out = 0;
  tp.snd_ssthresh = caSsthresh(s);
}

/** tcp_cwnd_reduction: PRR. */
export function reduceCwnd(s: Stack, delivered: number, newlyLost: number, flag: number): void {
  const { tp } = s;
  if (delivered <= 0 || tp.prior_cwnd === 0) return;
  const flight = inFlight(tp);
  const delta = tp.snd_ssthresh - flight;
  const prrDelivered = tp.prr_delivered + delivered;
  tp.prr_delivered = prrDelivered;
  let send: number;
  if (delta < 0) send = Math.ceil((tp.snd_ssthresh * prrDelivered) / tp.prior_cwnd) - tp.prr_out;
  else {
    send = Math.max(prrDelivered - tp.prr_out, delivered);
    if ((flag & FLAG.SND_UNA_ADVANCED) !== 0 && newlyLost === 0) send++;
    send = Math.min(delta, send);
  }
  // the first retransmission leaves at once
  tp.snd_cwnd = Math.max(1, flight + Math.max(send, tp.prr_out === 0 ? 1 : 0));
}

/** tcp_end_cwnd_reduction */
export function endReduction(s: Stack): void {
  const { tp } = s;
  if (hasCongControl(s)) return;
  if (tp.snd_ssthresh < TCP_INFINITE_SSTHRESH && (tp.icsk_ca_state === CA_STATE.CWR || tp.undo_marker !== 0)) {
    tp.snd_cwnd = Math.max(1, tp.snd_ssthresh);
    tp.snd_cwnd_stamp = jiffies32(s);
  }
  caEvent(s, CA_EVENT.COMPLETE_CWR);
}

/** tcp_init_undo */
export function initUndo(s: Stack): void {
  const { tp } = s;
  tp.undo_marker = tp.snd_una;
  const probe = tp.tlp_high_seq !== 0 && tp.tlp_retrans !== 0 ? 1 : 0;
  tp.undo_retrans = tp.retrans_out + probe || -1;
}

/** tcp_any_retrans_done */
export function anyRetransmission(s: Stack): boolean {
  const { tp } = s;
  const head = s.cursors.reduction;
  if (tp.retrans_out > 0) return true;
  head.at = tp.tcp_rtx_queue;
  return head.at !== 0 && (head.sacked & TCPCB.EVER_RETRANS) !== 0;
}

/** tcp_retrans_stamp_cleanup */
export function cleanRetransStamp(s: Stack): void {
  if (!anyRetransmission(s)) s.tp.retrans_stamp = 0;
}

/** tcp_enter_recovery */
export function enterRecovery(s: Stack, ece: boolean): void {
  const { tp, ep } = s;
  cleanRetransStamp(s);
  tp.prior_ssthresh = 0;
  initUndo(s);
  if (!inReduction(s)) {
    if (!ece) tp.prior_ssthresh = currentSsthresh(s);
    initReduction(s);
  }
  ep.recoveries++;
  setCaState(s, CA_STATE.RECOVERY);
}

/** tcp_enter_cwr */
export function enterCwr(s: Stack): void {
  const { tp } = s;
  tp.prior_ssthresh = 0;
  if (tp.icsk_ca_state >= CA_STATE.CWR) return;
  tp.undo_marker = 0;
  initReduction(s);
  setCaState(s, CA_STATE.CWR);
}

/** tcp_try_keep_open: Open, or Disorder while anything is missing. */
export function tryKeepOpen(s: Stack): void {
  const { tp } = s;
  const missing = tp.sacked_out + tp.lost_out > 0 || anyRetransmission(s);
  const state = missing ? CA_STATE.DISORDER : CA_STATE.OPEN;
  if (tp.icsk_ca_state === state) return;
  setCaState(s, state);
  tp.high_seq = tp.snd_nxt;
}
