/* What a map holds at the cursor, and what its creator noted of it. */
import type { DeclarationTag, MapElement } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface MapRequest {
  /** the map's id in the kernel */
  readonly id: number;
  /** the event at which the page stands: contents are asked again when it is another */
  readonly event: number;
}

/** Null where the map is gone. */
export interface MapContents {
  /** the first of them; of a ring buffer what nobody read */
  readonly elements: readonly MapElement[] | null;
  readonly tags: readonly DeclarationTag[] | null;
}

export const map = question<MapRequest, MapContents>();
