/*
 * References as a ledger: who took each, when, by which call, and when it was given back. Every count on the page is
 * the sum of such rows.
 */
import type { History, Holder, MapSnapshot, RefChange } from '../../engine/index.ts';
import { counts, holderName } from '../words.ts';

export interface LedgerRow {
  readonly key: string;
  readonly event: number;
  /** ns */
  readonly time: number;
  readonly who: string;
  readonly change: 1 | -1;
  /** number of references after this row: the sum of all rows so far */
  readonly sum: number;
  /** the system call that did it, as strace prints it; null: the stack, between calls */
  readonly by: string | null;
  /** taken, and not given back at the cursor */
  readonly open: boolean;
  readonly future: boolean;
}

export interface Keeper {
  readonly who: string;
  readonly event: number;
}

export interface Ledger {
  readonly rows: readonly LedgerRow[];
  /** sum of the rows up to the cursor */
  readonly sum: number;
  /** fds and pins, which keep the map object but are not counted */
  readonly keepers: readonly Keeper[];
}

const callOf = ({ calls }: History, { call, event }: RefChange): string | null => {
  const found = calls.find(({ n }) => n === call);
  return found && found.event === event ? `#${found.n} ${found.text}` : null;
};

const same = (a: Pick<RefChange, 'kind' | 'id'>, b: Pick<Holder, 'kind' | 'id'>): boolean =>
  a.kind === b.kind && a.id === b.id;

export function ledgerOf(map: MapSnapshot, history: History, event: number): Ledger {
  let sum = 0;
  const changes = history.refs.filter((ref) => ref.map === map.letter);
  const rows = changes.map((ref, i): LedgerRow => {
    const change = ref.gained ? 1 : -1;
    sum += change;
    const future = ref.event > event;
    const closed = changes.some((later, k) => k > i && later.event <= event && !later.gained && same(later, ref));
    return {
      key: `${i}`,
      event: ref.event,
      time: ref.time,
      who: holderName(ref),
      change,
      sum,
      by: callOf(history, ref),
      open: ref.gained && !future && !closed,
      future,
    };
  });
  const keepers = map.holders
    .filter(({ kind }) => !counts(kind))
    .map((holder) => ({ who: holderName(holder), event: holder.event }));
  return { rows, sum: rows.findLast((row) => !row.future)?.sum ?? 0, keepers };
}
