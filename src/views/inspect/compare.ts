/* Compares one type in two kernels, side by side, with a summary sentence. */
import type { ComparedRow, Layout, LayoutChange, LayoutRow } from '../../engine/index.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { group, mono, rect, text, ui } from '../shapes.ts';
import { fitText } from '../text-metrics.ts';

export interface CompareInput {
  readonly name: string;
  /** kernels, older first */
  readonly before: string;
  readonly after: string;
  readonly rows: readonly ComparedRow[];
  readonly lit: string | null;
  readonly scroll: number;
}

export type ChangeCounts = Readonly<Record<LayoutChange, number>>;

export function countChanges(rows: readonly ComparedRow[]): ChangeCounts {
  const counts = { same: 0, moved: 0, resized: 0, added: 0, removed: 0 };
  for (const { change } of rows) counts[change]++;
  return counts;
}

const have = (count: number, what: string): string => `${count} ${what}`;

/** Sentence about changed fields: of the relevant ones if known, and of all. */
export function compareWords(
  rows: readonly ComparedRow[],
  kernels: { readonly before: string; readonly after: string },
  interest: { readonly paths: readonly string[]; readonly what: string } | null,
): { readonly lead: string; readonly rest: string } {
  const counts = countChanges(rows);
  const both = counts.same + counts.moved + counts.resized;
  const of = `between ${kernels.before} and ${kernels.after}`;
  const rest = `Of all: ${have(both, 'in both')}, ${have(counts.moved, 'moved')}, ${have(counts.resized, 'resized')}, ${have(counts.added, 'added')}, ${have(counts.removed, 'removed')}.`;
  const wanted = new Set(interest?.paths);
  const known = rows.filter(({ path, change }) => wanted.has(path) && change !== 'added' && change !== 'removed');
  if (interest && known.length > 0) {
    const moved = known.filter(({ before, after }) => before?.offset !== after?.offset || before?.bit !== after?.bit);
    return { lead: `${moved.length} of ${known.length} fields ${interest.what} moved ${of}.`, rest };
  }
  if (counts.moved + counts.resized + counts.added + counts.removed === 0)
    return { lead: `Nothing moved ${of}: all ${both} fields are where they were.`, rest: '' };
  return { lead: `${counts.moved} of ${both} fields moved ${of}.`, rest };
}

/** Sentence about sizes, or about a type that only one kernel has. */
export function totalsWords(before: Layout, after: Layout): string {
  const say = ({ summary: { size, cacheLines, holes, sumHoles, padding } }: Layout): string =>
    `${size} B, ${cacheLines} cache lines, ${holes} holes of ${sumHoles} B, ${padding} B padding`;
  return `${say(before)} → ${say(after)}`;
}

const ROW = 20;
const TOP = 8;
const FONT = mono(12);
const SMALL = mono(11);
const WORDS: Readonly<Record<LayoutChange, string>> = {
  same: '',
  moved: 'moved',
  resized: 'resized',
  added: 'added',
  removed: 'removed',
};

export const compareHeight = ({ rows }: CompareInput): number => TOP * 2 + rows.length * ROW;

/** Offset and size in bytes or bits: `1448 +4`. */
const placeOf = (row: LayoutRow | null): string =>
  row === null ? '–' : row.bitSize > 0 ? `${row.offset}.${row.bit} :${row.bitSize}` : `${row.offset} +${row.size}`;

export function compareScene(input: CompareInput, size: Size): Scene {
  const first = Math.max(0, Math.floor((input.scroll - TOP) / ROW));
  const last = Math.ceil((input.scroll + size.height) / ROW);
  const marks = input.rows
    .slice(first, last)
    .map((row, i) => compareRow(row, first + i, TOP + (first + i) * ROW - input.scroll, input, size.width));
  return { ...size, label: `${input.name} in ${input.before} and ${input.after}`, layers: [], marks };
}

function compareRow(row: ComparedRow, index: number, y: number, input: CompareInput, width: number): Mark {
  const { path, change, before, after } = row;
  const id = `compare.${index}`;
  const lit = input.lit === path;
  const same = change === 'same';
  const changeEnd = width - 10;
  const afterEnd = changeEnd - 58;
  const beforeEnd = afterEnd - 84;
  const depth = Math.min((after ?? before)?.depth ?? 0, 8);
  const x = 12 + depth * 8;
  const name = path.slice(path.lastIndexOf('.') + 1);
  const children: Mark[] = [
    ...(lit ? [rect(`${id}.ground`, { x: 0, y: 0, width, height: ROW }, 0, { fill: 'selection-tint' })] : []),
    text(
      `${id}.name`,
      { x, y: 14 },
      fitText(name, beforeEnd - 84 - x, FONT),
      { ...FONT, weight: same ? 400 : 550 },
      same ? 'muted' : 'text',
      change === 'removed' ? { italic: true } : {},
    ),
    text(`${id}.before`, { x: beforeEnd, y: 14 }, placeOf(before), SMALL, 'muted', { anchor: 'end' }),
    text(`${id}.after`, { x: afterEnd, y: 14 }, placeOf(after), SMALL, same ? 'muted' : 'text', { anchor: 'end' }),
    text(`${id}.change`, { x: changeEnd, y: 14 }, WORDS[change], ui(11, 500), 'muted', { anchor: 'end' }),
  ];
  return group(id, { x: 0, y }, children, {
    label: `${path}: ${placeOf(before)} in ${input.before}, ${placeOf(after)} in ${input.after}${same ? '' : `, ${change}`}`,
    action: { command: 'select.field', args: { path } },
    hit: { x: 1, y: 0, width: width - 2, height: ROW, radius: 4 },
    focus: index,
  });
}
