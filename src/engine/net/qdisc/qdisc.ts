/* The interface between a queue discipline and its link (struct Qdisc_ops). Packets are addresses in the memory. */
import type { Memory } from '../../vm/memory.ts';
import type { Packet } from '../packet.ts';

export interface Qdisc {
  /** packets that wait */
  readonly length: number;
  /** Adds a packet; returns false when it is dropped: the caller then still owns it. */
  enqueue(address: number): boolean;
  /** The next packet, without removing it; 0 when none waits. */
  peek(): number;
  /** Removes the packet that `peek` returned. */
  dequeue(): void;
  /** Every packet that waits, in the order in which they leave. */
  each(visit: (packet: Packet, index: number) => void): void;
}

export interface QdiscConfig {
  /** packets that fit */
  readonly queuePackets: number;
}

export interface QdiscKind {
  /** as tc names it */
  readonly kind: string;
  readonly make: (memory: Memory, config: QdiscConfig) => Qdisc;
}
