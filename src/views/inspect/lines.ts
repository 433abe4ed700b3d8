/*
 * A struct as lines of C, each with the place that it speaks of; holes and padding are lines too. Both the C view and
 * the tree draw these.
 */
import type { LayoutRow } from '../../engine/index.ts';
import { type Flipped, openness, type Part, partOf, rowKey } from '../struct/fields.ts';
import { plural } from '../words.ts';

const CACHE_LINE = 64;

export interface TypeLine {
  readonly kind: 'head' | 'field' | 'close' | 'gap' | 'tail';
  /** unique among the lines */
  readonly key: string;
  readonly depth: number;
  /** bytes; -1 on lines that only close */
  readonly offset: number;
  readonly size: number;
  /** the C text: what stands before the name, the name, what stands after it */
  readonly text: readonly [before: string, name: string, after: string];
  /** number of the cache line that begins here or was begun unseen; null: the one before goes on */
  readonly cacheLine: number | null;
  /** of fields and gaps */
  readonly part: Part | null;
  /** a struct inside: whether its members follow; null: it is none */
  readonly opens: 'open' | 'closed' | null;
  /** names the row for `flipped` */
  readonly row: string;
}

export interface TypeText {
  /** `struct`, `union` */
  readonly word: string;
  readonly name: string;
  readonly rows: readonly LayoutRow[];
  /** bytes */
  readonly size: number;
  readonly flipped: Flipped;
}

/** C text around a name: `u32 (*ssthresh)(struct sock *)`, `char name[16]`. */
function declared(type: string, name: string): [before: string, name: string, after: string] {
  const pointer = type.indexOf('(*');
  const bracket = type.indexOf('[');
  if (pointer >= 0) return [type.slice(0, pointer + 2), name, type.slice(pointer + 2)];
  if (bracket >= 0) return [`${type.slice(0, bracket).trimEnd()} `, name, type.slice(bracket)];
  return [type.endsWith('*') ? type : `${type} `, name, ''];
}

function gapWords({ kind, size, bitSize }: LayoutRow): string {
  return `${kind}, ${bitSize > 0 ? plural(bitSize, 'bit') : plural(size, 'byte')}`;
}

const plainLine = { offset: -1, size: 0, cacheLine: null, part: null, opens: null, row: '' } as const;

export function typeLines({ word, name, rows, size, flipped }: TypeText): TypeLine[] {
  const head: TypeLine = {
    ...plainLine,
    kind: 'head',
    key: 'head',
    depth: 0,
    offset: 0,
    size,
    text: [`${word} `, name, ' {'],
  };
  const lines: TypeLine[] = [head];
  /** structs that stand open, outermost first */
  const open: LayoutRow[] = [];
  let closedAt = Number.POSITIVE_INFINITY;
  let shownLine = 0;
  const close = (depth: number): void => {
    for (let row = open.at(-1); row && row.depth >= depth; row = open.at(-1)) {
      open.pop();
      const tail = row.name === '' ? '' : ' ';
      lines.push({
        ...plainLine,
        kind: 'close',
        key: `close.${rowKey(row)}`,
        depth: row.depth + 1,
        text: [`}${tail}`, row.name, `${declared(row.type, '')[2]};`],
      });
    }
  };
  rows.forEach((row, i) => {
    if (row.depth > closedAt) return;
    closedAt = Number.POSITIVE_INFINITY;
    close(row.depth);
    const opens = openness(rows, i, flipped);
    if (opens === 'closed') closedAt = row.depth;
    const at = Math.floor(row.offset / CACHE_LINE);
    const cacheLine = at > shownLine ? at : null;
    shownLine = Math.max(shownLine, at);
    lines.push({
      kind: row.kind === 'field' ? 'field' : 'gap',
      key: `${row.kind}.${rowKey(row)}.${row.bit}`,
      depth: row.depth + 1,
      offset: row.offset,
      size: row.size,
      text: row.kind === 'field' ? fieldText(row, opens) : ['', gapWords(row), ''],
      cacheLine,
      part: partOf(row),
      opens,
      row: rowKey(row),
    });
    if (opens === 'open') open.push(row);
  });
  close(0);
  return [...lines, { ...plainLine, kind: 'tail', key: 'tail', depth: 0, text: ['};', '', `  size ${size}`] }];
}

function fieldText(row: LayoutRow, opens: TypeLine['opens']): [string, string, string] {
  // a nameless struct has its body where its name would be
  const type = row.type.replace(/ ?\{\.\.\.\}/, '');
  if (opens === 'open') return [declared(type, '')[0].trimEnd(), '', ' {'];
  const [before, name, after] = declared(type, row.name);
  return [before, name, `${after}${row.bitSize > 0 ? `:${row.bitSize}` : ''};`];
}

/** Whether a field holds the address of data: of what a function pointer leads to there is nothing to see. */
export const isDataPointer = ({ kind, type, size, bitSize }: Part): boolean =>
  kind === 'field' && bitSize === 0 && size === 8 && type.trim().endsWith('*') && !type.includes('(*');
