/*
 * Byte offsets of the fields that this stack reads and writes, taken from a kernel's BTF. The tables name the members;
 * everything else is derived from them.
 */
import { assert } from '../../base/assert.ts';
import type { Btf } from '../../btf/btf.ts';
import type { FieldKind, Layout, Place } from '../../net/record.ts';

type Fields = Readonly<Record<string, readonly [kind: FieldKind, path: string, plus?: number]>>;

const SK = 'inet_conn.icsk_inet.sk.';
const ICSK = 'inet_conn.';

/**
 * For each field: name here, type, member path in tcp_sock, bytes into that member. Where kernels differ, paths are
 * separated by `|`, and the first that a kernel has is used (6.18 keeps timeouts in the timers only).
 */
const TCP_SOCK = {
  skc_state: ['u8', `${SK}__sk_common.skc_state`],
  skc_family: ['u16', `${SK}__sk_common.skc_family`],
  skc_num: ['u16', `${SK}__sk_common.skc_num`],
  skc_dport: ['u16', `${SK}__sk_common.skc_dport`],
  skc_daddr: ['u32', `${SK}__sk_common.skc_daddr`],
  skc_rcv_saddr: ['u32', `${SK}__sk_common.skc_rcv_saddr`],
  skc_net: ['ptr', `${SK}__sk_common.skc_net.net`],
  skc_prot: ['ptr', `${SK}__sk_common.skc_prot`],
  skc_cookie: ['u32', `${SK}__sk_common.skc_cookie`],
  skc_reuse: ['bits', `${SK}__sk_common.skc_reuse`],
  skc_bound_dev_if: ['i32', `${SK}__sk_common.skc_bound_dev_if`],
  sk_protocol: ['u16', `${SK}sk_protocol`],
  sk_type: ['u16', `${SK}sk_type`],
  sk_wmem_queued: ['i32', `${SK}sk_wmem_queued`],
  sk_userlocks: ['bits', `${SK}sk_userlocks`],
  sk_priority: ['u32', `${SK}sk_priority`],
  sk_mark: ['u32', `${SK}sk_mark`],
  inet_saddr: ['u32', 'inet_conn.icsk_inet.inet_saddr'],
  inet_sport: ['u16', 'inet_conn.icsk_inet.inet_sport'],
  tos: ['u8', 'inet_conn.icsk_inet.tos'],
  icsk_syn_retries: ['u8', `${ICSK}icsk_syn_retries`],
  icsk_user_timeout: ['u32', `${ICSK}icsk_user_timeout`],
  user_mss: ['u16', 'rx_opt.user_mss'],
  nonagle: ['bits', 'nonagle'],
  thin_lto: ['bits', 'thin_lto'],
  save_syn: ['bits', 'save_syn'],
  keepalive_time: ['u32', 'keepalive_time'],
  keepalive_intvl: ['u32', 'keepalive_intvl'],
  keepalive_probes: ['u8', 'keepalive_probes'],
  notsent_lowat: ['u32', 'notsent_lowat'],
  rmem_alloc: ['i32', `${SK}sk_backlog.rmem_alloc`],
  sk_rcvbuf: ['i32', `${SK}sk_rcvbuf`],
  sk_rcvlowat: ['i32', `${SK}sk_rcvlowat`],
  sk_socket: ['ptr', `${SK}sk_socket`],
  sk_sndbuf: ['i32', `${SK}sk_sndbuf`],
  tcp_rtx_queue: ['ptr', `${SK}tcp_rtx_queue`],
  sk_pacing_status: ['u32', `${SK}sk_pacing_status`],
  sk_pacing_rate: ['u64', `${SK}sk_pacing_rate`],
  sk_max_pacing_rate: ['u64', `${SK}sk_max_pacing_rate`],
  sk_gso_max_segs: ['u16', `${SK}sk_gso_max_segs`],
  sk_gso_max_size: ['u32', `${SK}sk_gso_max_size`],
  sk_pacing_shift: ['u8', `${SK}sk_pacing_shift`],
  sk_shutdown: ['u8', `${SK}sk_shutdown`],
  icsk_timeout: ['u64', `${ICSK}icsk_timeout|${ICSK}icsk_retransmit_timer.expires`],
  icsk_rto: ['u32', `${ICSK}icsk_rto`],
  icsk_rto_min: ['u32', `${ICSK}icsk_rto_min`],
  icsk_delack_max: ['u32', `${ICSK}icsk_delack_max`],
  icsk_ca_ops: ['ptr', `${ICSK}icsk_ca_ops`],
  icsk_ca_state: ['bits', `${ICSK}icsk_ca_state`],
  icsk_ca_initialized: ['bits', `${ICSK}icsk_ca_initialized`],
  icsk_ca_setsockopt: ['bits', `${ICSK}icsk_ca_setsockopt`],
  icsk_retransmits: ['u8', `${ICSK}icsk_retransmits`],
  icsk_pending: ['u8', `${ICSK}icsk_pending`],
  icsk_backoff: ['u8', `${ICSK}icsk_backoff`],
  ack_pending: ['u8', `${ICSK}icsk_ack.pending`],
  ack_quick: ['u8', `${ICSK}icsk_ack.quick`],
  ack_pingpong: ['u8', `${ICSK}icsk_ack.pingpong`],
  ack_ato: ['u8', `${ICSK}icsk_ack.ato`],
  ack_timeout: ['u64', `${ICSK}icsk_ack.timeout|${ICSK}icsk_delack_timer.expires`],
  ack_lrcvtime: ['u32', `${ICSK}icsk_ack.lrcvtime`],
  ack_rcv_mss: ['u16', `${ICSK}icsk_ack.rcv_mss`],
  icsk_ca_priv: ['u32', `${ICSK}icsk_ca_priv`],
  max_window: ['u32', 'max_window'],
  rcv_ssthresh: ['u32', 'rcv_ssthresh'],
  reordering: ['u32', 'reordering'],
  retransmit_skb_hint: ['ptr', 'retransmit_skb_hint'],
  snd_wnd: ['u32', 'snd_wnd'],
  mss_cache: ['u32', 'mss_cache'],
  snd_cwnd: ['u32', 'snd_cwnd'],
  prr_out: ['u32', 'prr_out'],
  lost_out: ['u32', 'lost_out'],
  sacked_out: ['u32', 'sacked_out'],
  tcp_header_len: ['u16', 'tcp_header_len'],
  is_sack_reneg: ['bits', 'is_sack_reneg'],
  is_cwnd_limited: ['bits', 'is_cwnd_limited'],
  copied_seq: ['u32', 'copied_seq'],
  rcv_tstamp: ['u32', 'rcv_tstamp'],
  snd_wl1: ['u32', 'snd_wl1'],
  tlp_high_seq: ['u32', 'tlp_high_seq'],
  rttvar_us: ['u32', 'rttvar_us'],
  retrans_out: ['u32', 'retrans_out'],
  advmss: ['u16', 'advmss'],
  lost: ['u32', 'lost'],
  rtt_min: ['u32', 'rtt_min'],
  min_rtt: ['u32', 'rtt_min', 4],
  out_of_order_queue: ['ptr', 'out_of_order_queue'],
  snd_ssthresh: ['u32', 'snd_ssthresh'],
  segs_out: ['u32', 'segs_out'],
  data_segs_out: ['u32', 'data_segs_out'],
  bytes_sent: ['u64', 'bytes_sent'],
  write_seq: ['u32', 'write_seq'],
  pushed_seq: ['u32', 'pushed_seq'],
  lsndtime: ['u32', 'lsndtime'],
  mdev_us: ['u32', 'mdev_us'],
  rtt_seq: ['u32', 'rtt_seq'],
  tcp_wstamp_ns: ['u64', 'tcp_wstamp_ns'],
  tsorted_head: ['ptr', 'tsorted_sent_queue'],
  tsorted_tail: ['ptr', 'tsorted_sent_queue', 8],
  highest_sack: ['ptr', 'highest_sack'],
  rate_app_limited: ['bits', 'rate_app_limited'],
  pred_flags: ['u32', 'pred_flags'],
  tcp_clock_cache: ['u64', 'tcp_clock_cache'],
  tcp_mstamp: ['u64', 'tcp_mstamp'],
  rcv_nxt: ['u32', 'rcv_nxt'],
  snd_nxt: ['u32', 'snd_nxt'],
  snd_una: ['u32', 'snd_una'],
  window_clamp: ['u32', 'window_clamp'],
  srtt_us: ['u32', 'srtt_us'],
  packets_out: ['u32', 'packets_out'],
  delivered: ['u32', 'delivered'],
  delivered_ce: ['u32', 'delivered_ce'],
  app_limited: ['u32', 'app_limited'],
  rcv_wnd: ['u32', 'rcv_wnd'],
  ts_recent_stamp: ['i32', 'rx_opt.ts_recent_stamp'],
  ts_recent: ['u32', 'rx_opt.ts_recent'],
  rcv_tsval: ['u32', 'rx_opt.rcv_tsval'],
  rcv_tsecr: ['u32', 'rx_opt.rcv_tsecr'],
  saw_tstamp: ['bits', 'rx_opt.saw_tstamp'],
  tstamp_ok: ['bits', 'rx_opt.tstamp_ok'],
  dsack: ['bits', 'rx_opt.dsack'],
  wscale_ok: ['bits', 'rx_opt.wscale_ok'],
  sack_ok: ['bits', 'rx_opt.sack_ok'],
  snd_wscale: ['bits', 'rx_opt.snd_wscale'],
  rcv_wscale: ['bits', 'rx_opt.rcv_wscale'],
  num_sacks: ['u8', 'rx_opt.num_sacks'],
  bytes_received: ['u64', 'bytes_received'],
  segs_in: ['u32', 'segs_in'],
  data_segs_in: ['u32', 'data_segs_in'],
  rcv_wup: ['u32', 'rcv_wup'],
  max_packets_out: ['u32', 'max_packets_out'],
  cwnd_usage_seq: ['u32', 'cwnd_usage_seq'],
  rate_delivered: ['u32', 'rate_delivered'],
  rate_interval_us: ['u32', 'rate_interval_us'],
  rcv_rtt_last_tsecr: ['u32', 'rcv_rtt_last_tsecr'],
  first_tx_mstamp: ['u64', 'first_tx_mstamp'],
  delivered_mstamp: ['u64', 'delivered_mstamp'],
  bytes_acked: ['u64', 'bytes_acked'],
  rcv_rtt_us: ['u32', 'rcv_rtt_est.rtt_us'],
  rcv_rtt_seq: ['u32', 'rcv_rtt_est.seq'],
  rcv_rtt_time: ['u64', 'rcv_rtt_est.time'],
  rcvq_space: ['u32', 'rcvq_space.space'],
  rcvq_seq: ['u32', 'rcvq_space.seq'],
  rcvq_time: ['u64', 'rcvq_space.time'],
  dsack_dups: ['u32', 'dsack_dups'],
  compressed_ack_rcv_nxt: ['u32', 'compressed_ack_rcv_nxt'],
  rack_mstamp: ['u64', 'rack.mstamp'],
  rack_rtt_us: ['u32', 'rack.rtt_us'],
  rack_end_seq: ['u32', 'rack.end_seq'],
  rack_last_delivered: ['u32', 'rack.last_delivered'],
  rack_reo_wnd_steps: ['u8', 'rack.reo_wnd_steps'],
  rack_reo_wnd_persist: ['bits', 'rack.reo_wnd_persist'],
  rack_dsack_seen: ['bits', 'rack.dsack_seen'],
  rack_advanced: ['bits', 'rack.advanced'],
  compressed_ack: ['u8', 'compressed_ack'],
  dup_ack_counter: ['bits', 'dup_ack_counter'],
  tlp_retrans: ['bits', 'tlp_retrans'],
  frto: ['bits', 'frto'],
  mdev_max_us: ['u32', 'mdev_max_us'],
  reord_seen: ['u32', 'reord_seen'],
  snd_cwnd_cnt: ['u32', 'snd_cwnd_cnt'],
  snd_cwnd_clamp: ['u32', 'snd_cwnd_clamp'],
  snd_cwnd_used: ['u32', 'snd_cwnd_used'],
  snd_cwnd_stamp: ['u32', 'snd_cwnd_stamp'],
  prior_cwnd: ['u32', 'prior_cwnd'],
  prr_delivered: ['u32', 'prr_delivered'],
  duplicate_sack: ['u32', 'duplicate_sack'],
  duplicate_sack_end: ['u32', 'duplicate_sack', 4],
  selective_acks: ['u32', 'selective_acks'],
  recv_sack_cache: ['u32', 'recv_sack_cache'],
  prior_ssthresh: ['u32', 'prior_ssthresh'],
  high_seq: ['u32', 'high_seq'],
  retrans_stamp: ['u32', 'retrans_stamp'],
  undo_marker: ['u32', 'undo_marker'],
  undo_retrans: ['i32', 'undo_retrans'],
  bytes_retrans: ['u64', 'bytes_retrans'],
  total_retrans: ['u32', 'total_retrans'],
  rcv_ooopack: ['u32', 'rcv_ooopack'],
} as const satisfies Fields;

