/* Verdict on the text in the editor. */
import type { VerifiedProgram } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface VerifyRequest {
  /** the text's name: a newer question about it replaces an unanswered one */
  readonly name: string;
  readonly text: string;
  /** includes the log and the states before each visit; otherwise only the verdict */
  readonly detail: boolean;
}

/** The answer is null when the text does not assemble, or implements no struct. */
export const verify = question<VerifyRequest, readonly VerifiedProgram[] | null>();
