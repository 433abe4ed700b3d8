/* A question over the whole run, an expression watched over it, or the difference of two of its times. */
import type { Command, DiffRow, QueryAnswer, WatchAnswer } from '../../engine/index.ts';
import { question } from './ask.ts';

export interface QueryRequest {
  /** as typed: `who took`, `tcp:cwnd { … }`, `watch EXPRESSION`, `diff 1s 2s` */
  readonly text: string;
  /** the run is done again up to here, ns */
  readonly until: number;
  /** another branch: what was done on it; the two are compared at `until` */
  readonly other?: readonly { readonly time: number; readonly command: Command }[];
}

export type QueryReply =
  | { readonly kind: 'answer'; readonly answer: QueryAnswer }
  | { readonly kind: 'watch'; readonly watch: WatchAnswer }
  | { readonly kind: 'diff'; readonly rows: readonly DiffRow[] }
  /** where the text is wrong (characters from its start), and what would be right */
  | { readonly kind: 'wrong'; readonly at: number; readonly problem: string; readonly expected: string };

export const query = question<QueryRequest, QueryReply>();
