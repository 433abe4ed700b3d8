/* Measures what each connection of the run achieves up to a time. */
import type { Measured } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface MeasureRequest {
  /** engine time, ns */
  readonly until: number;
}

export const measure = question<MeasureRequest, Measured>();
