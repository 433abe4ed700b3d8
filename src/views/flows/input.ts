/* What the flow views draw. */
import type { ColdSnapshot, History } from '../../engine/index.ts';
import type { Domain } from '../time-axis.ts';

export interface SeriesInput {
  readonly cold: ColdSnapshot;
  readonly history: History;
  /** the cursor, ns */
  readonly time: number;
  /** what the width shows, ns */
  readonly domain: Domain;
  /** connection whose states, threshold and marks are drawn; null: the only one, or none */
  readonly focus: number | null;
}
