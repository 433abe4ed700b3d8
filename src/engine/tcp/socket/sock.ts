/* Creation of a tcp_sock, change of its congestion control, and destruction. */
import { caInit, caRelease, caSndbufExpand, setCaState } from '../cc/ca.ts';
import {
  CA_STATE,
  MSS,
  RCV_WSCALE,
  TCP_DELACK_MAX,
  TCP_HEADER_TSTAMP,
  TCP_INFINITE_SSTHRESH,
  TCP_INIT_CWND,
  TCP_REORDERING,
  TCP_RMEM_DEFAULT,
  TCP_RTO_MIN,
  TCP_STATE,
  TCP_TIMEOUT_INIT,
} from './constants.ts';
import { jiffiesToUsecs } from '../../net/clock.ts';
import { setUnlimitedRate } from '../sender/pacing.ts';
import { resetMinRtt } from '../sender/rtt.ts';
import { purgeQueue } from '../sender/rtx-queue.ts';
import { jiffies32, refreshClock, type Stack } from '../stack.ts';
import { windowFromSpace } from '../receiver/window.ts';

const AF_INET = 2;
/** sk_gso_max_size of an Ethernet route: 65536 less the largest header, less one */
const GSO_MAX_SIZE = 65215;
/** half of one packet's share of the initial send buffer: sk_buff, shared info and header, rounded as the slab does */
const SEGMENT_SNDMEM = 4096;

/** Id of the reference's holder: the connection's number, negated at the accepted end. */
function holderId(s: Stack): number {
  return s.ep.passive === 0 ? s.ep.id : -s.ep.id;
}

/** Allocates a tcp_sock for the current endpoint (tcp_init_sock). */
export function createSock(s: Stack): void {
  const { tp, ep } = s;
  const { layout } = s.offsets.sock;
  const sk = s.socks.alloc();
  ep.sk = sk;
  tp.at = sk;
  tp.skc_state = TCP_STATE.CLOSE;
  tp.skc_family = AF_INET;
  tp.sk_socket = ep.at;
  tp.sk_rcvbuf = TCP_RMEM_DEFAULT;
  tp.sk_rcvlowat = 1;
  tp.sk_pacing_shift = 10;
  tp.sk_gso_max_size = GSO_MAX_SIZE;
  tp.sk_gso_max_segs = 0xffff;
  setUnlimitedRate(s, layout.sk_pacing_rate.offset);
  setUnlimitedRate(s, layout.sk_max_pacing_rate.offset);
  tp.icsk_rto = TCP_TIMEOUT_INIT;
  tp.icsk_rto_min = TCP_RTO_MIN;
  tp.icsk_delack_max = TCP_DELACK_MAX;
  tp.mdev_us = jiffiesToUsecs(TCP_TIMEOUT_INIT);
  resetMinRtt(s);
  tp.snd_cwnd = TCP_INIT_CWND;
  tp.app_limited = 0xffff_ffff;
  tp.rate_app_limited = 1;
  tp.snd_ssthresh = TCP_INFINITE_SSTHRESH;
  tp.snd_cwnd_clamp = 0xffff_ffff;
  tp.mss_cache = MSS;
  tp.advmss = MSS;
  tp.tcp_header_len = TCP_HEADER_TSTAMP;
  tp.reordering = TCP_REORDERING;
  tp.rack_reo_wnd_steps = 1;
  tp.undo_retrans = -1;
  tp.rcv_wscale = RCV_WSCALE;
  tp.snd_wscale = RCV_WSCALE;
  tp.wscale_ok = 1;
  tp.tstamp_ok = 1;
  tp.saw_tstamp = 1;
  tp.sack_ok = 1;
}

/** tcp_assign_congestion_control: the namespace's default, or reno when the default is being unregistered. */
export function assignDefaultCa(s: Stack): void {
  const { congestion } = s;
  const { defaultCa } = congestion.cold;
  s.tp.icsk_ca_ops = congestion.get(defaultCa, 'socket', holderId(s)) ? defaultCa : s.reno;
}

/** tcp_ca_openreq_child */
export function assignChildCa(s: Stack): void {
  assignDefaultCa(s);
  setCaState(s, CA_STATE.OPEN);
}

