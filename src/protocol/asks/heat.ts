/* How often each instruction of each program has run. */
import type { Heat } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface HeatRequest {
  /** counted from the start of the run to this engine time, ns */
  readonly time: number;
}

export interface HeatAnswer {
  readonly time: number;
  readonly heat: Heat;
}

export const heat = question<HeatRequest, HeatAnswer>();
