/* What Tab offers at the end of a line of the console. */
import { question } from './ask.ts';

export interface CompleteRequest {
  readonly text: string;
}

/** `from`: where the completed word begins; `shared`: what all words begin with. */
export interface Completed {
  readonly from: number;
  readonly words: readonly string[];
  readonly shared: string;
}

export const complete = question<CompleteRequest, Completed>();
