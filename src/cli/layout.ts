/* A struct's layout as text, in pahole's manner: a line a member with its offset and size, gaps and cache lines between. */
import { type Btf, CACHE_LINE, type Layout, type LayoutRow, type LayoutSummary } from '../engine/index.ts';

const DECLARATION_WIDTH = 44;

/** Lines end with a newline; `layout` is of the struct's own members. */
export function formatLayout(btf: Btf, layout: Layout): string {
  const kind = btf.type(layout.id)?.kind === 'UNION' ? 'union' : 'struct';
  const lines = [`${kind} ${layout.name} {`];
  let line = 0;
  for (const row of layout.rows) {
    if (row.cacheLine > line) lines.push(cacheLineText(row));
    line = Math.max(line, row.cacheLine);
    lines.push(row.kind === 'field' ? memberText(btf, row) : `\t/* ${gapText(row)} */`);
  }
  return [...lines, '', ...summaryLines(layout.summary), '};', ''].join('\n');
}

function cacheLineText({ cacheLine, offset }: LayoutRow): string {
  const past = offset - cacheLine * CACHE_LINE;
  const where = `boundary (${cacheLine * CACHE_LINE} bytes)`;
  return `\t/* --- cacheline ${cacheLine} ${where}${past > 0 ? ` was ${past} bytes ago` : ''} --- */`;
}

function memberText(btf: Btf, { name, typeId, offset, size, bit, bitSize }: LayoutRow): string {
  const text = `${btf.declare(typeId, name)}${bitSize > 0 ? `:${bitSize}` : ''};`;
  const place = bitSize > 0 ? `${offset}:${bit}` : `${offset}`;
  return `\t${text.padEnd(DECLARATION_WIDTH)} /* ${place.padStart(6)} ${String(size).padStart(5)} */`;
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
