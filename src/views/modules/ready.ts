import type { MapSnapshot } from '../../engine/index.ts';
import { counts } from '../words.ts';

/** READY's three situations: loaded; registered by a link; detached, but still used. */
export type ReadySituation = 'loaded' | 'linked' | 'detached';
export function readySituation({ holders }: Pick<MapSnapshot, 'holders'>): ReadySituation {
  if (holders.some(({ kind }) => kind === 'link')) return 'linked';
  return holders.some(({ kind }) => counts(kind)) ? 'detached' : 'loaded';
}
