/* Programs whose context is struct __sk_buff (bpf_skb_is_valid_access and the additions of each type). */
import type { Session } from '../session.ts';
import {
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  MAYBE_NULL,
  SCALAR,
} from '../types.ts';
import type { CtxRules, CtxValue } from './rules.ts';

const SIZE = 192;
const MARK = 8;
const QUEUE_MAPPING = 12;
const PRIORITY = 32;
const TC_INDEX = 44;
const CB = 48;
const CB_END = 68;
const TC_CLASSID = 72;
const DATA = 76;
const DATA_END = 80;
const FAMILY = 88;
const LOCAL_PORT_END = 140;
const DATA_META = 140;
const FLOW_KEYS = 144;
const TSTAMP = 152;
const WIRE_LEN = 160;
const SK = 168;
const TSTAMP_TYPE = 180;
const HWTSTAMP = 184;

const within = (off: number, from: number, to: number): boolean => off >= from && off < to;
const ANY: CtxValue = { type: SCALAR };

/** Rules that all such programs share; null when the access is not allowed. */
function common(off: number, size: number, isWrite: boolean): CtxValue | null {
  if (off < 0 || off >= SIZE || off % size !== 0) return null;
  if (within(off, CB, CB_END)) return off + size <= CB_END ? ANY : null;
  const isAddress = within(off, 92, 132);
  if (within(off, DATA, DATA_END + 4) || within(off, DATA_META, DATA_META + 4) || isAddress)
    return size === 4 ? ANY : null;
  if (within(off, FLOW_KEYS, TSTAMP)) return null;
  if (within(off, TSTAMP, WIRE_LEN)) return size === 8 && off === TSTAMP ? ANY : null;
  if (within(off, HWTSTAMP, SIZE)) return !isWrite && size === 8 ? ANY : null;
  if (within(off, TSTAMP_TYPE, HWTSTAMP)) return null;
  if (within(off, SK, SK + 8)) return !isWrite && size === 8 ? { type: PTR_TO_SOCK_COMMON | MAYBE_NULL } : null;
  if (isWrite) return size === 4 ? ANY : null;
  return size <= 4 ? ANY : null;
}

const packetField = (off: number): CtxValue | null =>
  off === DATA
    ? { type: PTR_TO_PACKET }
    : off === DATA_META
      ? { type: PTR_TO_PACKET_META }
      : off === DATA_END
        ? { type: PTR_TO_PACKET_END }
        : null;

const isSocketField = (off: number): boolean => within(off, FAMILY, LOCAL_PORT_END);

export const SOCKET_FILTER: CtxRules<Session> = {
  packetWrites: false,
  packetAccess: false,
  skbLoads: true,
  returns: () => null,
  access(_, off, size, isWrite) {
    const hidden =
      within(off, TC_CLASSID, TC_CLASSID + 4) ||
      within(off, DATA, DATA_END + 4) ||
      within(off, FAMILY, DATA_META + 4) ||
      within(off, TSTAMP, WIRE_LEN + 4) ||
      within(off, HWTSTAMP, SIZE);
    if (hidden || (isWrite && !within(off, CB, CB_END))) return null;
    return common(off, size, isWrite);
  },
};

const TC_WRITES: readonly (readonly [number, number])[] = [
  [MARK, 12],
  [TC_INDEX, 48],
  [PRIORITY, 36],
  [TC_CLASSID, 76],
  [CB, CB_END],
  [TSTAMP, 160],
  [QUEUE_MAPPING, 16],
];

export const SCHED_CLS: CtxRules<Session> = {
  packetWrites: true,
  packetAccess: true,
  skbLoads: true,
  returns: () => null,
  access(_, off, size, isWrite) {
    if (isWrite && !TC_WRITES.some(([from, to]) => within(off, from, to))) return null;
    if (isSocketField(off)) return null;
    if (off === TSTAMP_TYPE) return size === 1 && !isWrite ? ANY : null;
    const base = common(off, size, isWrite);
    return base && (packetField(off) ?? base);
  },
};

const CGROUP_WRITES: readonly (readonly [number, number])[] = [
  [MARK, 12],
  [PRIORITY, 36],
  [CB, CB_END],
  [TSTAMP, 160],
];
/** enum bpf_attach_type */
const CGROUP_INET_EGRESS = 1;

export const CGROUP_SKB: CtxRules<Session> = {
  packetWrites: false,
  packetAccess: true,
  skbLoads: true,
  returns: (env) => (env.program.expectedAttachType === CGROUP_INET_EGRESS ? [0, 3] : [0, 1]),
  access(_, off, size, isWrite) {
    if (
      within(off, TC_CLASSID, TC_CLASSID + 4) ||
      within(off, DATA_META, DATA_META + 4) ||
      within(off, WIRE_LEN, WIRE_LEN + 4)
    )
      return null;
    if (isWrite && !CGROUP_WRITES.some(([from, to]) => within(off, from, to))) return null;
    const base = common(off, size, isWrite);
    return base && (off === DATA || off === DATA_END ? packetField(off) : base);
  },
};
