/* Whether the texts of a break can be read, asked while they are typed. */
import type { Break } from '../../engine/index.ts';
import { question } from './ask.ts';

/** `line`: it is of a line of a program, where there are registers. */
export interface ConditionRequest {
  readonly spec: Break | null;
  readonly when: string;
  readonly print: string;
}

/** null: they can; else what is wrong, and where. */
export interface ConditionReply {
  readonly problem: string | null;
}

export const condition = question<ConditionRequest, ConditionReply>();
