/* Draws the bitfields of one unit bit by bit, lowest first. */
import type { Mark, Scene, Size } from '../scene.ts';
import { group, line, mono, rect, text } from '../shapes.ts';
import { type Part, type StructInput, valueText } from '../struct/fields.ts';
import { fitText } from '../text-metrics.ts';

const LEFT = 12;
const CELL_TOP = 18;
const CELL = 20;
const LABEL = 15;

/** Bitfields and bit gaps in the same run of bytes as a bitfield; empty for other fields. */
export function bitNeighbours(parts: readonly Part[], path: string | null): Part[] {
  const at = parts.findIndex((part) => part.bitSize > 0 && part.kind === 'field' && part.path === path);
  const part = parts[at];
  if (!part) return [];
  const joined = (i: number): boolean => {
    const [before, after] = parts.slice(i - 1, i + 1);
    return before !== undefined && after !== undefined && joins(before, after);
  };
  let [from, to] = [at, at + 1];
  while (from > 0 && joined(from)) from--;
  while (joined(to)) to++;
  // draw at most 32 bits: those around this field
  const first = Math.floor(part.offset / 4) * 4;
  return parts.slice(from, to).filter((part) => part.offset >= first && part.offset < first + 4);
}

const joins = (a: Part, b: Part): boolean =>
  a.bitSize > 0 && b.bitSize > 0 && Math.abs(a.offset + a.size - b.offset) < 1 / 16;

export const bitsHeight = (parts: readonly Part[]): number => CELL_TOP + CELL + 8 + parts.length * LABEL + 6;

export function bitsScene(parts: readonly Part[], input: StructInput, size: Size): Scene {
  const start = Math.floor(Math.min(...parts.map(({ offset }) => offset)));
  const end = Math.ceil(Math.max(...parts.map((part) => part.offset + part.size)));
  const count = Math.max(8, (end - start) * 8);
  const cell = Math.min(22, (size.width - LEFT * 2) / count);
  const bitOf = (part: Part): number => Math.round((part.offset - start) * 8);
  const marks: Mark[] = [];
  for (let bit = 0; bit < count; bit++) {
    const owner = parts.find((part) => bit >= bitOf(part) && bit < bitOf(part) + part.bitSize);
    const lit = owner?.kind === 'field' && owner.path === input.lit;
    const gap = owner?.kind !== 'field';
    const value = ((input.bytes[start + (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
    const x = LEFT + bit * cell;
    const box = { x, y: CELL_TOP, width: cell - 1, height: CELL };
    marks.push(
      rect(`bit.${bit}`, box, 2, {
        fill: gap ? 'hole-hatch' : lit ? 'selection' : 'surface-3',
        stroke: 'line-strong',
      }),
    );
    if (!gap) {
      const ink = lit ? 'on-selection' : value === 0 ? 'dim' : 'text';
      marks.push(
        text(`bit.${bit}.value`, { x: x + (cell - 1) / 2, y: CELL_TOP + 14 }, String(value), mono(11, 550), ink, {
          anchor: 'middle',
        }),
      );
    }
    if (bit % 8 === 0) marks.push(text(`bit.${bit}.at`, { x, y: 12 }, `${start + bit / 8}`, mono(10.5), 'dim'));
  }
  parts.forEach((part, i) => marks.push(bitLabel(part, i, bitOf(part), { cell, count: parts.length }, input, size)));
  return { ...size, label: `Bits ${start} to ${end} of ${input.name}`, layers: [], marks };
}

/** Name of a bitfield, in a staircase under the first bits. */
function bitLabel(
  part: Part,
  i: number,
  bit: number,
  { cell, count }: { readonly cell: number; readonly count: number },
  input: StructInput,
  size: Size,
): Mark {
  const id = `bits.${part.offset}`;
  const lit = part.kind === 'field' && input.lit === part.path;
  const y = CELL_TOP + CELL + 8 + (count - 1 - i) * LABEL + 10;
  const x = LEFT + bit * cell + 3;
  const gap = part.kind !== 'field';
  const words = gap
    ? `${part.kind}, ${part.bitSize} bits`
    : `${part.name} = ${valueText(part, input.bytes, input.resolve)}`;
  const shown = fitText(words, Math.max(40, size.width - x - 14), mono(11));
  return group(
    id,
    { x: 0, y: 0 },
    [
      line(`${id}.stem`, { x, y: CELL_TOP + CELL + 1 }, { x, y: y - 8 }, { stroke: lit ? 'selection' : 'line-strong' }),
      text(`${id}.name`, { x: x + 1, y }, shown, mono(11, lit ? 650 : 400), gap ? 'dim' : lit ? 'selection' : 'text', {
        halo: 'surface-2',
      }),
    ],
    {
      label: `${words}, ${part.bitSize} bits from bit ${bit}`,
      ...(gap
        ? {}
        : {
            action: { command: 'select.field', args: { path: part.path } },
            hit: { x: x - 2, y: y - 11, width: Math.min(size.width - x, 160), height: LABEL, radius: 3 },
            focus: i,
          }),
    },
  );
}
