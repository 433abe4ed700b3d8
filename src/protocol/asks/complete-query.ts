/* Completion of a question about the run. */
import type { Completed } from './complete.ts';
import { question } from './ask.ts';

export interface CompleteQueryRequest {
  readonly text: string;
}

export const completeQuery = question<CompleteQueryRequest, Completed>();
