/* The built-in Reno and the functions that other congestion controls borrow from it (net/ipv4/tcp_cong.c). */
import { isCwndLimited } from '../sender/output.ts';
import type { TcpSock } from '../stack.ts';

/** tcp_slow_start, in u32 as Linux counts: returns what is left of `acked` once ssthresh is reached. */
export function slowStart(tp: TcpSock, acked: number): number {
  const cwnd = tp.snd_cwnd;
  const grown = Math.min((cwnd + acked) >>> 0, tp.snd_ssthresh);
  tp.snd_cwnd = Math.min(grown, tp.snd_cwnd_clamp);
  return (acked - (grown - cwnd)) >>> 0;
}

/** tcp_cong_avoid_ai: one packet more for every `w` acknowledged. */
export function congAvoidAi(tp: TcpSock, w: number, acked: number): void {
  let count = tp.snd_cwnd_cnt;
  let cwnd = tp.snd_cwnd;
  if (count >= w) {
    count = 0;
    cwnd = (cwnd + 1) >>> 0;
  }
  count = (count + acked) >>> 0;
  if (count >= w && w > 0) {
    const more = Math.floor(count / w);
    count -= more * w;
    cwnd = (cwnd + more) >>> 0;
  }
  tp.snd_cwnd_cnt = count;
  tp.snd_cwnd = Math.min(cwnd, tp.snd_cwnd_clamp);
}

export function renoSsthresh(tp: TcpSock): number {
  return Math.max(tp.snd_cwnd >>> 1, 2);
}

export function renoUndoCwnd(tp: TcpSock): number {
  return Math.max(tp.snd_cwnd, tp.prior_cwnd);
}

export function renoCongAvoid(tp: TcpSock, acked: number): void {
  if (!isCwndLimited(tp)) return;
  let left = acked;
  if (tp.snd_cwnd < tp.snd_ssthresh) {
    left = slowStart(tp, acked);
    if (left === 0) return;
  }
  congAvoidAi(tp, tp.snd_cwnd, left);
}