/** Members of tcp_sock, by path, that this stack reads or writes. */
export const TCP_SOCK_PATHS: readonly string[] = [
  ...new Set(Object.values(TCP_SOCK).flatMap(([, paths]) => paths.split('|'))),
];

const RATE_SAMPLE = {
  prior_mstamp: ['u64', 'prior_mstamp'],
  prior_delivered: ['u32', 'prior_delivered'],
  prior_delivered_ce: ['u32', 'prior_delivered_ce'],
  delivered: ['i32', 'delivered'],
  delivered_ce: ['i32', 'delivered_ce'],
  interval_us: ['i32', 'interval_us'],
  interval_us_hi: ['i32', 'interval_us', 4],
  snd_interval_us: ['u32', 'snd_interval_us'],
  rcv_interval_us: ['u32', 'rcv_interval_us'],
  rtt_us: ['i32', 'rtt_us'],
  rtt_us_hi: ['i32', 'rtt_us', 4],
  losses: ['i32', 'losses'],
  acked_sacked: ['u32', 'acked_sacked'],
  prior_in_flight: ['u32', 'prior_in_flight'],
  last_end_seq: ['u32', 'last_end_seq'],
  is_app_limited: ['u8', 'is_app_limited'],
  is_retrans: ['u8', 'is_retrans'],
  is_ack_delayed: ['u8', 'is_ack_delayed'],
} as const satisfies Fields;

