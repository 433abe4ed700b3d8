/* Describes where a program was stopped. */
import type { CpuSnapshot } from '../engine/index.ts';
import { timeText } from './words.ts';

/** Descriptions of events by the names of their handlers. */
const CAUSE: ReadonlyMap<string, string> = new Map([
  ['ack arrives', 'an ACK'],
  ['data arrives', 'a data packet'],
  ['data reaches the queue', 'a packet that reaches the queue'],
  ['bottleneck', 'a packet that leaves the queue'],
  ['tcp_write_timer', 'the retransmission timer'],
  ['tcp_delack_timer', 'the delayed ACK timer'],
  ['tcp_pace_kick', 'the pacing timer'],
  ['tcp_compressed_ack_kick', 'the compressed ACK timer'],
  ['tw_timer', 'the TIME_WAIT timer'],
  ['server reads', 'a server that reads'],
  ['scenario', 'a step of the scenario'],
]);

/** `cong_avoid of connection 4, map B, an ACK at 1005.3 ms`; `time`: engine ns. */
export function stopWords({ member, socket, map, cause }: CpuSnapshot, time: number): string {
  const who = socket > 0 ? ` of connection ${socket}` : '';
  const whose = map === null ? '' : `, map ${map}`;
  return `${member}${who}${whose}, ${CAUSE.get(cause) ?? `the command ${cause}`} at ${timeText(time)}`;
}
