/* Context rules by program type. */
import type { Session } from '../session.ts';
import { KPROBE, RAW_TRACEPOINT, SYSCALL, TRACEPOINT, XDP } from './others.ts';
import type { CtxRules } from './rules.ts';
import { CGROUP_SKB, SCHED_CLS, SOCKET_FILTER } from './skb.ts';
import { STRUCT_OPS } from './struct-ops.ts';

const TABLE: Readonly<Record<string, CtxRules<Session>>> = {
  struct_ops: STRUCT_OPS,
  socket_filter: SOCKET_FILTER,
  sched_cls: SCHED_CLS,
  sched_act: SCHED_CLS,
  cgroup_skb: CGROUP_SKB,
  xdp: XDP,
  raw_tracepoint: RAW_TRACEPOINT,
  raw_tp: RAW_TRACEPOINT,
  kprobe: KPROBE,
  tracepoint: TRACEPOINT,
  syscall: SYSCALL,
};

/** Rules of a program type; null for a type that is not supported. */
export const rulesOf = (type: string): CtxRules<Session> | null => (Object.hasOwn(TABLE, type) ? TABLE[type] : null);
