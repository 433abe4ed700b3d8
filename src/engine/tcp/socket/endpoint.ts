/*
 * One end of a connection, apart from its tcp_sock: what Linux keeps in struct socket, in timers and in requests. It
 * outlives the tcp_sock: on the listening side it exists before, and in TIME_WAIT afterwards. A tcp_sock's sk_socket
 * points to it.
 */
import { cursorClass, packed, type Cursor } from '../../net/record.ts';

const FIELDS = packed({
  /** the tcp_sock; 0 before it exists and after it was destroyed */
  sk: 'u32',
  /** the other end */
  peer: 'u32',
  /** number of the connecting socket, the same at both ends */
  id: 'u32',
  /** 1: the accepted side */
  passive: 'u32',
  /** TCP_SYN_RECV, TCP_TIME_WAIT or TCP_CLOSE while there is no tcp_sock */
  state: 'u32',
  /** tail of the retransmit queue; last skb that a SACK block was looked up from */
  rtx_tail: 'u32',
  sack_hint: 'u32',
  /** 1: a FIN ends the write queue */
  fin_queued: 'u32',
  /** 1: no process holds it any more (SOCK_DEAD) */
  orphan: 'u32',
  /** request_sock and inet_timewait_sock */
  isn: 'u32',
  irs: 'u32',
  ts_recent: 'u32',
  tw_snd_nxt: 'u32',
  tw_rcv_nxt: 'u32',
  /** retransmitted SYN-ACKs */
  num_retrans: 'u32',
  /** counters for the page and `lab sim` */
  drops: 'u32',
  recoveries: 'u32',
  timeouts: 'u32',
  /** what observers were last told */
  seen_cwnd: 'u32',
  seen_ssthresh: 'u32',
  seen_state: 'u32',
  /** 1: observers have been warned that its window was set to 0 */
  warned: 'u32',
  /** bytes that the process has still to write; Infinity: endless */
  to_write: 'f64',
  /** engine times: when the request's SYN-ACK left, when TIME_WAIT ends */
  synack_at: 'f64',
  tw_until: 'f64',
  /** engine time at which the accepting process begins to read */
  reads_from: 'f64',
  /** engine time of the event that stands for a timer, 0 when there is none */
  xmit_event: 'f64',
  delack_event: 'f64',
  pacing_event: 'f64',
  compress_event: 'f64',
  /** when the high-resolution timers are wanted, 0 when they are not */
  pacing_at: 'f64',
  compress_at: 'f64',
});

type EndpointField = keyof typeof FIELDS.layout;
export type Endpoint = Cursor<EndpointField>;
export const ENDPOINT_BYTES = FIELDS.size;
export const EndpointCursor = cursorClass(FIELDS.layout);
