/* What the verifier says of a text as it stands in the editor. */
import type { VerifiedProgram } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface VerifyRequest {
  /** the text's name: a newer question about it takes the place of one that is not answered yet */
  readonly name: string;
  readonly text: string;
  /** with the log, and the states before each visit; without, the verdict alone */
  readonly detail: boolean;
}

/** Answered by null where the text does not assemble, or is no struct_ops text. */
export const verify = question<VerifyRequest, readonly VerifiedProgram[] | null>();
