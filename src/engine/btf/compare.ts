/* One type in two kernels: which members moved, changed their size, came or went. */
import type { Layout, LayoutRow } from './layout.ts';

export type LayoutChange = 'same' | 'moved' | 'resized' | 'added' | 'removed';

export interface ComparedRow {
  readonly path: string;
  readonly change: LayoutChange;
  /** null where this kernel has no such member */
  readonly before: LayoutRow | null;
  readonly after: LayoutRow | null;
}

/** Members with a name, in the order of the second layout; a member that it lacks keeps its predecessor of the first. */
export function compareLayouts(before: Layout, after: Layout): readonly ComparedRow[] {
  const old = byPath(before);
  const current = byPath(after);
  const removed = removedBehind(old, current);
  const rows: ComparedRow[] = [...(removed.get('') ?? [])];
  for (const [path, row] of current) {
    const was = old.get(path) ?? null;
    rows.push({ path, change: changeOf(was, row), before: was, after: row }, ...(removed.get(path) ?? []));
  }
  return rows;
}

type Rows = ReadonlyMap<string, LayoutRow>;

/**
 * Members that only the first layout has, keyed by the last common path before them; the empty path when there is none.
 */
function removedBehind(old: Rows, current: Rows): Map<string, ComparedRow[]> {
  const removed = new Map<string, ComparedRow[]>();
  let anchor = '';
  for (const [path, row] of old) {
    if (current.has(path)) anchor = path;
    else removed.set(anchor, [...(removed.get(anchor) ?? []), { path, change: 'removed', before: row, after: null }]);
  }
  return removed;
}

function byPath({ rows }: Layout): Rows {
  return new Map(rows.filter((row) => row.kind === 'field' && row.name !== '').map((row) => [row.path, row]));
}

function changeOf(before: LayoutRow | null, after: LayoutRow): LayoutChange {
  if (before === null) return 'added';
  if (before.size !== after.size || before.bitSize !== after.bitSize) return 'resized';
  return before.offset === after.offset && before.bit === after.bit ? 'same' : 'moved';
}
