/*
 * Shared by the functions of this folder: the memory, the clock, the wire, and cursors on the structs of the current
 * event. One event concerns one socket; `enter` moves the cursors to it. Nothing here is state: plain fields are
 * scratch of one event.
 */
import { jiffiesAt } from '../net/clock.ts';
import type { Dumbbell } from '../net/dumbbell.ts';
import type { EventKind, EventQueue } from '../net/event-queue.ts';
import type { Packet } from '../net/packet.ts';
import { PacketCursor } from '../net/packet.ts';
import type { Cursor } from '../net/record.ts';
import { cursorClass, packed } from '../net/record.ts';
import { Slab, type Memory } from '../vm/memory.ts';
import type { Text } from '../vm/text.ts';
import type { CongestionControls } from './cc/cong.ts';
import { ENDPOINT_BYTES, EndpointCursor, type Endpoint } from './socket/endpoint.ts';
import type { AckSampleField, RateSampleField, TcpOffsets, TcpSockField } from './socket/offsets.ts';
import { SKB_BYTES, SkbCursor, type Skb } from './sender/skb.ts';
import type { KernelObjects } from './socket/kernel-objects.ts';

export type TcpSock = Cursor<TcpSockField>;
type RateSample = Cursor<RateSampleField>;
type AckSample = Cursor<AckSampleField>;

/** A run of bytes received above a hole; `truesize` is what it costs the receive buffer. */
const RANGE = packed({ next: 'u32', start: 'u32', end: 'u32', truesize: 'u32' });
type Range = Cursor<keyof typeof RANGE.layout>;
const RangeCursor = cursorClass(RANGE.layout);

/** Observer callbacks; absent ones cost nothing. `sk` is the tcp_sock's address. */
export interface TcpObserver {
  /** an ACK or data segment reached a socket, before it is processed (tracepoint tcp_probe) */
  readonly onProbe?: (sk: number, ep: number) => void;
  /** cwnd, ssthresh or the congestion state changed since the last call */
  readonly onWindow?: (sk: number, ep: number) => void;
  readonly onDrop?: (ep: number, seq: number) => void;
  /** a tcp_sock was created or destroyed, or changed its TCP state */
  readonly onState?: (ep: number, state: number) => void;
  /** a tcp_sock is about to be freed */
  readonly onGone?: (sk: number) => void;
  /** a condition that Linux would warn about */
  readonly onWarning?: (sk: number, text: string, title?: string) => void;
  /** just before a member is called */
  readonly onCall?: (sk: number, member: number, a: number, b: number) => void;
}

/** Scratch of the processing of one ACK (tcp_sacktag_state, and locals of tcp_ack). */
interface AckScratch {
  flag: number;
  /** send times of the first and last newly SACKed packet, us; 0: none */
  firstSackt: number;
  lastSackt: number;
  /** lowest start of a packet that shows reordering */
  reord: number;
  sackDelivered: number;
  rexmit: number;
}

export const REXMIT = { NONE: 0, LOST: 1, NEW: 2 } as const;

/** Word offsets of the members within an ops struct. */
interface OpsSlots {
  readonly ssthresh: number;
  readonly cong_avoid: number;
  readonly set_state: number;
  readonly cwnd_event: number;
  readonly in_ack_event: number;
  readonly pkts_acked: number;
  readonly min_tso_segs: number;
  readonly cong_control: number;
  readonly undo_cwnd: number;
  readonly sndbuf_expand: number;
  readonly init: number;
  readonly release: number;
}

interface TimerKinds {
  readonly xmit: EventKind;
  readonly delack: EventKind;
  readonly pacing: EventKind;
  readonly compress: EventKind;
  readonly timeWait: EventKind;
  readonly read: EventKind;
}

/**
 * Cursors for walks. Each belongs to the module of its name, so that a function's callees cannot move it.
 */
interface Cursors {
  /** sender/ */
  readonly clean: Skb;
  readonly highestSack: Skb;
  readonly lost: Skb;
  readonly output: Skb;
  readonly rack: Skb;
  readonly reduction: Skb;
  readonly retransmit: Skb;
  readonly retransmitHead: Skb;
  readonly sack: Skb;
  readonly sending: Skb;
  /** socket/ */
  readonly expire: Skb;
  readonly purge: Range;
  readonly syn: Skb;
  readonly timers: Skb;
  /** receiver/ */
  readonly range: Range;
  readonly range2: Range;
}

