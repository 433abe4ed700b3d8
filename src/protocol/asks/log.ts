/* Commands given to the run besides its scenario's steps: enough to bring another lab to the same state. */
import type { LoggedCommand } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface LogRequest {
  /** the page's present event; the question is asked again when it changes */
  readonly event: number;
}

export interface LogAnswer {
  readonly commands: readonly LoggedCommand[];
  /** hash of the whole machine at the cursor */
  readonly hash: number;
}

export const log = question<LogRequest, LogAnswer>();
