/*
 * A wire that only delays (`netem delay`). Packets arrive in the order in which they were sent, so they form a list,
 * and only the first one needs an event.
 */
import type { Memory } from '../vm/memory.ts';
import type { EventKind, EventQueue } from './event-queue.ts';
import { type Packet, PacketCursor } from './packet.ts';
import { cursorClass, packed, type Cursor } from './record.ts';

const STATE = packed({ head: 'u32', tail: 'u32' });
const StateCursor = cursorClass(STATE.layout);

export class DelayLine {
  private readonly state: Cursor<keyof typeof STATE.layout>;
  private readonly packet: Packet;
  private readonly other: Packet;
  private readonly kind: EventKind;

  /** Constructed at boot only. `arrived` takes over ownership of the packet. */
  constructor(
    private readonly memory: Memory,
    private readonly events: EventQueue,
    name: string,
    /** integer nanoseconds */
    private readonly delayNs: number,
    arrived: (address: number) => void,
  ) {
    this.state = new StateCursor(memory);
    this.state.at = memory.alloc('net', STATE.size);
    this.packet = new PacketCursor(memory);
    this.other = new PacketCursor(memory);
    this.kind = events.define(name, () => arrived(this.take()));
  }

  send(address: number): void {
    const { state, packet } = this;
    packet.at = address;
    packet.due = this.events.now + this.delayNs;
    packet.next = 0;
    if (state.tail === 0) {
      state.head = address;
      this.events.schedule(packet.due, this.kind);
    } else {
      this.other.at = state.tail;
      this.other.next = address;
    }
    state.tail = address;
  }

  /** `at`: 0 to 1 along the line. */
  each(visit: (packet: Packet, at: number) => void): void {
    const { events, delayNs } = this;
    const cursor = new PacketCursor(this.memory);
    for (cursor.at = this.state.head; cursor.at !== 0; cursor.at = cursor.next) {
      visit(cursor, delayNs === 0 ? 1 : 1 - (cursor.due - events.now) / delayNs);
    }
  }

  private take(): number {
    const { state, packet } = this;
    const address = state.head;
    packet.at = address;
    state.head = packet.next;
    if (packet.next === 0) state.tail = 0;
    else {
      this.other.at = packet.next;
      this.events.schedule(this.other.due, this.kind);
    }
    return address;
  }
}
