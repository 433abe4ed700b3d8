/* Completion of a console line. */
import { question } from './ask.ts';

export interface CompleteRequest {
  readonly text: string;
}

/** `from`: start of the completed word; `shared`: longest common prefix of all words. */
export interface Completed {
  readonly from: number;
  readonly words: readonly string[];
  readonly shared: string;
}

export const complete = question<CompleteRequest, Completed>();
