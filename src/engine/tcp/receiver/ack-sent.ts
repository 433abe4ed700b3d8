/* Updates a socket when an ACK is sent: delayed and compressed ACKs are no longer owed. */
import { ACK, TCP_ATO_MIN } from '../socket/constants.ts';
import { type Stack } from '../stack.ts';

export function isAckScheduled(s: Stack): boolean {
  return (s.tp.ack_pending & ACK.SCHED) !== 0;
}

/** tcp_event_ack_sent: a segment that carries an ACK leaves. */
export function ackSent(s: Stack): void {
  const { tp, ep } = s;
  if (tp.compressed_ack !== 0) {
    tp.compressed_ack = 0;
    ep.compress_at = 0;
  }
  const { ack_quick: quick } = tp;
  if (quick !== 0) {
    const acked = isAckScheduled(s) ? 1 : 0;
    if (acked >= quick) {
      tp.ack_quick = 0;
      tp.ack_ato = TCP_ATO_MIN;
    } else tp.ack_quick = quick - acked;
  }
  // inet_csk_clear_xmit_timer(ICSK_TIME_DACK)
  tp.ack_pending = 0;
}