const ACK_SAMPLE = {
  pkts_acked: ['u32', 'pkts_acked'],
  rtt_us: ['i32', 'rtt_us'],
  in_flight: ['u32', 'in_flight'],
} as const satisfies Fields;

/** Members of tcp_congestion_ops; each is a pointer-sized slot but the last five. */
const OPS = [
  'ssthresh',
  'cong_avoid',
  'set_state',
  'cwnd_event',
  'in_ack_event',
  'pkts_acked',
  'min_tso_segs',
  'cong_control',
  'undo_cwnd',
  'sndbuf_expand',
  'get_info',
  'init',
  'release',
  'name',
  'owner',
  'list',
  'key',
  'flags',
] as const;

export type OpsMember = (typeof OPS)[number];
export type TcpSockField = keyof typeof TCP_SOCK;
export type RateSampleField = keyof typeof RATE_SAMPLE;
export type AckSampleField = keyof typeof ACK_SAMPLE;

/** A struct's size in bytes, and the places of its fields. */
interface StructPlaces<K extends string> {
  readonly size: number;
  readonly layout: Layout<K>;
}

export interface TcpOffsets {
  readonly sock: StructPlaces<TcpSockField>;
  readonly rateSample: StructPlaces<RateSampleField>;
  readonly ackSample: StructPlaces<AckSampleField>;
  /** byte offsets of tcp_congestion_ops members */
  readonly ops: Readonly<Record<OpsMember, number>>;
  readonly opsSize: number;
  /** bytes of icsk_ca_priv */
  readonly privBytes: number;
  /** since 6.10: cong_control(sk, ack, flag, rs) instead of (sk, rs) */
  readonly congControlTakesAck: boolean;
}