function makeCursors(memory: Memory): Cursors {
  const skb = (): Skb => new SkbCursor(memory);
  return {
    clean: skb(),
    highestSack: skb(),
    lost: skb(),
    output: skb(),
    rack: skb(),
    reduction: skb(),
    retransmit: skb(),
    retransmitHead: skb(),
    sack: skb(),
    sending: skb(),
    expire: skb(),
    purge: new RangeCursor(memory),
    syn: skb(),
    timers: skb(),
    range: new RangeCursor(memory),
    range2: new RangeCursor(memory),
  };
}

export interface Stack {
  readonly memory: Memory;
  readonly u32: Uint32Array;
  readonly events: EventQueue;
  readonly text: Text;
  readonly net: Dumbbell;
  readonly offsets: TcpOffsets;
  readonly ops: OpsSlots;
  readonly timers: TimerKinds;
  readonly observer: TcpObserver;
  readonly congestion: CongestionControls;
  /** ops of the built-in reno, which is always there */
  readonly reno: number;
  /** the current socket and its endpoint */
  readonly tp: TcpSock;
  readonly ep: Endpoint;
  readonly peer: Endpoint;
  /** the segment that arrived, and the one being built */
  readonly pkt: Packet;
  readonly out: Packet;
  readonly cursors: Cursors;
  readonly rs: RateSample;
  readonly sample: AckSample;
  readonly ack: AckScratch;
  readonly socks: Slab;
  readonly endpoints: Slab;
  readonly skbs: Slab;
  readonly ranges: Slab;
  /** kernel objects that sockets point to */
  readonly objects: KernelObjects;
  /** tcp_syn_linear_timeouts */
  readonly synLinearTimeouts: number;
  /** number of times a socket was given other ops; writes by a program itself do not count */
  readonly opsChanges: { count: number; left: number };
}

export type StackParts = Pick<
  Stack,
  | 'memory'
  | 'events'
  | 'text'
  | 'net'
  | 'offsets'
  | 'timers'
  | 'observer'
  | 'congestion'
  | 'reno'
  | 'objects'
  | 'synLinearTimeouts'
>;

export function makeStack(parts: StackParts): Stack {
  const { memory, offsets } = parts;
  const rs = new (cursorClass(offsets.rateSample.layout))(memory);
  rs.at = memory.alloc('arena', offsets.rateSample.size);
  const sample = new (cursorClass(offsets.ackSample.layout))(memory);
  sample.at = memory.alloc('arena', offsets.ackSample.size);
  const slots = Object.entries(offsets.ops).map(([member, offset]) => [member, offset >>> 2]);
  return {
    ...parts,
    u32: memory.u32,
    ops: Object.fromEntries(slots) as OpsSlots & Record<string, number>,
    tp: new (cursorClass(offsets.sock.layout))(memory),
    ep: new EndpointCursor(memory),
    peer: new EndpointCursor(memory),
    pkt: new PacketCursor(memory),
    out: new PacketCursor(memory),
    cursors: makeCursors(memory),
    rs,
    sample,
    ack: { flag: 0, firstSackt: 0, lastSackt: 0, reord: 0, sackDelivered: 0, rexmit: REXMIT.NONE },
    socks: new Slab(memory, 'arena', offsets.sock.size, 64),
    endpoints: new Slab(memory, 'net', ENDPOINT_BYTES),
    skbs: new Slab(memory, 'net', SKB_BYTES),
    ranges: new Slab(memory, 'net', RANGE.size),
    opsChanges: { count: 0, left: 0 },
  };
}

/** Moves the cursors to an endpoint and its tcp_sock. */
export function enter(s: Stack, endpoint: number): void {
  s.ep.at = endpoint;
  s.tp.at = s.ep.sk;
}

export function jiffies(s: Stack): number {
  return jiffiesAt(s.events.now);
}

/** tcp_jiffies32 */
export function jiffies32(s: Stack): number {
  return jiffiesAt(s.events.now) >>> 0;
}

/** tcp_mstamp_refresh. Zero would mean "never", so the clock starts at 1. */
export function refreshClock(s: Stack): void {
  const { now } = s.events;
  s.tp.tcp_clock_cache = now;
  s.tp.tcp_mstamp = Math.max(1, Math.floor(now / 1000));
}

/** tcp_time_stamp_ts: the clock of the timestamp option, ms. */
export function timestamp(s: Stack): number {
  return Math.floor(s.tp.tcp_mstamp / 1000) >>> 0;
}

/** tcp_packets_in_flight */
export function inFlight(tp: TcpSock): number {
  return tp.packets_out - (tp.sacked_out + tp.lost_out) + tp.retrans_out;
}
