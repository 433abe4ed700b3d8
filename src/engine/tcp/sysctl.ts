/* /proc/sys/net/ipv4/tcp_* of congestion controls (net/ipv4/sysctl_net_ipv4.c, tcp_cong.c). */
import { ERRNO } from '../base/errno.ts';
import { HZ } from '../net/clock.ts';
import { CA_FLAG, type CongestionControls } from './cc/cong.ts';
import { PACING_RATIO } from './sender/pacing.ts';
import {
  TCP_MAX_REORDERING,
  TCP_MIN_RTT_WINDOW,
  TCP_REORDERING,
  TCP_RETRIES2,
  TCP_SYN_RETRIES,
} from './socket/constants.ts';

interface Sysctl {
  readonly read: (congestion: CongestionControls) => string;
  /** 0 or a negative errno; absent: the file cannot be written */
  readonly write?: (congestion: CongestionControls, value: string) => number;
}

const isAllowed = (congestion: CongestionControls, kdata: number): boolean =>
  (congestion.flagsOf(kdata) & CA_FLAG.NON_RESTRICTED) !== 0;
const names = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join(' ');

/** Settings that are fixed here, with the constants that the stack uses. */
const FIXED: readonly (readonly [name: string, value: number | string])[] = [
  ['tcp_max_reordering', TCP_MAX_REORDERING],
  ['tcp_min_rtt_wlen', TCP_MIN_RTT_WINDOW / HZ],
  ['tcp_pacing_ca_ratio', PACING_RATIO.CA],
  ['tcp_pacing_ss_ratio', PACING_RATIO.SLOW_START],
  ['tcp_reordering', TCP_REORDERING],
  ['tcp_retries2', TCP_RETRIES2],
  ['tcp_sack', 1],
  ['tcp_syn_retries', TCP_SYN_RETRIES],
  ['tcp_timestamps', 1],
  ['tcp_window_scaling', 1],
];

const SYSCTLS: ReadonlyMap<string, Sysctl> = new Map<string, Sysctl>([
  ...FIXED.map(([name, value]): [string, Sysctl] => [`net.ipv4.${name}`, { read: () => String(value) }]),
  ['net.ipv4.tcp_available_congestion_control', { read: ({ cold }) => names(cold.list) }],
  [
    'net.ipv4.tcp_congestion_control',
    { read: (congestion) => congestion.nameOf(congestion.cold.defaultCa), write: setDefault },
  ],
  [
    'net.ipv4.tcp_allowed_congestion_control',
    {
      read: (congestion) => names(congestion.cold.list.filter(({ kdata }) => isAllowed(congestion, kdata))),
      write: setAllowed,
    },
  ],
]);

/** Names of all settings, sorted. */
export const SYSCTL_NAMES: readonly string[] = [...SYSCTLS.keys()].toSorted();

/** Value of a setting; null when there is no such file. */
export const readSysctl = (congestion: CongestionControls, name: string): string | null =>
  SYSCTLS.get(name)?.read(congestion) ?? null;

export function writeSysctl(congestion: CongestionControls, name: string, value: string): number {
  const file = SYSCTLS.get(name);
  if (!file) return -ERRNO.ENOENT;
  return file.write?.(congestion, value) ?? -ERRNO.EACCES;
}

/** tcp_set_default_congestion_control */
function setDefault(congestion: CongestionControls, name: string): number {
  const { defaultCa } = congestion.cold;
  const ops = congestion.find(name);
  if (ops === 0) return -ERRNO.ENOENT;
  if (ops === defaultCa) return 0;
  if (!congestion.get(ops, 'netns-default', 0)) return -ERRNO.EBUSY;
  congestion.put(defaultCa, 'netns-default', 0);
  congestion.setFlags(ops, congestion.flagsOf(ops) | CA_FLAG.NON_RESTRICTED);
  congestion.cold = { ...congestion.cold, defaultCa: ops };
  return 0;
}

/** tcp_set_allowed_congestion_control: an empty name ends the list. */
function setAllowed(congestion: CongestionControls, value: string): number {
  const words = value.split(' ');
  const end = words.indexOf('');
  const allowed = end < 0 ? words : words.slice(0, end);
  if (allowed.some((name) => congestion.find(name) === 0)) return -ERRNO.ENOENT;
  for (const { kdata, name } of congestion.cold.list) {
    const rest = congestion.flagsOf(kdata) & ~CA_FLAG.NON_RESTRICTED;
    congestion.setFlags(kdata, allowed.includes(name) ? rest | CA_FLAG.NON_RESTRICTED : rest);
  }
  return 0;
}
