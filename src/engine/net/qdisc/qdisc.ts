/* What a queue discipline is to the link that it stands before (struct Qdisc_ops). Packets are addresses in the memory. */
import type { Memory } from '../../vm/memory.ts';
import type { Packet } from '../packet.ts';

export interface Qdisc {
  /** packets that wait */
  readonly length: number;
  /** Takes a packet; false: it is dropped, and stays the caller's. */
  enqueue(address: number): boolean;
  /** The packet that leaves next, which stays; 0: none waits. */
  peek(): number;
  /** Takes out what `peek` named. */
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
