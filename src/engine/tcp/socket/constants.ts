/* Numbers of Linux's TCP that the recorded kernels share (include/net/tcp.h, include/uapi/linux/tcp.h). */
import { HZ } from '../../net/clock.ts';
import * as FLAG from './ack-flags.ts';
import * as TCP_STATE from './tcp-states.ts';

export const CA_STATE = { OPEN: 0, DISORDER: 1, CWR: 2, RECOVERY: 3, LOSS: 4 } as const;

export const CA_EVENT = { TX_START: 0, CWND_RESTART: 1, COMPLETE_CWR: 2, LOSS: 3, ECN_NO_CE: 4, ECN_IS_CE: 5 } as const;

/** bits of in_ack_event's flags */
export const CA_ACK = { SLOWPATH: 1, WIN_UPDATE: 2, ECE: 4 } as const;

export { FLAG, TCP_STATE };
export const FLAG_ACKED = FLAG.DATA_ACKED | FLAG.SYN_ACKED;
export const FLAG_NOT_DUP = FLAG.DATA | FLAG.WIN_UPDATE | FLAG_ACKED;
export const FLAG_CA_ALERT = FLAG.DATA_SACKED | FLAG.ECE | FLAG.DSACKING_ACK;
export const FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG.DATA_SACKED;

/** tcp_skb_cb.sacked */
export const TCPCB = { SACKED: 0x01, RETRANS: 0x02, LOST: 0x04, EVER_RETRANS: 0x80 } as const;
/** retransmitted, now or ever */
export const TCPCB_RETRANS = TCPCB.RETRANS | TCPCB.EVER_RETRANS;

/** icsk_pending */
export const TIMER = { NONE: 0, RETRANS: 1, LOSS_PROBE: 5, REO_TIMEOUT: 6 } as const;

/** icsk_ack.pending */
export const ACK = { SCHED: 1, TIMER: 2, PUSHED: 4, PUSHED2: 8, NOW: 16 } as const;

export const SHUTDOWN = { RCV: 1, SEND: 2 } as const;
export const PACING = { NONE: 0, NEEDED: 1, FQ: 2 } as const;

/** payload of a full segment: MTU 1500, IPv4, timestamps */
export const MSS = 1448;
/** wire bytes of a segment without payload: Ethernet 14, IPv4 20, TCP 20, timestamps 12 */
export const HEADER_BYTES = 66;
/** options of a SYN: MSS, SACK permitted, timestamps, window scale */
export const SYN_OPTION_BYTES = 20;
/** a SACK option is 4 bytes, padding included, and 8 a block */
export const SACK_BASE_BYTES = 4;
export const SACK_BLOCK_BYTES = 8;
/** tcp_header_len with timestamps */
export const TCP_HEADER_TSTAMP = 32;

export const TCP_INIT_CWND = 10;
export const TCP_INFINITE_SSTHRESH = 0x7fffffff;
export const TCP_MAX_REORDERING = 300;
export const TCP_REORDERING = 3;
export const TCP_FASTRETRANS_THRESH = 3;
export const TCP_MAX_QUICKACKS = 16;
export const TCP_RETRIES2 = 15;
export const TCP_SYN_RETRIES = 6;

// in jiffies
export const TCP_RTO_MIN = HZ / 5;
export const TCP_RTO_MAX = 120 * HZ;
export const TCP_TIMEOUT_INIT = HZ;
export const TCP_ATO_MIN = HZ / 25;
export const TCP_DELACK_MIN = HZ / 25;
export const TCP_DELACK_MAX = HZ / 5;
export const TCP_MIN_RTT_WINDOW = 300 * HZ;
/** TCP_TIMEOUT_MIN_US */
export const TCP_TIMEOUT_MIN_US = 2000;
export const TCP_RTO_MIN_US = 200_000;
/**
 * from a connection's establishment to the server's first read; in the recorded connection twelve segments were waiting
 * then
 */
export const ACCEPT_DELAY_NS = 20_500_000;
export const TIME_WAIT_NS = 60_000_000_000;

/** tcp_rmem[1], tcp_rmem[2], tcp_wmem[1]; and the scale between buffer and window (TCP_DEFAULT_SCALING_RATIO) */
export const TCP_RMEM_DEFAULT = 131_072;
export const TCP_RMEM_MAX = 6_291_456;
export const WINDOW_RATIO_SHIFT = 1;
export const RCV_WSCALE = 7;
/** truesize of a received full segment, as the recorded kernels' windows show it */
export const SEGMENT_TRUESIZE = 2880;

export const COMPRESSED_ACKS_MAX = 44;
export const COMPRESSED_ACK_DELAY_NS = 1_000_000;
