/* A query over the whole run, an expression watched over it, or the difference of two of its times. */
import type { Command, DiffAnswer, LoggedCommand, QueryAnswer, WatchAnswer } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface QueryRequest {
  /** as typed: `who took`, `tcp:cwnd { … }`, `watch EXPRESSION`, `diff 1s 2s` */
  readonly text: string;
  /** end of the repeated run, ns */
  readonly until: number;
  /** another branch; the two are compared at `until` */
  readonly other?: OtherBranch;
}

/** Commands of a branch of the same scenario on the same kernel, from the beginning. */
export interface OtherBranch {
  readonly texts: Readonly<Record<string, string>>;
  /** programs are loaded without being verified */
  readonly unverified: boolean;
  /** commands with which it began, if it was opened from a link or file */
  readonly begin: readonly LoggedCommand[];
  readonly acts: readonly BranchAct[];
}

export type BranchAct =
  | { readonly time: number; readonly command: Command }
  /** a text that was loaded under the next letter and registered */
  | { readonly time: number; readonly name: string; readonly text: string };

export type QueryReply =
  | { readonly kind: 'answer'; readonly answer: QueryAnswer }
  | { readonly kind: 'watch'; readonly watch: WatchAnswer }
  | { readonly kind: 'diff'; readonly diff: DiffAnswer }
  /** an error: its place (characters from the start), and what was expected there */
  | { readonly kind: 'wrong'; readonly at: number; readonly problem: string; readonly expected: string };

export const query = question<QueryRequest, QueryReply>();
