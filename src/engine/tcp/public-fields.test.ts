/**
 * Fields that public congestion controls read (cubic, dctcp, bbr, vegas, westwood, htcp, illinois, yeah and the BPF ones
 * made after them), checked at the end of the handshake and while sending against Linux's values and rules.
 */
import { expect, test } from 'vitest';
import type { TcpSock } from './stack.ts';
import { makeWorld, sockCursor } from './testing/world.ts';

const MS = 1000;
const MSS = 1448;
const RTT = 20 * MS;

type Row = readonly [field: string, read: (tp: TcpSock) => unknown, value: unknown, rule: string];

/** When the ACK of the SYN has been answered and ten segments are on their way: 20 ms after the SYN, at 60 ms. */
const ESTABLISHED: readonly Row[] = [
  ['skc_family', (tp) => tp.skc_family, 2, 'AF_INET'],
  ['skc_state', (tp) => tp.skc_state, 1, 'TCP_ESTABLISHED'],
  ['skc_num', (tp) => tp.skc_num, 32770, 'inet_hash_connect: an even port of ip_local_port_range'],
  ['skc_dport', (tp) => tp.skc_dport, 0x5114, 'htons(5201)'],
  ['sk_protocol', (tp) => tp.sk_protocol, 6, 'IPPROTO_TCP'],
  ['snd_cwnd', (tp) => tp.snd_cwnd, 10, 'TCP_INIT_CWND'],
  ['snd_cwnd_cnt', (tp) => tp.snd_cwnd_cnt, 0, 'tcp_init_sock'],
  ['snd_cwnd_clamp', (tp) => tp.snd_cwnd_clamp, 0xffff_ffff, 'tcp_init_sock: ~0'],
  ['snd_ssthresh', (tp) => tp.snd_ssthresh, 0x7fff_ffff, 'TCP_INFINITE_SSTHRESH'],
  ['prior_cwnd', (tp) => tp.prior_cwnd, 0, 'no reduction yet'],
  ['prior_ssthresh', (tp) => tp.prior_ssthresh, 0, 'tcp_init_congestion_control'],
  ['mss_cache', (tp) => tp.mss_cache, MSS, '1500 less IP, TCP and timestamps'],
  ['advmss', (tp) => tp.advmss, MSS, 'tcp_rcv_synsent_state_process: less the timestamps'],
  ['tcp_header_len', (tp) => tp.tcp_header_len, 32, 'with timestamps'],
  ['snd_nxt', (tp) => (tp.snd_nxt - tp.snd_una) | 0, 10 * MSS, 'ten segments'],
  ['packets_out', (tp) => tp.packets_out, 10, 'tcp_event_new_data_sent'],
  ['sacked_out', (tp) => tp.sacked_out, 0, 'nothing lost'],
  ['lost_out', (tp) => tp.lost_out, 0, 'nothing lost'],
  ['retrans_out', (tp) => tp.retrans_out, 0, 'nothing lost'],
  ['total_retrans', (tp) => tp.total_retrans, 0, 'nothing lost'],
  ['lost', (tp) => tp.lost, 0, 'nothing lost'],
  ['delivered', (tp) => tp.delivered, 1, 'tcp_rate_skb_delivered: the SYN'],
  ['delivered_ce', (tp) => tp.delivered_ce, 0, 'no marks'],
  ['bytes_acked', (tp) => tp.bytes_acked, 1, 'tcp_snd_una_update: the SYN'],
  ['bytes_sent', (tp) => tp.bytes_sent, 10 * MSS, 'without the SYN'],
  ['segs_out', (tp) => tp.segs_out, 12, 'SYN, ACK, data'],
  ['data_segs_out', (tp) => tp.data_segs_out, 10, '__tcp_transmit_skb'],
  ['max_packets_out', (tp) => tp.max_packets_out, 10, 'tcp_cwnd_validate'],
  ['is_cwnd_limited', (tp) => tp.is_cwnd_limited, 1, 'tcp_cwnd_validate'],
  ['srtt_us', (tp) => tp.srtt_us, RTT * 8, 'tcp_rtt_estimator: eighths'],
  ['mdev_us', (tp) => tp.mdev_us, RTT * 2, 'tcp_rtt_estimator: the first sample, in quarters'],
  ['rttvar_us', (tp) => tp.rttvar_us, 200 * MS, 'tcp_rto_min_us'],
  ['min_rtt', (tp) => tp.min_rtt, RTT, 'tcp_min_rtt'],
  ['icsk_rto', (tp) => tp.icsk_rto, 55, '__tcp_set_rto: 220 ms in jiffies'],
  ['icsk_rto_min', (tp) => tp.icsk_rto_min, 50, 'TCP_RTO_MIN'],
  ['icsk_ca_state', (tp) => tp.icsk_ca_state, 0, 'TCP_CA_Open'],
  ['icsk_ca_initialized', (tp) => tp.icsk_ca_initialized, 1, 'tcp_init_congestion_control'],
  ['icsk_ca_setsockopt', (tp) => tp.icsk_ca_setsockopt, 0, 'the default'],
  ['icsk_retransmits', (tp) => tp.icsk_retransmits, 0, 'no timeout'],
  ['icsk_backoff', (tp) => tp.icsk_backoff, 0, 'no timeout'],
  ['reordering', (tp) => tp.reordering, 3, 'sysctl_tcp_reordering'],
  ['undo_marker', (tp) => tp.undo_marker, 0, 'nothing to undo'],
  ['tcp_mstamp', (tp) => tp.tcp_mstamp, 60 * MS, 'tcp_mstamp_refresh: microseconds'],
  ['delivered_mstamp', (tp) => tp.delivered_mstamp, 60 * MS, 'tcp_rate_skb_delivered'],
  ['first_tx_mstamp', (tp) => tp.first_tx_mstamp, 60 * MS, 'tcp_rate_skb_sent: nothing was in flight'],
  [
    'sk_pacing_rate',
    (tp) => tp.sk_pacing_rate,
    (2 * 10 * MSS * 1e6) / RTT,
    'tcp_update_pacing_rate: 200 % in slow start',
  ],
  ['sk_pacing_status', (tp) => tp.sk_pacing_status, 0, 'SK_PACING_NONE'],
  ['sk_pacing_shift', (tp) => tp.sk_pacing_shift, 10, 'sock_init_data'],
  ['sk_gso_max_size', (tp) => tp.sk_gso_max_size, 65536 - 321, 'sk_setup_caps: less MAX_TCP_HEADER and one'],
  ['sk_gso_max_segs', (tp) => tp.sk_gso_max_segs, 65535, 'GSO_MAX_SEGS'],
  ['snd_wnd', (tp) => tp.snd_wnd, 65160, 'of the SYN-ACK, not scaled'],
  ['rcv_wscale', (tp) => tp.rcv_wscale, 7, 'tcp_select_initial_window'],
  ['tstamp_ok', (tp) => tp.tstamp_ok, 1, 'both sides have timestamps'],
  ['ts lag', (tp) => tp.rcv_tsval - tp.rcv_tsecr, 10, 'milliseconds on the way'],
];

