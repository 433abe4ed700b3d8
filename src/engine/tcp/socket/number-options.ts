/*
 * Socket options of one number that programs may set and read (sol_socket_sockopt, sol_tcp_sockopt, sol_ip_sockopt of
 * net/core/filter.c). Fields hold what the kernel would store; the stack uses those that it models.
 */
import { ERRNO } from '../../base/errno.ts';
import type { TcpSock } from '../stack.ts';

const SOL_IP = 0;
const SOL_SOCKET = 1;
const SOL_TCP = 6;
/** net.core.wmem_max, net.core.rmem_max */
const BUFFER_MAX = 212_992;
const SOCK_MIN_SNDBUF = 4608;
const SOCK_MIN_RCVBUF = 2304;
/** SOCK_SNDBUF_LOCK, SOCK_RCVBUF_LOCK of sk_userlocks */
const LOCK = { SNDBUF: 1, RCVBUF: 2 } as const;
const MIN_MSS = 88;
const MAX_WINDOW = 32767;
/** MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL (seconds), MAX_TCP_KEEPCNT, MAX_TCP_SYNCNT */
const MOST = { KEEP_SECONDS: 32767, KEEP_PROBES: 127, SYN_RETRIES: 127 } as const;
/** jiffies a second */
const HZ = 250;

interface NumberOption {
  readonly level: number;
  readonly option: number;
  /** 0, or a negative errno */
  readonly set: (tp: TcpSock, value: number) => number;
  /** absent when the option can only be set */
  readonly get?: (tp: TcpSock) => number;
}

type Field = Exclude<keyof TcpSock, 'at'>;

/** An option stored unchanged if it lies between two bounds. */
const plain = (
  level: number,
  option: number,
  field: Field,
  least = -0x8000_0000,
  most = 0x7fff_ffff,
): NumberOption => ({
  level,
  option,
  set(tp, value) {
    if (value < least || value > most) return -ERRNO.EINVAL;
    tp[field] = value;
    return 0;
  },
  get: (tp) => tp[field],
});

/** An option given in seconds and stored in jiffies. */
const seconds = (option: number, field: Field): NumberOption => ({
  level: SOL_TCP,
  option,
  set(tp, value) {
    if (value < 1 || value > MOST.KEEP_SECONDS) return -ERRNO.EINVAL;
    tp[field] = value * HZ;
    return 0;
  },
  get: (tp) => Math.floor(tp[field] / HZ),
});

const flag = (option: number, field: Field): NumberOption => ({
  level: SOL_TCP,
  option,
  set(tp, value) {
    if (value < 0 || value > 1) return -ERRNO.EINVAL;
    tp[field] = value;
    return 0;
  },
  get: (tp) => tp[field],
});

/** TCP_NAGLE_OFF, TCP_NAGLE_PUSH */
const NAGLE = { OFF: 1, PUSH: 4 } as const;

export const NUMBER_OPTIONS: readonly NumberOption[] = [
  {
    level: SOL_SOCKET,
    option: 2,
    set(tp, value) {
      tp.skc_reuse = value === 0 ? 0 : 1;
      return 0;
    },
    get: (tp) => tp.skc_reuse,
  },
  {
    level: SOL_SOCKET,
    option: 7,
    set(tp, value) {
      tp.sk_userlocks |= LOCK.SNDBUF;
      tp.sk_sndbuf = Math.max(Math.min(value >>> 0, BUFFER_MAX) * 2, SOCK_MIN_SNDBUF);
      return 0;
    },
    get: (tp) => tp.sk_sndbuf,
  },
  {
    level: SOL_SOCKET,
    option: 8,
    set(tp, value) {
      tp.sk_userlocks |= LOCK.RCVBUF;
      tp.sk_rcvbuf = Math.max(Math.min(value >>> 0, BUFFER_MAX) * 2, SOCK_MIN_RCVBUF);
      return 0;
    },
    get: (tp) => tp.sk_rcvbuf,
  },
  // keepalive: this stack sends none
  { level: SOL_SOCKET, option: 9, set: () => 0, get: () => 0 },
  plain(SOL_SOCKET, 12, 'sk_priority'),
  {
    level: SOL_SOCKET,
    option: 18,
    set(tp, value) {
      tp.sk_rcvlowat = value < 0 ? 0x7fff_ffff : value || 1;
      return 0;
    },
    get: (tp) => tp.sk_rcvlowat,
  },
  plain(SOL_SOCKET, 36, 'sk_mark'),
  plain(SOL_SOCKET, 62, 'skc_bound_dev_if', 0),
  {
    level: SOL_TCP,
    option: 1,
    set(tp, value) {
      tp.nonagle = value === 0 ? tp.nonagle & ~NAGLE.OFF : tp.nonagle | NAGLE.OFF | NAGLE.PUSH;
      return 0;
    },
    get: (tp) => ((tp.nonagle & NAGLE.OFF) === 0 ? 0 : 1),
  },
  {
    level: SOL_TCP,
    option: 2,
    set(tp, value) {
      if (value !== 0 && (value < MIN_MSS || value > MAX_WINDOW)) return -ERRNO.EINVAL;
      tp.user_mss = value;
      return 0;
    },
    get: (tp) => tp.mss_cache,
  },
  seconds(4, 'keepalive_time'),
  seconds(5, 'keepalive_intvl'),
  plain(SOL_TCP, 6, 'keepalive_probes', 1, MOST.KEEP_PROBES),
  plain(SOL_TCP, 7, 'icsk_syn_retries', 1, MOST.SYN_RETRIES),
  {
    level: SOL_TCP,
    option: 10,
    set(tp, value) {
      if (value === 0) return -ERRNO.EINVAL;
      tp.window_clamp = Math.max(value, SOCK_MIN_RCVBUF / 2);
      return 0;
    },
    get: (tp) => tp.window_clamp,
  },
  flag(16, 'thin_lto'),
  plain(SOL_TCP, 18, 'icsk_user_timeout', 0),
  plain(SOL_TCP, 25, 'notsent_lowat'),
  plain(SOL_TCP, 27, 'save_syn', 0, 2),
  {
    level: SOL_IP,
    option: 1,
    set(tp, value) {
      // the stack owns the two ECN bits
      tp.tos = (value & 0xfc) | (tp.tos & 3);
      return 0;
    },
    get: (tp) => tp.tos,
  },
];
