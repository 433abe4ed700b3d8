/* Drop-tail, counted in packets (net/sched/sch_fifo.c). */
import type { Memory } from '../../vm/memory.ts';
import { PacketCursor, type Packet } from '../packet.ts';
import { cursorClass, packed, type Cursor } from '../record.ts';
import type { Qdisc, QdiscConfig, QdiscKind } from './qdisc.ts';

const STATE = packed({ head: 'u32', tail: 'u32', length: 'u32' });
const StateCursor = cursorClass(STATE.layout);

class Pfifo implements Qdisc {
  private readonly state: Cursor<keyof typeof STATE.layout>;
  private readonly packet: Packet;

  constructor(
    private readonly memory: Memory,
    private readonly config: QdiscConfig,
  ) {
    this.state = new StateCursor(memory);
    this.state.at = memory.alloc('net', STATE.size);
    this.packet = new PacketCursor(memory);
  }

  get length(): number {
    return this.state.length;
  }

  enqueue(address: number): boolean {
    const { state, packet } = this;
    if (state.length >= this.config.queuePackets) return false;
    packet.at = address;
    packet.next = 0;
    if (state.tail === 0) state.head = address;
    else {
      packet.at = state.tail;
      packet.next = address;
    }
    state.tail = address;
    state.length++;
    return true;
  }

  peek(): number {
    return this.state.head;
  }

  dequeue(): void {
    const { state, packet } = this;
    packet.at = state.head;
    state.head = packet.next;
    if (state.head === 0) state.tail = 0;
    state.length--;
  }

  each(visit: (packet: Packet, index: number) => void): void {
    const cursor = new PacketCursor(this.memory);
    let index = 0;
    for (cursor.at = this.state.head; cursor.at !== 0; cursor.at = cursor.next) visit(cursor, index++);
  }
}

export const pfifo: QdiscKind = { kind: 'pfifo', make: (memory, config) => new Pfifo(memory, config) };
