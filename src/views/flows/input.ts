/* What the flow views draw. */
import type { ColdSnapshot, History } from '../../engine/index.ts';
import type { Domain } from '../time-axis.ts';

export interface SeriesInput {
  readonly cold: ColdSnapshot;
  readonly history: History;
  /** the cursor, ns */
  readonly time: number;
  /** time range shown, ns */
  readonly domain: Domain;
  /** connection whose states, threshold and marks are drawn; null: the only one if there is just one */
  readonly focus: number | null;
}
