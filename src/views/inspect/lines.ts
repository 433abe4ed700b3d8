/*
 * Makes lines of C from a struct, each with its place in the struct; holes and padding are lines too. The C view and
 * the tree both draw them.
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
  /** bytes; -1 for closing lines */
  readonly offset: number;
  readonly size: number;
  /** the C text: before the name, the name, after the name */
  readonly text: readonly [before: string, name: string, after: string];
  /** number of the cache line that begins here, or began in hidden lines; null: the previous one continues */
  readonly cacheLine: number | null;
  /** the field or gap of the line; null for other lines */
  readonly part: Part | null;
  /** whether a struct's members follow; null for lines without a struct */
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
  /** open structs, outermost first */
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
  // an anonymous struct has its body in place of its name
  const type = row.type.replace(/ ?\{\.\.\.\}/, '');
  if (opens === 'open') return [declared(type, '')[0].trimEnd(), '', ' {'];
  const [before, name, after] = declared(type, row.name);
  return [before, name, `${after}${row.bitSize > 0 ? `:${row.bitSize}` : ''};`];
}

/** Whether a field is a pointer to data; a function pointer's target cannot be shown. */
export const isDataPointer = ({ kind, type, size, bitSize }: Part): boolean =>
  kind === 'field' && bitSize === 0 && size === 8 && type.trim().endsWith('*') && !type.includes('(*');
