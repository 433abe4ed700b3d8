/* What each connection of the run gets up to a time. */
import type { Measured } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface MeasureRequest {
  /** engine time, ns */
  readonly until: number;
}

export const measure = question<MeasureRequest, Measured>();
