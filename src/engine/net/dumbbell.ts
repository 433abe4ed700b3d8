/*
 * The wire: every sender feeds one bottleneck (a token bucket over a drop-tail queue counted in packets, as
 * `tbf rate R burst 3028` over `pfifo limit N`), then a propagation delay to the receivers. The return path only
 * delays. Packets are stored in the memory.
 */
import { Prng } from '../base/prng.ts';
import { Slab, type Memory } from '../vm/memory.ts';
import { DelayLine } from './delay-line.ts';
import type { EventKind, EventQueue } from './event-queue.ts';
import { PACKET_BYTES, PacketCursor, type Packet } from './packet.ts';
import { QDISCS } from './qdisc/list.ts';
import type { Qdisc, QdiscConfig } from './qdisc/qdisc.ts';
import { cursorClass, packed, type Cursor } from './record.ts';

export interface PathConfig extends QdiscConfig {
  /** bottleneck rate, bits a second */
  readonly rateBps: number;
  /** propagation delay of one direction, nanoseconds */
  readonly delayNs: number;
  /** the part of `delayNs` that lies before the bottleneck, nanoseconds; the rest lies after it */
  readonly accessNs?: number;
  /** random loss at the entry of the bottleneck, parts per million */
  readonly lossPpm?: number;
}

/** Burst of the token bucket in bytes: two full frames, as on the recorded links. */
const BURST_BYTES = 3028;

const STATE = packed({
  drops: 'u32',
  sent: 'u32',
  watching: 'u32',
  prng: 'u64',
  /** tokens saved, in nanoseconds at line rate, and the time at which they were counted */
  tokens: 'f64',
  counted: 'f64',
});
type State = Cursor<keyof typeof STATE.layout>;
const StateCursor = cursorClass(STATE.layout);

/** Stages of a packet's path, for drawing. */
const STAGE = { ACCESS: 0, QUEUE: 1, FORWARD: 2, REVERSE: 3 } as const;
export type Stage = (typeof STAGE)[keyof typeof STAGE];

export interface WireEnds {
  /** a packet reached its endpoint; it is freed after the call */
  arrived(packet: Packet): void;
  /** a packet found the queue full, or was lost at random; it is freed after the call */
  dropped(packet: Packet): void;
}

export class Dumbbell {
  private readonly state: State;
  private readonly slab: Slab;
  /** the packet that the current call is about */
  private readonly packet: Packet;
  private readonly qdisc: Qdisc;
  /** a separate cursor, because sending from within `arrived` moves the others */
  private readonly delivered: Packet;
  private readonly prng: Prng;
  private readonly drain: EventKind;
  /** null: senders stand at the bottleneck */
  private readonly access: DelayLine | null;
  private readonly forward: DelayLine;
  private readonly reverse: DelayLine;
  private readonly bucketNs: number;

  constructor(
    memory: Memory,
    private readonly events: EventQueue,
    readonly path: PathConfig,
    seed: number,
    private readonly ends: WireEnds,
  ) {
    this.state = new StateCursor(memory);
    this.state.at = memory.alloc('net', STATE.size);
    this.slab = new Slab(memory, 'net', PACKET_BYTES);
    this.packet = new PacketCursor(memory);
    this.qdisc = QDISCS[0].make(memory, path);
    this.delivered = new PacketCursor(memory);
    this.prng = new Prng({ words: memory.u32, index: (this.state.at + STATE.layout.prng.offset) >>> 2 });
    this.prng.seed(seed);
    this.bucketNs = this.serialization(BURST_BYTES);
    this.state.tokens = this.bucketNs;
    this.drain = events.define('bottleneck', () => {
      this.state.watching = 0;
      this.runQueue();
    });
    const { delayNs, accessNs = 0 } = path;
    const deliver = (address: number): void => this.deliver(address);
    const enter = (address: number): void => this.enterQueue(address);
    this.access = accessNs > 0 ? new DelayLine(memory, events, 'data reaches the queue', accessNs, enter) : null;
    this.forward = new DelayLine(memory, events, 'data arrives', delayNs - accessNs, deliver);
    this.reverse = new DelayLine(memory, events, 'ack arrives', delayNs, deliver);
  }

  /** Takes a zeroed packet. */
  alloc(): number {
    return this.slab.alloc();
  }

  /** Packets that wait in the bottleneck. */
  get queueLength(): number {
    return this.qdisc.length;
  }

  get drops(): number {
    return this.state.drops;
  }

  /** Packets that have left the bottleneck. */
  get sent(): number {
    return this.state.sent;
  }

  /** A random u32 from the machine's generator. */
  random(): number {
    return this.prng.u32();
  }

  /** Towards the receivers. */
  sendForward(address: number): void {
    if (this.access) this.access.send(address);
    else this.enterQueue(address);
  }

  /** Towards the senders: delay only. */
  sendReverse(address: number): void {
    this.reverse.send(address);
  }

  /** Enqueues, and sends what the tokens allow. */
  private enterQueue(address: number): void {
    const { state, packet } = this;
    packet.at = address;
    const { lossPpm = 0 } = this.path;
    const isLost = lossPpm > 0 && this.prng.below(1_000_000) < lossPpm;
    if (isLost || !this.qdisc.enqueue(address)) {
      state.drops++;
      this.ends.dropped(packet);
      this.slab.free(address);
      return;
    }
    if (state.watching === 0) this.runQueue();
  }

  /** Every packet under way. `at`: 0 to 1 along a line, or the index from the queue's head. */
  each(visit: (packet: Packet, stage: Stage, at: number) => void): void {
    this.access?.each((packet, at) => visit(packet, STAGE.ACCESS, at));
    this.qdisc.each((packet, index) => visit(packet, STAGE.QUEUE, index));
    this.forward.each((packet, at) => visit(packet, STAGE.FORWARD, at));
    this.reverse.each((packet, at) => visit(packet, STAGE.REVERSE, at));
  }

  /** Serialisation time on the bottleneck's wire, whole ns (psched_l2t_ns). */
  private serialization(bytes: number): number {
    return Math.floor((bytes * 8e9) / this.path.rateBps);
  }

  /** tbf_dequeue, for as long as there are tokens. */
  private runQueue(): void {
    const { state, packet, events, qdisc } = this;
    const { now } = events;
    for (let address = qdisc.peek(); address !== 0; address = qdisc.peek()) {
      packet.at = address;
      const saved = Math.min(state.tokens + now - state.counted, this.bucketNs);
      const left = saved - this.serialization(packet.wire);
      if (left < 0) {
        state.watching = 1;
        events.schedule(now - left, this.drain);
        return;
      }
      state.tokens = left;
      state.counted = now;
      qdisc.dequeue();
      state.sent++;
      this.forward.send(address);
    }
  }

  private deliver(address: number): void {
    this.delivered.at = address;
    this.ends.arrived(this.delivered);
    this.slab.free(address);
  }
}
