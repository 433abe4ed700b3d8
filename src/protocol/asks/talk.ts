/* Snapshots of the machine at some events, for the pictures of a talk. The cursor does not move. */
import type { ColdSnapshot } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface TalkRequest {
  /** event numbers, in order */
  readonly events: readonly number[];
}

export interface Moment {
  readonly event: number;
  /** engine time, ns */
  readonly time: number;
  readonly cold: ColdSnapshot;
}

export const talk = question<TalkRequest, readonly Moment[]>();
