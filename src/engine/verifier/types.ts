/*
 * What a register or a stack slot can hold (enum bpf_reg_type, bpf_type_flag) and the immutable value that describes it.
 * A type is a base number with flag bits above it, as in the kernel, whose rules test them together.
 */
import type { Btf } from '../btf/btf.ts';
import { Bounds, UNKNOWN, ZERO } from './bounds.ts';
import type { VerifierMap } from './environment.ts';

export const NOT_INIT = 0;
export const SCALAR = 1;
export const PTR_TO_CTX = 2;
export const CONST_PTR_TO_MAP = 3;
export const PTR_TO_MAP_VALUE = 4;
export const PTR_TO_MAP_KEY = 5;
export const PTR_TO_STACK = 6;
export const PTR_TO_PACKET_META = 7;
export const PTR_TO_PACKET = 8;
export const PTR_TO_PACKET_END = 9;
export const PTR_TO_FLOW_KEYS = 10;
export const PTR_TO_SOCKET = 11;
export const PTR_TO_SOCK_COMMON = 12;
export const PTR_TO_TCP_SOCK = 13;
export const PTR_TO_TP_BUFFER = 14;
export const PTR_TO_XDP_SOCK = 15;
export const PTR_TO_BTF_ID = 16;
export const PTR_TO_MEM = 17;
export const PTR_TO_ARENA = 18;
export const PTR_TO_BUF = 19;
export const PTR_TO_FUNC = 20;
export const CONST_PTR_TO_DYNPTR = 21;

export const BASE_MASK = 0xff;
export const MAYBE_NULL = 1 << 8;
export const MEM_RDONLY = 1 << 9;
export const MEM_RINGBUF = 1 << 10;
export const MEM_USER = 1 << 11;
export const MEM_PERCPU = 1 << 12;
export const PTR_UNTRUSTED = 1 << 13;
export const MEM_ALLOC = 1 << 14;
export const PTR_TRUSTED = 1 << 15;
export const MEM_RCU = 1 << 16;
export const NON_OWN_REF = 1 << 17;
/** memory that is a slice of a dynptr, by the dynptr's kind */
export const OF_DYNPTR: Readonly<Record<string, number>> = {
  local: 1 << 18,
  ringbuf: 1 << 19,
  skb: 1 << 20,
  xdp: 1 << 21,
};
export const OF_ANY_DYNPTR = 15 << 18;
const OF_PACKET = OF_DYNPTR.skb | OF_DYNPTR.xdp;

export const baseType = (type: number): number => type & BASE_MASK;

const BASE_NAMES = [
  '?',
  'scalar',
  'ctx',
  'map_ptr',
  'map_value',
  'map_key',
  'fp',
  'pkt_meta',
  'pkt',
  'pkt_end',
  'flow_keys',
  'sock',
  'sock_common',
  'tcp_sock',
  'tp_buffer',
  'xdp_sock',
  'ptr_',
  'mem',
  'arena',
  'buf',
  'func',
  'dynptr_ptr',
];

const PREFIXES: readonly (readonly [number, string])[] = [
  [MEM_RDONLY, 'rdonly_'],
  [MEM_RINGBUF, 'ringbuf_'],
  [MEM_USER, 'user_'],
  [MEM_PERCPU, 'percpu_'],
  [MEM_RCU, 'rcu_'],
  [PTR_UNTRUSTED, 'untrusted_'],
  [PTR_TRUSTED, 'trusted_'],
];

/** reg_type_str */
export function typeText(type: number): string {
  const base = baseType(type);
  const prefix = PREFIXES.map(([flag, text]) => (type & flag ? text : '')).join('');
  const nullable = type & MAYBE_NULL ? (base === PTR_TO_BTF_ID ? 'or_null_' : '_or_null') : '';
  return prefix + BASE_NAMES[base] + nullable;
}

/** Details of a dynptr or an iterator in a stack slot. */
export interface SlotObject {
  readonly kind: string;
  readonly first: boolean;
  /** iterators: active or drained, and how often next was called */
  readonly active: boolean;
  readonly depth: number;
}

/** The value in a register: never changed once made, so that states share it. */
export class Val {
  constructor(
    readonly type: number,
    /** fixed offset of a pointer, or the delta of a linked scalar */
    readonly off: number,
    readonly b: Bounds,
    /** without ADD_CONST */
    readonly id: number,
    readonly refObjId: number,
    /** packet range; memory size */
    readonly range: number,
    /** frame of a stack pointer; subprogram of a function */
    readonly frame: number,
    readonly map: VerifierMap | null,
    readonly btf: Btf | null,
    readonly btfId: number,
    /** the id is that of a linked scalar plus `off` (BPF_ADD_CONST) */
    readonly addConst: boolean,
    readonly object: SlotObject | null,
    /** distinguishes map pointers of inner maps; of memory: the id of the dynptr that it lies in */
    readonly uid: number,
  ) {}
}

