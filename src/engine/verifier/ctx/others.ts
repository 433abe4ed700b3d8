/* Programs with small contexts of their own: xdp, tracing of raw tracepoints, syscall, kprobe, tracepoint. */
import type { Session } from '../session.ts';
import { PTR_TO_PACKET, PTR_TO_PACKET_END, PTR_TO_PACKET_META, SCALAR } from '../types.ts';
import type { CtxRules, CtxValue } from './rules.ts';

const ANY: CtxValue = { type: SCALAR };
const XDP_SIZE = 24;
const XDP_TYPES: Readonly<Record<number, number>> = {
  0: PTR_TO_PACKET,
  4: PTR_TO_PACKET_END,
  8: PTR_TO_PACKET_META,
};
const EGRESS_IFINDEX = 20;
/** BPF_XDP_DEVMAP */
const XDP_DEVMAP = 33;

export const XDP: CtxRules<Session> = {
  packetWrites: true,
  packetAccess: true,
  skbLoads: false,
  returns: () => null,
  access(env, off, size, isWrite) {
    if (isWrite || off < 0 || off >= XDP_SIZE || size !== 4 || off % 4 !== 0) return null;
    if (off === EGRESS_IFINDEX && env.program.expectedAttachType !== XDP_DEVMAP) return null;
    return XDP_TYPES[off] === undefined ? ANY : { type: XDP_TYPES[off] };
  },
};

/** Numbers only, of any size, at natural alignment. */
const plain = (
  limit: number,
  writes: boolean,
  returns: CtxRules<Session>['returns'] = () => null,
): CtxRules<Session> => ({
  packetWrites: false,
  packetAccess: false,
  skbLoads: false,
  returns,
  access: (_, off, size, isWrite) => (off < 0 || off >= limit || (isWrite && !writes) || off % size !== 0 ? null : ANY),
});

export const RAW_TRACEPOINT = plain(96, false);
export const SYSCALL = plain(65_535, true);
/** struct pt_regs of x86-64: whole registers only, inside the struct */
export const KPROBE: CtxRules<Session> = {
  ...plain(168, false),
  access: (_, off, size, isWrite) =>
    off < 0 || off >= 168 || isWrite || off % size !== 0 || off + size > 168 ? null : ANY,
};
export const TRACEPOINT: CtxRules<Session> = {
  ...plain(8192, false),
  // the first word is the kernel's own
  access: (_, off, size, isWrite) => (off < 8 || off >= 8192 || isWrite || off % size !== 0 ? null : ANY),
};
