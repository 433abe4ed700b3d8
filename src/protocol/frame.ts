/*
 * Encodes a HotSnapshot as one Float64Array, so that a frame is a single transfer. The layout is a header, then a row
 * per flow, then a row per packet; the field tables below are the only description of it.
 */
import type { FlowNumbers, HotSnapshot, PacketNumbers } from '../engine/index.ts';

const HEADER = ['time', 'event', 'nextEventTime', 'queueLength', 'drops', 'executedInsns', 'packetsSent'] as const;
const FLOW = [
  'socket',
  'cwnd',
  'ssthresh',
  'srttUs',
  'inflight',
  'delivered',
  'lost',
  'caState',
  'pacingRate',
] as const satisfies readonly (keyof FlowNumbers)[];
const PACKET = ['socket', 'stage', 'at', 'retransmission'] as const satisfies readonly (keyof PacketNumbers)[];

export function encodeFrame(hot: HotSnapshot): Float64Array {
  const out = new Float64Array(HEADER.length + 2 + hot.flows.length * FLOW.length + hot.packets.length * PACKET.length);
  let at = 0;
  for (const field of HEADER) out[at++] = hot[field];
  out[at++] = hot.flows.length;
  out[at++] = hot.packets.length;
  for (const flow of hot.flows) for (const field of FLOW) out[at++] = flow[field];
  for (const packet of hot.packets) for (const field of PACKET) out[at++] = packet[field];
  return out;
}

export function decodeFrame(numbers: Float64Array): HotSnapshot {
  let at = 0;
  const row = <K extends string>(fields: readonly K[]): Record<K, number> => {
    const entry = {} as Record<K, number>;
    for (const field of fields) entry[field] = numbers[at++] ?? 0;
    return entry;
  };
  const header = row(HEADER);
  const flows = numbers[at++] ?? 0;
  const packets = numbers[at++] ?? 0;
  return {
    ...header,
    flows: Array.from({ length: flows }, () => row(FLOW)),
    packets: Array.from({ length: packets }, () => row(PACKET)),
  };
}

/** Reads only the time, ns. */
export const timeOf = (numbers: Float64Array): number => numbers[HEADER.indexOf('time')] ?? 0;
