/*
 * Helpers that act on a socket (net/ipv4/bpf_tcp_ca.c, net/core/filter.c): options, and an immediate ACK. Options that
 * a kernel does not let programs set give EINVAL.
 */
import { ERRNO } from '../../base/errno.ts';
import type { KernelFunction, KernelFunctions } from '../../vm/functions.ts';
import { CA_NAME_MAX } from '../cc/cong.ts';
import { PACING, TCP_STATE } from './constants.ts';
import { sendAck } from '../sender/output.ts';
import { setUnlimitedRate } from '../sender/pacing.ts';
import { changeCa } from './sock.ts';
import { NUMBER_OPTIONS } from './number-options.ts';
import { enter, type Stack } from '../stack.ts';

const SOL_SOCKET = 1;
const SOL_TCP = 6;
const SO_MAX_PACING_RATE = 47;
const TCP_CONGESTION = 13;
const TCP_BPF_IW = 1001;
const TCP_BPF_SNDCWND_CLAMP = 1002;
const UNLIMITED = 0xffff_ffff;

/** bpf_chg_cc_inprogress: init() of a congestion control may not change it again */
interface Changing {
  active: boolean;
}

function setCongestion(s: Stack, changing: Changing, name: string): number {
  const { tp, congestion } = s;
  if (name === '') return -ERRNO.EINVAL;
  // cdg allocates memory that nobody would free, so it is refused before any other check
  if (name === 'cdg') return -ERRNO.ENOTSUPP;
  if (changing.active) return -ERRNO.EBUSY;
  const ops = congestion.find(name);
  if (ops === 0) return -ERRNO.ENOENT;
  if (ops === tp.icsk_ca_ops) return 0;
  const holder = s.ep.passive === 0 ? s.ep.id : -s.ep.id;
  if (!congestion.get(ops, 'socket', holder)) return -ERRNO.EBUSY;
  changing.active = true;
  try {
    changeCa(s, ops);
  } finally {
    changing.active = false;
  }
  return 0;
}

/** SO_MAX_PACING_RATE, bytes a second; all ones: no limit. */
function setMaxPacingRate(s: Stack, rate: number): number {
  const { tp } = s;
  const { sk_max_pacing_rate: max } = s.offsets.sock.layout;
  if (rate === UNLIMITED) {
    setUnlimitedRate(s, max.offset);
    return 0;
  }
  if (tp.sk_pacing_status === PACING.NONE) tp.sk_pacing_status = PACING.NEEDED;
  tp.sk_max_pacing_rate = rate;
  tp.sk_pacing_rate = Math.min(tp.sk_pacing_rate, rate);
  return 0;
}

function setNumber(s: Stack, level: number, option: number, value: number): number {
  const { tp } = s;
  if (level === SOL_SOCKET && option === SO_MAX_PACING_RATE) return setMaxPacingRate(s, value);
  const known = NUMBER_OPTIONS.find((one) => one.level === level && one.option === option);
  if (known) return known.set(tp, value | 0);
  if (level !== SOL_TCP) return -ERRNO.EINVAL;
  if (option === TCP_BPF_IW) {
    if ((value | 0) <= 0 || tp.data_segs_out > 0) return -ERRNO.EINVAL;
    tp.snd_cwnd = value;
    return 0;
  }
  if (option !== TCP_BPF_SNDCWND_CLAMP) return -ERRNO.EINVAL;
  if ((value | 0) <= 0) return -ERRNO.EINVAL;
  tp.snd_cwnd_clamp = value;
  tp.snd_ssthresh = value;
  return 0;
}

function textAt({ memory: { u8 } }: Stack, at: number, most: number): string {
  const bytes = u8.subarray(at, at + most);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? most : end));
}

type Args = [sk: number, level: number, option: number, value: number, length: number];

function setOption(s: Stack, changing: Changing, ...[, level, option, value, length]: Args): number {
  if (!s.memory.isReadable(value >>> 0, length >>> 0)) return -ERRNO.EFAULT;
  if (level === SOL_TCP && option === TCP_CONGESTION) {
    if (length < 2) return -ERRNO.EINVAL;
    return setCongestion(s, changing, textAt(s, value, Math.min(length, CA_NAME_MAX - 1)));
  }
  if (length !== 4 || value % 4 !== 0) return -ERRNO.EINVAL;
  return setNumber(s, level, option, s.u32[value >>> 2]);
}

function getOption(s: Stack, ...[, level, option, value, length]: Args): number {
  if (!s.memory.inArena(value >>> 0, length >>> 0)) return -ERRNO.EFAULT;
  const { u8 } = s.memory;
  u8.fill(0, value, value + length);
  if (level === SOL_TCP && option === TCP_CONGESTION) {
    if (length < 2) return -ERRNO.EINVAL;
    const name = s.congestion.nameOf(s.tp.icsk_ca_ops);
    for (let i = 0; i < Math.min(name.length, length - 1); i++) u8[value + i] = name.charCodeAt(i);
    return 0;
  }
  if (length !== 4 || value % 4 !== 0) return -ERRNO.EINVAL;
  const known = NUMBER_OPTIONS.find((one) => one.level === level && one.option === option);
  if (known?.get) {
    s.u32[value >>> 2] = known.get(s.tp);
    return 0;
  }
  if (level !== SOL_SOCKET || option !== SO_MAX_PACING_RATE) return -ERRNO.EINVAL;
  s.u32[value >>> 2] = Math.min(s.tp.sk_max_pacing_rate, UNLIMITED);
  return 0;
}

/** Runs on the socket that a program passes, which need not be the current event's. */
function onSocket(s: Stack, sk: number, run: () => number): number {
  const { tp, ep, peer } = s;
  const from = ep.at;
  if (!s.memory.inArena(sk >>> 0, s.offsets.sock.size)) return -ERRNO.EINVAL;
  tp.at = sk;
  peer.at = tp.sk_socket;
  const isSocket = peer.at !== 0 && peer.sk === sk;
  if (isSocket) enter(s, peer.at);
  const ret = isSocket ? run() : -ERRNO.EINVAL;
  enter(s, from);
  return ret;
}

export function registerSocketHelpers(s: Stack, functions: KernelFunctions): void {
  const changing: Changing = { active: false };
  const helper = (id: number, name: string, args: KernelFunction['args'], run: (...args: Args) => number): void => {
    const call = (...words: number[]): number => {
      const ret = onSocket(s, words[0], () => run(...(words as Args)));
      functions.highWord = ret < 0 ? -1 : 0;
      return ret >>> 0;
    };
    functions.register({ name, kind: 'helper', id, args, ret: 'u64', call });
  };
  const option: KernelFunction['args'] = ['ptr', 'u32', 'u32', 'ptr', 'u32'];
  helper(49, 'bpf_setsockopt', option, (...args) => setOption(s, changing, ...args));
  helper(57, 'bpf_getsockopt', option, (...args) => getOption(s, ...args));
  helper(116, 'bpf_tcp_send_ack', ['ptr', 'u32'], (_sk, rcvNxt) => {
    const { tp } = s;
    if (tp.skc_state === TCP_STATE.CLOSE || tp.skc_state === TCP_STATE.LISTEN) return 0;
    // __tcp_send_ack: acknowledges the sequence number that the program gives
    const next = tp.rcv_nxt;
    tp.rcv_nxt = rcvNxt;
    sendAck(s);
    tp.rcv_nxt = next;
    return 0;
  });
}
