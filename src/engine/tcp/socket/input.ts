/* Processes a segment that reaches a socket: header prediction, the established state, and the closing states. */
import { PACKET } from '../../net/packet.ts';
import { acknowledge, scheduleAck } from '../receiver/ack-policy.ts';
import { isAckScheduled } from '../receiver/ack-sent.ts';
import { processAck } from '../sender/ack.ts';
import { FLAG, SHUTDOWN, TCP_STATE } from './constants.ts';
import { answerRequest, answerTimeWait, closeSock, enterTimeWait, synAckArrived } from './connection.ts';
import { pushPending, sendAck } from '../sender/output.ts';
import { answerOutside, queueData, queuePredicted, readAll } from '../receiver/receive.ts';
import { after, before, seqAdd, seqDelta } from './seq.ts';
import { destroySock, setState } from './sock.ts';
import { enter, refreshClock, type Stack } from '../stack.ts';
import { measureReceiveRttByTimestamp, receiveWindow } from '../receiver/window.ts';

/** Bits that say nothing about the segment's kind. */
const IGNORED = PACKET.PSH | PACKET.RETRANSMISSION;

/** tcp_rcv_established's prediction: the next bytes, a known window, nothing missing, no SACK. */
function isPredicted(s: Stack): boolean {
  const { tp, pkt } = s;
  return (
    tp.pred_flags !== 0 &&
    (pkt.flags & ~IGNORED) === PACKET.ACK &&
    pkt.num_sacks === 0 &&
    pkt.seq === tp.rcv_nxt &&
    pkt.window === tp.snd_wnd >>> tp.snd_wscale &&
    !after(pkt.ack_seq, tp.snd_nxt)
  );
}

function storeTimestamp(s: Stack): void {
  const { tp } = s;
  tp.ts_recent = tp.rcv_tsval;
  tp.ts_recent_stamp = Math.floor(s.events.now / 1e9);
}

function predicted(s: Stack): void {
  const { tp, pkt } = s;
  if (tp.rcv_nxt === tp.rcv_wup) storeTimestamp(s);
  if (pkt.seq === pkt.end_seq) {
    processAck(s, 0);
    pushPending(s);
    tp.rcv_rtt_last_tsecr = tp.rcv_tsecr;
    return;
  }
  measureReceiveRttByTimestamp(s, seqDelta(pkt.end_seq, pkt.seq));
  queuePredicted(s);
  if (pkt.ack_seq !== tp.snd_una) {
    processAck(s, FLAG.DATA);
    pushPending(s);
    if (!isAckScheduled(s)) {
      readAll(s);
      return;
    }
  } else tp.snd_wl1 = pkt.seq;
  acknowledge(s, false);
  readAll(s);
}

/** tcp_validate_incoming, without PAWS; false when the segment must be dropped. */
function isAcceptable(s: Stack): boolean {
  const { tp, pkt } = s;
  const outside = after(pkt.seq, seqAdd(tp.rcv_nxt, receiveWindow(s))) || before(pkt.end_seq, tp.rcv_wup);
  if (outside) {
    if ((pkt.flags & PACKET.RST) === 0) answerOutside(s);
    return false;
  }
  if ((pkt.flags & PACKET.RST) !== 0) {
    destroySock(s, TCP_STATE.CLOSE);
    return false;
  }
  // a SYN on a connection: challenge it
  if ((pkt.flags & PACKET.SYN) !== 0) {
    sendAck(s);
    return false;
  }
  return true;
}

/** tcp_fin: the peer has sent all its data. */
function finArrived(s: Stack): void {
  const { tp } = s;
  scheduleAck(s);
  tp.sk_shutdown |= SHUTDOWN.RCV;
  switch (tp.skc_state) {
    case TCP_STATE.SYN_RECV:
    case TCP_STATE.ESTABLISHED:
      setState(s, TCP_STATE.CLOSE_WAIT);
      tp.ack_pingpong = 1;
      break;
    case TCP_STATE.FIN_WAIT1:
      sendAck(s);
      setState(s, TCP_STATE.CLOSING);
      break;
    case TCP_STATE.FIN_WAIT2:
      sendAck(s);
      enterTimeWait(s, TCP_STATE.TIME_WAIT);
      break;
    default:
  }
}

