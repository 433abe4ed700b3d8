import { cursorClass, packed, type Cursor } from './record.ts';

/** TCP header bits of a packet, and marks of this simulator. */
export const PACKET = {
  SYN: 1,
  FIN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  /** sent before: for drawing */
  RETRANSMISSION: 32,
} as const;

/** At most this many SACK blocks fit beside the timestamp option. */
export const MAX_SACK_BLOCKS = 3;

const FIELDS = packed({
  /** next packet of the queue or line it is in */
  next: 'u32',
  /** address of the endpoint that it goes to, and of the one that it comes from */
  to: 'u32',
  from: 'u32',
  flags: 'u32',
  seq: 'u32',
  /** seq + payload + 1 for SYN or FIN */
  end_seq: 'u32',
  ack_seq: 'u32',
  /** as the header has it: not yet shifted by the window scale */
  window: 'u32',
  tsval: 'u32',
  tsecr: 'u32',
  /** bytes that the bottleneck counts */
  wire: 'u32',
  num_sacks: 'u32',
  sack0: 'u32',
  sack0_end: 'u32',
  sack1: 'u32',
  sack1_end: 'u32',
  sack2: 'u32',
  sack2_end: 'u32',
  /** engine time at which it leaves the line it is in */
  due: 'f64',
});

type PacketField = keyof typeof FIELDS.layout;
export type Packet = Cursor<PacketField>;
export const PACKET_BYTES = FIELDS.size;
export const PACKET_SACKS = FIELDS.layout.sack0.offset;
export const PacketCursor = cursorClass(FIELDS.layout);