/** Relations that hold while it sends, whatever the numbers are. */
const SENDING: readonly Row[] = [
  [
    'in flight',
    (tp) => tp.packets_out + tp.retrans_out - tp.sacked_out - tp.lost_out <= tp.snd_cwnd,
    true,
    'tcp_cwnd_test',
  ],
  ['app_limited', (tp) => tp.app_limited, 0, 'tcp_rate_check_app_limited: there is always more to send'],
  ['srtt above min_rtt', (tp) => tp.srtt_us >>> 3 >= tp.min_rtt, true, 'the queue adds to it'],
  ['snd_nxt', (tp) => (tp.snd_nxt - tp.snd_una) | 0, (tp: TcpSock) => tp.packets_out * MSS, 'full segments'],
  [
    'write_seq',
    (tp) => (tp.write_seq - tp.snd_nxt) | 0,
    (tp: TcpSock) => Math.max(0, (tp.write_seq - tp.snd_nxt) | 0),
    'not before snd_nxt',
  ],
  ['delivered', (tp) => tp.delivered >= 1 + Math.floor((tp.bytes_acked - 1) / MSS), true, 'packets, with those SACKed'],
  ['lsndtime', (tp) => tp.lsndtime !== 0, true, 'tcp_event_data_sent: jiffies'],
  [
    'bytes_sent',
    (tp) => tp.bytes_sent - tp.bytes_retrans,
    (tp: TcpSock) => tp.bytes_acked - 1 + tp.packets_out * MSS,
    'each byte once',
  ],
];

const LINK = { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 };

function check(tp: TcpSock, rows: readonly Row[], what: string): void {
  for (const [field, read, value, rule] of rows) {
    const wanted: unknown = typeof value === 'function' ? (value as (tp: TcpSock) => unknown)(tp) : value;
    expect([what, field, rule, read(tp)]).toEqual([what, field, rule, wanted]);
  }
}

function sender() {
  const world = makeWorld(LINK);
  const tp = sockCursor(world);
  world.runTo(0.04);
  world.tcp.socket(1, 'sender');
  world.tcp.connect(1);
  return { world, tp };
}

test('forty fields and more as the handshake ends', () => {
  const { world, tp } = sender();
  world.runTo(0.0605);
  tp.at = world.tcp.list()[0].sk;
  expect(ESTABLISHED.length).toBeGreaterThanOrEqual(40);
  check(tp, ESTABLISHED, 'established');
});

test('while it sends, loses and recovers, their relations hold', () => {
  const { world, tp } = sender();
  for (let at = 0.1; at < 4; at += 0.037) {
    world.runTo(at);
    tp.at = world.tcp.list()[0].sk;
    check(tp, SENDING, `at ${at.toFixed(3)}`);
  }
});