export const NO_VALUE = new Val(NOT_INIT, 0, ZERO, 0, 0, 0, 0, null, null, 0, false, null, 0);

export const scalar = (b: Bounds, id = 0): Val => new Val(SCALAR, 0, b, id, 0, 0, 0, null, null, 0, false, null, 0);
export const UNKNOWN_SCALAR = scalar(UNKNOWN);
export const ZERO_SCALAR = scalar(ZERO);

export type Changes = Partial<{
  -readonly [K in keyof Val]: Val[K];
}>;

export function derive(v: Val, c: Changes): Val {
  return new Val(
    c.type ?? v.type,
    c.off ?? v.off,
    c.b ?? v.b,
    c.id ?? v.id,
    c.refObjId ?? v.refObjId,
    c.range ?? v.range,
    c.frame ?? v.frame,
    c.map === undefined ? v.map : c.map,
    c.btf === undefined ? v.btf : c.btf,
    c.btfId ?? v.btfId,
    c.addConst ?? v.addConst,
    c.object === undefined ? v.object : c.object,
    c.uid ?? v.uid,
  );
}

/** A pointer with a known offset of 0. */
export const pointer = (type: number, changes: Changes = {}): Val => derive(NO_VALUE, { type, b: ZERO, ...changes });

export const isConstScalar = (v: Val): boolean => v.type === SCALAR && v.b.m === 0n;
/** register_is_null */
export const isNull = (v: Val): boolean => v.type === SCALAR && v.b.m === 0n && v.b.v === 0n;

export const isPacket = (type: number): boolean => {
  const base = type & BASE_MASK;
  return base === PTR_TO_PACKET || base === PTR_TO_PACKET_META;
};
export const isPacketAny = (type: number): boolean => isPacket(type) || (type & BASE_MASK) === PTR_TO_PACKET_END;
/** reg_is_dynptr_slice_pkt */
export const isPacketSlice = (type: number): boolean => (type & BASE_MASK) === PTR_TO_MEM && (type & OF_PACKET) !== 0;
/** type_is_ptr_alloc_obj: an object that the program has allocated */
export const isAllocated = (type: number): boolean =>
  (type & BASE_MASK) === PTR_TO_BTF_ID && (type & MEM_ALLOC) !== 0 && (type & PTR_UNTRUSTED) === 0;
/** type_is_non_owning_ref */
export const isBorrowed = (type: number): boolean => isAllocated(type) && (type & NON_OWN_REF) !== 0;

/** type_is_sk_pointer */
export const isSocketType = (type: number): boolean =>
  type === PTR_TO_SOCKET || type === PTR_TO_SOCK_COMMON || type === PTR_TO_TCP_SOCK || type === PTR_TO_XDP_SOCK;

const SPILLABLE = new Set([
  PTR_TO_MAP_VALUE,
  PTR_TO_STACK,
  PTR_TO_CTX,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_PACKET_END,
  PTR_TO_FLOW_KEYS,
  CONST_PTR_TO_MAP,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_MEM,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_ARENA,
]);
/** is_spillable_regtype */
export const isSpillable = (type: number): boolean => SPILLABLE.has(type & BASE_MASK);

const TRUSTED_FLAGS = MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF;
/** is_trusted_reg */
export function isTrusted(v: Val): boolean {
  if (v.refObjId) return true;
  const flags = v.type & ~BASE_MASK;
  // the kernel takes socket kinds and map pointers as trusted through reg2btf_ids
  if (isSocketType(v.type) || v.type === CONST_PTR_TO_MAP) return true;
  return (flags & TRUSTED_FLAGS) !== 0 && (flags & ~TRUSTED_FLAGS) === 0;
}
/** is_rcu_reg */
export const isRcu = (v: Pick<Val, 'type'>): boolean => (v.type & MEM_RCU) !== 0;

const NEVER_NULL = new Set([
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_MAP_VALUE,
  PTR_TO_MAP_KEY,
  PTR_TO_SOCK_COMMON,
  PTR_TO_XDP_SOCK,
  CONST_PTR_TO_MAP,
  PTR_TO_MEM,
  PTR_TO_BUF,
]);
/** reg_not_null */
export function isNotNull(v: Val): boolean {
  if (v.type & MAYBE_NULL) return false;
  const base = v.type & BASE_MASK;
  return NEVER_NULL.has(base) || (base === PTR_TO_BTF_ID && isTrusted(v));
}

/** 32-bit scalar fits: the bits of the largest value. */
export function bitsOf(b: Bounds): number {
  const high = Number(b.umax >> 32n);
  return high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(BigInt.asUintN(32, b.umax)));
}
