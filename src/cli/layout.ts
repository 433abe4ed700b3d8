/*
 * Formats a struct's layout as pahole does: a line per member with its offset and size, with gaps and cache lines
 * between.
 */
import { type Btf, CACHE_LINE, type Layout, type LayoutRow, type LayoutSummary } from '../engine/index.ts';

const DECLARATION_WIDTH = 44;
const TAB = 8;

/** Depth to which anonymous structs are expanded; named ones stay closed. */
export const LAYOUT_DEPTH = 4;

/** An open body: its indent, and its closing line. */
interface Open {
  readonly depth: number;
  readonly end: string;
}

/** Formats a layout; lines end with a newline. Anonymous structs and unions are expanded in place. */
export function formatLayout(btf: Btf, layout: Layout): string {
  const kind = btf.type(layout.id)?.kind === 'UNION' ? 'union' : 'struct';
  const lines = [`${kind} ${layout.name} {`];
  const open: Open[] = [];
  let closedAt = Infinity;
  let line = 0;
  for (const row of layout.rows) {
    if (row.depth > closedAt) continue;
    closedAt = Infinity;
    while (open.length > 0 && row.depth <= open[open.length - 1].depth) lines.push(open.pop()?.end ?? '');
    if (row.cacheLine > line) lines.push(cacheLineText(row));
    line = Math.max(line, row.cacheLine);
    const body = anonymousBody(btf, row);
    if (body) open.push({ depth: row.depth, end: declarationText(row, `}${row.name === '' ? '' : ` ${row.name}`};`) });
    else if (row.expandable) closedAt = row.depth;
    lines.push(body ? `${indentOf(row)}${body} {` : rowText(btf, row));
  }
  while (open.length > 0) lines.push(open.pop()?.end ?? '');
  return [...lines, '', ...summaryLines(layout.summary), '};', ''].join('\n');
}

/** `struct` or `union` for a member of an anonymous type; null when there is nothing to expand. */
function anonymousBody(btf: Btf, { expandable, typeId, depth }: LayoutRow): string | null {
  const type = btf.type(typeId);
  if (!expandable || depth >= LAYOUT_DEPTH || type?.name !== '') return null;
  return type.kind === 'UNION' ? 'union' : type.kind === 'STRUCT' ? 'struct' : null;
}

const indentOf = ({ depth }: LayoutRow): string => '\t'.repeat(depth + 1);

function cacheLineText({ cacheLine, offset }: LayoutRow): string {
  const past = offset - cacheLine * CACHE_LINE;
  const where = `boundary (${cacheLine * CACHE_LINE} bytes)`;
  return `\t/* --- cacheline ${cacheLine} ${where}${past > 0 ? ` was ${past} bytes ago` : ''} --- */`;
}

function rowText(btf: Btf, row: LayoutRow): string {
  if (row.kind !== 'field') return `${indentOf(row)}/* ${gapText(row)} */`;
  const bits = row.bitSize > 0 ? `:${row.bitSize}` : '';
  return declarationText(row, `${btf.declare(row.typeId, row.name)}${bits};`);
}

function declarationText(row: LayoutRow, text: string): string {
  const place = row.bitSize > 0 ? `${row.offset}:${row.bit}` : `${row.offset}`;
  const width = DECLARATION_WIDTH - row.depth * TAB;
  return `${indentOf(row)}${text.padEnd(width)} /* ${place.padStart(6)} ${String(row.size).padStart(5)} */`;
}

const amount = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

function gapText({ kind, size, bitSize }: LayoutRow): string {
  return `XXX ${bitSize > 0 ? amount(bitSize, 'bit') : amount(size, 'byte')} ${kind === 'hole' ? 'hole, try to pack' : 'of padding'}`;
}

function summaryLines(s: LayoutSummary): string[] {
  const facts = [
    `size: ${s.size}, cachelines: ${s.cacheLines}, members: ${s.members}`,
    s.holes > 0 ? `sum members: ${s.sumMembers}, holes: ${s.holes}, sum holes: ${s.sumHoles}` : '',
    s.bitHoles > 0
      ? `sum bitfield members: ${amount(s.sumBitfields, 'bit')}, bit holes: ${s.bitHoles}, sum bit holes: ${amount(s.sumBitHoles, 'bit')}`
      : '',
    s.padding > 0 ? `padding: ${s.padding}` : '',
    s.bitPadding > 0 ? `bit_padding: ${amount(s.bitPadding, 'bit')}` : '',
    s.lastCacheLine > 0 ? `last cacheline: ${amount(s.lastCacheLine, 'byte')}` : '',
  ];
  return facts.filter((fact) => fact !== '').map((fact) => `\t/* ${fact} */`);
}
