/* Round-trip times: smoothed and minimal, and the retransmission timeout that follows from them. */
import { jiffiesToUsecs, usecsToJiffies } from '../../net/clock.ts';
import { FLAG, FLAG_ACKED, TCP_MIN_RTT_WINDOW, TCP_RTO_MAX, TCP_RTO_MIN_US } from '../socket/constants.ts';
import { after } from '../socket/seq.ts';
import { jiffies32, timestamp, type Stack, type TcpSock } from '../stack.ts';

/** tcp_rtt_estimator: srtt_us is 8 times the mean, mdev_us 4 times the deviation. `m` in us. */
export function estimateRtt(tp: TcpSock, m: number): void {
  let srtt = tp.srtt_us;
  if (srtt === 0) {
    srtt = m * 8;
    tp.mdev_us = m * 2;
    tp.rttvar_us = Math.max(tp.mdev_us, TCP_RTO_MIN_US);
    tp.mdev_max_us = tp.rttvar_us;
    tp.rtt_seq = tp.snd_nxt;
    tp.srtt_us = Math.max(1, srtt);
    return;
  }
  const error = m - (srtt >>> 3);
  srtt += error;
  let d: number;
  if (error < 0) {
    d = -error - (tp.mdev_us >>> 2);
    // a sudden fall of the RTT says little about the deviation: it counts for an eighth
    if (d > 0) d >>= 3;
  } else d = error - (tp.mdev_us >>> 2);
  tp.mdev_us += d;
  if (tp.mdev_us > tp.mdev_max_us) {
    tp.mdev_max_us = tp.mdev_us;
    if (tp.mdev_max_us > tp.rttvar_us) tp.rttvar_us = tp.mdev_max_us;
  }
  if (after(tp.snd_una, tp.rtt_seq)) {
    if (tp.mdev_max_us < tp.rttvar_us) tp.rttvar_us -= (tp.rttvar_us - tp.mdev_max_us) >>> 2;
    tp.rtt_seq = tp.snd_nxt;
    tp.mdev_max_us = TCP_RTO_MIN_US;
  }
  tp.srtt_us = Math.max(1, srtt);
}

/** tcp_set_rto, tcp_bound_rto */
export function setRto(tp: TcpSock): void {
  tp.icsk_rto = Math.min(usecsToJiffies((tp.srtt_us >>> 3) + tp.rttvar_us), TCP_RTO_MAX);
}

/** A windowed minimum keeps the best three samples of the window (lib/win_minmax.c), as {t, v} pairs in the tcp_sock. */
function runningMin(s: Stack, t: number, v: number): void {
  const { u32 } = s;
  const w = (s.tp.at + s.offsets.sock.layout.rtt_min.offset) >>> 2;
  const set = (i: number, time: number, value: number): void => {
    u32[w + 2 * i] = time;
    u32[w + 2 * i + 1] = value;
  };
  const shift = (to: number, from: number): void => set(to, u32[w + 2 * from], u32[w + 2 * from + 1]);
  const age = (i: number): number => (t - u32[w + 2 * i]) >>> 0;
  if (v <= u32[w + 1] || age(2) > TCP_MIN_RTT_WINDOW) {
    for (let i = 0; i < 3; i++) set(i, t, v);
    return;
  }
  if (v <= u32[w + 3]) {
    set(1, t, v);
    set(2, t, v);
  } else if (v <= u32[w + 5]) set(2, t, v);
  const dt = age(0);
  if (dt > TCP_MIN_RTT_WINDOW) {
    for (let pass = 0; pass < 2 && age(0) > TCP_MIN_RTT_WINDOW; pass++) {
      shift(0, 1);
      shift(1, 2);
      set(2, t, v);
    }
  } else if (u32[w + 2] === u32[w] && dt > TCP_MIN_RTT_WINDOW / 4) {
    set(1, t, v);
    set(2, t, v);
  } else if (u32[w + 4] === u32[w + 2] && dt > TCP_MIN_RTT_WINDOW / 2) set(2, t, v);
}

/** minmax_reset of rtt_min to "none". */
export function resetMinRtt(s: Stack): void {
  const w = (s.tp.at + s.offsets.sock.layout.rtt_min.offset) >>> 2;
  const t = jiffies32(s);
  for (let i = 0; i < 3; i++) {
    s.u32[w + 2 * i] = t;
    s.u32[w + 2 * i + 1] = 0xffff_ffff;
  }
}

/** tcp_rtt_tsopt_us: the echoed timestamp's age, us; whole ms, at least `minMs`. */
export function timestampRtt(s: Stack, minMs: number): number {
  const delta = (timestamp(s) - s.tp.rcv_tsecr) >>> 0;
  if (delta >= 0x7fffffff / 1000) return -1;
  return Math.max(delta, minMs) * 1000;
}

/** tcp_ack_update_rtt. RTTs in us, -1 for none. Whether there was a sample. */
export function updateRtt(s: Stack, flag: number, seqRtt: number, sackRtt: number, caRtt: number): boolean {
  const { tp, rs } = s;
  let seq = seqRtt < 0 ? sackRtt : seqRtt;
  let ca = caRtt;
  if (seq < 0 && tp.saw_tstamp !== 0 && tp.rcv_tsecr !== 0 && (flag & FLAG_ACKED) !== 0) {
    seq = timestampRtt(s, 1);
    ca = seq;
  }
  rs.rtt_us = ca;
  rs.rtt_us_hi = ca < 0 ? -1 : 0;
  if (seq < 0) return false;
  if ((flag & FLAG.ACK_MAYBE_DELAYED) === 0 || ca <= tp.min_rtt) {
    runningMin(s, jiffies32(s), ca || jiffiesToUsecs(1));
  }
  estimateRtt(tp, seq);
  setRto(tp);
  tp.icsk_backoff = 0;
  return true;
}
