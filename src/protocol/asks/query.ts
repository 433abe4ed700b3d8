/* A question over the whole run, an expression watched over it, or the difference of two of its times. */
import type { Command, DiffAnswer, LoggedCommand, QueryAnswer, WatchAnswer } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface QueryRequest {
  /** as typed: `who took`, `tcp:cwnd { … }`, `watch EXPRESSION`, `diff 1s 2s` */
  readonly text: string;
  /** the run is done again up to here, ns */
  readonly until: number;
  /** another branch; the two are compared at `until` */
  readonly other?: OtherBranch;
}

/** What was done on a branch of the same scenario on the same kernel, from its beginning. */
export interface OtherBranch {
  readonly texts: Readonly<Record<string, string>>;
  /** programs are loaded without being verified */
  readonly unverified: boolean;
  /** what it began with, where it was taken from elsewhere */
  readonly begin: readonly LoggedCommand[];
  readonly acts: readonly BranchAct[];
}

export type BranchAct =
  | { readonly time: number; readonly command: Command }
  /** a text that was loaded and registered under the next letter */
  | { readonly time: number; readonly name: string; readonly text: string };

export type QueryReply =
  | { readonly kind: 'answer'; readonly answer: QueryAnswer }
  | { readonly kind: 'watch'; readonly watch: WatchAnswer }
  | { readonly kind: 'diff'; readonly diff: DiffAnswer }
  /** where the text is wrong (characters from its start), and what would be right */
  | { readonly kind: 'wrong'; readonly at: number; readonly problem: string; readonly expected: string };

export const query = question<QueryRequest, QueryReply>();