/** The end of the slow path: receives data, sends what is allowed, acknowledges, then lets the process read. */
function takeData(s: Stack): void {
  const { tp, ep } = s;
  if (queueData(s)) finArrived(s);
  if (ep.sk === 0) return;
  pushPending(s);
  if (isAckScheduled(s)) acknowledge(s, true);
  readAll(s);
  // a server reads the end of file and closes
  if (tp.skc_state === TCP_STATE.CLOSE_WAIT && ep.passive === 1) closeSock(s);
}

function established(s: Stack): void {
  if (isPredicted(s)) {
    predicted(s);
    return;
  }
  if (!isAcceptable(s)) return;
  if (!processAck(s, FLAG.SLOWPATH | FLAG.UPDATE_TS_RECENT) && after(s.pkt.ack_seq, s.tp.snd_nxt)) return;
  measureReceiveRttByTimestamp(s, seqDelta(s.pkt.end_seq, s.pkt.seq));
  takeData(s);
}

/** tcp_rcv_state_process after the connection was closed on one side at least. */
function closing(s: Stack): void {
  const { tp, ep, pkt } = s;
  if (!isAcceptable(s)) return;
  processAck(s, FLAG.SLOWPATH | FLAG.UPDATE_TS_RECENT);
  const finAcked = ep.fin_queued === 1 && tp.snd_una === tp.write_seq;
  const fin = (pkt.flags & PACKET.FIN) !== 0;
  switch (tp.skc_state) {
    case TCP_STATE.FIN_WAIT1:
      if (!finAcked) break;
      setState(s, TCP_STATE.FIN_WAIT2);
      tp.sk_shutdown |= SHUTDOWN.SEND;
      // an orphan waits for the peer's FIN without a tcp_sock
      if (ep.orphan === 1 && !fin) {
        enterTimeWait(s, TCP_STATE.FIN_WAIT2);
        return;
      }
      break;
    case TCP_STATE.CLOSING:
      if (!finAcked) break;
      enterTimeWait(s, TCP_STATE.TIME_WAIT);
      return;
    case TCP_STATE.LAST_ACK:
      if (!finAcked) break;
      destroySock(s, TCP_STATE.CLOSE);
      return;
    default:
  }
  takeData(s);
}

/** Notifies observers of a change of window, threshold or congestion state. */
export function tellWindow(s: Stack): void {
  const { tp, ep, observer } = s;
  if (!observer.onWindow || ep.sk === 0) return;
  const { snd_cwnd: cwnd, snd_ssthresh: ssthresh, icsk_ca_state: state } = tp;
  if (ep.seen_cwnd === cwnd && ep.seen_ssthresh === ssthresh && ep.seen_state === state) return;
  ep.seen_cwnd = cwnd;
  ep.seen_ssthresh = ssthresh;
  ep.seen_state = state;
  observer.onWindow(tp.at, ep.at);
}

/** tcp_v4_rcv for the packet in `s.pkt`. */
export function segmentArrived(s: Stack): void {
  const { tp, ep, pkt } = s;
  enter(s, pkt.to);
  if (ep.sk === 0) {
    if (ep.state === TCP_STATE.TIME_WAIT || ep.state === TCP_STATE.FIN_WAIT2) answerTimeWait(s);
    else answerRequest(s);
    if (ep.sk !== 0 && (pkt.seq !== pkt.end_seq || tp.skc_state === TCP_STATE.ESTABLISHED)) tellWindow(s);
    return;
  }
  refreshClock(s);
  tp.segs_in++;
  tp.rcv_tsval = pkt.tsval;
  tp.rcv_tsecr = pkt.tsecr;
  s.observer.onProbe?.(tp.at, ep.at);
  if (tp.skc_state === TCP_STATE.ESTABLISHED) established(s);
  else if (tp.skc_state === TCP_STATE.SYN_SENT) synAckArrived(s);
  else closing(s);
  tellWindow(s);
}
