/* Contents of a map at the cursor, and its creator's declaration tags. */
import type { DeclarationTag, MapElement } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface MapRequest {
  /** the map's id in the kernel */
  readonly id: number;
  /** the page's present event; contents are asked for again when it changes */
  readonly event: number;
}

/** Contents; fields are null when the map is gone. */
export interface MapContents {
  /** the first elements; for a ring buffer its unread records */
  readonly elements: readonly MapElement[] | null;
  readonly tags: readonly DeclarationTag[] | null;
}

export const map = question<MapRequest, MapContents>();
