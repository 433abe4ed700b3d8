/* The pacing rate that congestion controls without cong_control get (tcp_update_pacing_rate). */
import type { Stack } from '../stack.ts';

/** Percent of cwnd / srtt: in slow start, and after (tcp_pacing_ss_ratio, tcp_pacing_ca_ratio). */
export const PACING_RATIO = { SLOW_START: 200, CA: 120 } as const;
/** 1e6 us times 8 (srtt_us is in eighths), over 100 percent */
const SCALE = 80_000;
const NO_LIMIT = 2 ** 63;

/** Sets a rate of ~0 by its two words, because a double cannot hold it. */
export function setUnlimitedRate(s: Stack, offset: number): void {
  const w = (s.tp.at + offset) >>> 2;
  s.u32[w] = 0xffff_ffff;
  s.u32[w + 1] = 0xffff_ffff;
}

/**
 * Computes the pacing rate in bytes a second. The kernel's product fits a u64; here only the quotient must be exact,
 * below 2^53.
 */
export function updatePacingRate(s: Stack): void {
  const { tp } = s;
  const ratio = tp.snd_cwnd < tp.snd_ssthresh >>> 1 ? PACING_RATIO.SLOW_START : PACING_RATIO.CA;
  const window = Math.max(tp.snd_cwnd, tp.packets_out);
  const srtt = tp.srtt_us;
  const scaled = tp.mss_cache * SCALE * ratio * window;
  const rate = srtt === 0 ? scaled : Math.floor(scaled / srtt);
  const max = tp.sk_max_pacing_rate;
  tp.sk_pacing_rate = max >= NO_LIMIT ? rate : Math.min(rate, max);
}
