/* A packet that was sent and not yet acknowledged (struct sk_buff, struct tcp_skb_cb): its layout here. */
import { cursorClass, packed, type Cursor } from '../../net/record.ts';

const FIELDS = packed({
  /** neighbours by sequence; addresses, 0 at the ends */
  next: 'u32',
  prev: 'u32',
  /** neighbours by transmit time, meaningful while `sorted` is 1 */
  tnext: 'u32',
  tprev: 'u32',
  sorted: 'u32',
  seq: 'u32',
  end_seq: 'u32',
  /** TCPCB bits */
  sacked: 'u32',
  /** PACKET.SYN or PACKET.FIN */
  flags: 'u32',
  /** snapshot at the last transmission (tcp_skb_cb.tx) */
  tx_delivered: 'u32',
  tx_delivered_ce: 'u32',
  tx_is_app_limited: 'u32',
  tx_first_tx_mstamp: 'f64',
  tx_delivered_mstamp: 'f64',
  /** departure time of the last transmission */
  tstamp_ns: 'f64',
});

type SkbField = keyof typeof FIELDS.layout;
export type Skb = Cursor<SkbField>;
export const SKB_BYTES = FIELDS.size;
export const SkbCursor = cursorClass(FIELDS.layout);

/** Word of a field within an skb. */
export const skbWord = (field: SkbField): number => FIELDS.layout[field].offset >>> 2;

/** Departure time in microseconds, as RTT, RACK and rate samples take it. */
export function sentUs(skb: Skb): number {
  return Math.floor(skb.tstamp_ns / 1000);
}

/** tcp_skb_sent_after: whether the first was sent later; equal times go by sequence. */
export function sentAfter(t1: number, t2: number, end1: number, end2: number): boolean {
  return t1 > t2 || (t1 === t2 && ((end2 - end1) | 0) < 0);
}