function place(btf: Btf, struct: string, [kind, paths, plus = 0]: Fields[string]): Place {
  const path = paths.split('|').find((one) => btf.field(struct, one) !== null);
  const field = path === undefined ? null : btf.field(struct, path);
  assert(field, `${struct} has no member ${paths}`);
  return Object.freeze({
    kind,
    offset: field.byteOffset + plus + (kind === 'bits' ? field.bit >>> 3 : 0),
    shift: kind === 'bits' ? field.bit & 7 : 0,
    width: kind === 'bits' ? field.bitSize : 0,
  });
}

function places<F extends Fields>(btf: Btf, struct: string, fields: F): StructPlaces<keyof F & string> {
  const layout = Object.fromEntries(Object.entries(fields).map(([name, f]) => [name, place(btf, struct, f)]));
  return Object.freeze({
    size: btf.sizeOf(btf.find('STRUCT', struct)),
    layout: Object.freeze(layout) as Layout<keyof F & string>,
  });
}

function congControlParams(btf: Btf): number {
  const field = btf.field('tcp_congestion_ops', 'cong_control');
  const pointer = field && btf.type(btf.skipModifiers(field.type));
  const proto = pointer && btf.type(pointer.type);
  return proto?.params.length ?? 4;
}

/** Reads one kernel's offsets. Its BTF must have every member named above: a missing one is a broken profile. */
export function tcpOffsets(btf: Btf): TcpOffsets {
  const ops = OPS.map((member) => [member, place(btf, 'tcp_congestion_ops', ['ptr', member]).offset]);
  return Object.freeze({
    sock: places(btf, 'tcp_sock', TCP_SOCK),
    rateSample: places(btf, 'rate_sample', RATE_SAMPLE),
    ackSample: places(btf, 'ack_sample', ACK_SAMPLE),
    ops: Object.freeze(Object.fromEntries(ops)) as Readonly<Record<OpsMember, number>>,
    opsSize: btf.sizeOf(btf.find('STRUCT', 'tcp_congestion_ops')),
    privBytes: btf.field('tcp_sock', `${ICSK}icsk_ca_priv`)?.size ?? 0,
    congControlTakesAck: congControlParams(btf) > 2,
  });
}
