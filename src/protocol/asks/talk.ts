/* Snapshots of the machine at some events, for the pictures of a talk. The cursor does not move. */
import type { MapSnapshot, SocketSnapshot } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface TalkRequest {
  /** event numbers, in order */
  readonly events: readonly number[];
}

/** The parts of a map and a socket that a stage draws; otherwise texts and programs would be sent a hundred times. */
export type DrawnMap = Pick<MapSnapshot, 'letter' | 'name' | 'ccName' | 'state' | 'inGrace' | 'refcnt' | 'holders'>;
export type DrawnSocket = Pick<SocketSnapshot, 'id' | 'state'>;

export interface Moment {
  readonly event: number;
  /** engine time, ns */
  readonly time: number;
  readonly cold: { readonly maps: readonly DrawnMap[]; readonly sockets: readonly DrawnSocket[] };
}

export const talk = question<TalkRequest, readonly Moment[]>();
