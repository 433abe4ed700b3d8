/* Checks the texts of a break while the user types. */
import type { Break } from '../../engine/index.ts';
import { question } from './ask.ts';

/** `line`: the break is on a line of a program, so that registers may be used. */
export interface ConditionRequest {
  readonly spec: Break | null;
  readonly when: string;
  readonly print: string;
}

/** null when the texts are valid; otherwise what is wrong, and where. */
export interface ConditionReply {
  readonly problem: string | null;
}

export const condition = question<ConditionRequest, ConditionReply>();