/** tcp_cleanup_congestion_control: release() is called even where init() never was. */
function dropCa(s: Stack): void {
  caRelease(s);
  // if the program was stopped in release(), its reference has already been given back
  s.congestion.put(s.tp.icsk_ca_ops, 'socket', holderId(s));
}

function zeroPriv(s: Stack): void {
  const w = (s.tp.at + s.offsets.sock.layout.icsk_ca_priv.offset) >>> 2;
  s.u32.fill(0, w, w + s.offsets.privBytes / 4);
}

/** tcp_reinit_congestion_control: the reference on `ops` has been taken. */
export function changeCa(s: Stack, ops: number): void {
  const { tp } = s;
  dropCa(s);
  s.opsChanges.count++;
  tp.icsk_ca_ops = ops;
  tp.icsk_ca_setsockopt = 1;
  zeroPriv(s);
  if (tp.skc_state !== TCP_STATE.CLOSE && tp.skc_state !== TCP_STATE.LISTEN) startCa(s);
}

/** Leaves a stopped program without calling its release(). */
export function abandonCa(s: Stack): void {
  const { tp } = s;
  s.congestion.put(tp.icsk_ca_ops, 'socket', holderId(s));
  s.opsChanges.count++;
  s.opsChanges.left++;
  tp.icsk_ca_ops = s.reno;
  zeroPriv(s);
}

/** tcp_init_congestion_control */
function startCa(s: Stack): void {
  const { tp } = s;
  tp.prior_ssthresh = 0;
  caInit(s);
  tp.icsk_ca_initialized = 1;
}

/** tcp_init_buffer_space: the windows with which both sides start. */
function initBuffers(s: Stack): void {
  const { tp } = s;
  const perWindow = Math.max(tp.snd_cwnd, TCP_INIT_CWND, tp.reordering + 1) * SEGMENT_SNDMEM;
  tp.sk_sndbuf = Math.max(tp.sk_sndbuf, perWindow * caSndbufExpand(s));
  refreshClock(s);
  tp.rcvq_time = tp.tcp_mstamp;
  tp.rcvq_seq = tp.copied_seq;
  const max = windowFromSpace(tp.sk_rcvbuf);
  tp.window_clamp = Math.min(tp.window_clamp, max);
  // one segment stays in reserve
  if (tp.window_clamp + tp.advmss > max) tp.window_clamp = Math.max(2 * tp.advmss, max - tp.advmss);
  tp.rcv_ssthresh = Math.min(tp.rcv_ssthresh, tp.window_clamp);
  tp.snd_cwnd_stamp = jiffies32(s);
  tp.rcvq_space = Math.min(tp.rcv_ssthresh, tp.rcv_wnd, TCP_INIT_CWND * tp.advmss);
}

/** tcp_init_transfer: the connection is established, and congestion control starts. */
export function initTransfer(s: Stack): void {
  const { tp } = s;
  tp.snd_cwnd = tp.total_retrans > 1 && tp.undo_marker !== 0 ? 1 : TCP_INIT_CWND;
  tp.snd_cwnd_stamp = jiffies32(s);
  if (tp.icsk_ca_initialized === 0) startCa(s);
  initBuffers(s);
}

export function setState(s: Stack, state: number): void {
  s.tp.skc_state = state;
  s.observer.onState?.(s.ep.at, state);
}

/** tcp_done, tcp_v4_destroy_sock: frees the tcp_sock and the reference to its congestion control. */
export function destroySock(s: Stack, last: number): void {
  const { tp, ep } = s;
  const range = s.cursors.purge;
  setState(s, TCP_STATE.CLOSE);
  ep.tw_snd_nxt = tp.snd_nxt;
  ep.tw_rcv_nxt = tp.rcv_nxt;
  ep.ts_recent = tp.ts_recent;
  dropCa(s);
  purgeQueue(s);
  for (let at = tp.out_of_order_queue; at !== 0; ) {
    range.at = at;
    const { next } = range;
    s.ranges.free(at);
    at = next;
  }
  s.observer.onGone?.(ep.sk);
  s.socks.free(ep.sk);
  ep.sk = 0;
  ep.state = last;
  tp.at = 0;
  s.observer.onState?.(ep.at, last);
}
