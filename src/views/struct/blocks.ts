/*
 * Draws a struct as cache lines: a row for 64 bytes, a block for each field as wide as its bytes; holes and padding are
 * hatched and labelled.
 */
import type { PaintName } from '../paint.ts';
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { clamp, group, mono, rect, text, ui } from '../shapes.ts';
import { fitText, textWidth } from '../text-metrics.ts';
import type { Part, StructInput } from './fields.ts';
import { changed, partsOf, stateIn, valueText } from './fields.ts';

const LINE_BYTES = 64;
const GUTTER = 42;
/** Least height of a row that also shows values, px. */
const WITH_VALUES = 40;
/** Width from which there is a ruler, px. */
const ROOMY = 480;
/** Part of the width that names must keep; they lose at most a fourth of their letters. */
const NAMES = 0.75;

interface Grid {
  readonly left: number;
  /** px per byte */
  readonly byte: number;
  readonly top: number;
  readonly pitch: number;
  readonly height: number;
}

const linesOf = ({ bytes }: StructInput): number => Math.max(1, Math.ceil(bytes.length / LINE_BYTES));

function gridOf(input: StructInput, size: Size): Grid {
  const roomy = size.width >= ROOMY;
  const top = roomy ? 22 : 6;
  const pitch = clamp((size.height - top) / linesOf(input), 28, roomy ? 58 : 36);
  return {
    left: GUTTER,
    byte: (size.width - GUTTER - 10) / LINE_BYTES,
    top,
    pitch,
    height: pitch - (pitch > 40 ? 14 : 8),
  };
}

/** Room in which names are as complete as in a size, for large text. */
export const blocksLeast = ({ width, height }: Size): Size => ({
  width: width >= ROOMY ? Math.max(ROOMY, width * NAMES) : width,
  height: Math.min(height, 60),
});

/** Height of all lines, px, for the scroll bar. */
export const blocksHeight = (input: StructInput, size: Size): number => {
  const { top, pitch } = gridOf(input, size);
  return top + linesOf(input) * pitch;
};

/** Top of a field's line, px; null when it is not shown. */
export function blockTop(input: StructInput, path: string, size: Size): number | null {
  const part = partsOf(input.rows, input.flipped).find((one) => one.path === path && one.kind === 'field');
  const { pitch, top } = gridOf(input, size);
  return part ? top + Math.floor(part.offset / LINE_BYTES) * pitch : null;
}

export function structBlocksScene(input: StructInput, size: Size): Scene {
  const grid = gridOf(input, size);
  const first = Math.floor(input.scroll / grid.pitch);
  const last = Math.ceil((input.scroll + size.height - grid.top) / grid.pitch);
  const parts = partsOf(input.rows, input.flipped);
  const marks: Mark[] = [];
  for (let row = Math.max(0, first); row < Math.min(linesOf(input), last); row++) {
    const y = grid.top + row * grid.pitch - input.scroll;
    marks.push(
      text(
        `line.${row}`,
        { x: 6, y: y + grid.height / 2 + 4 },
        `0x${(row * LINE_BYTES).toString(16).padStart(2, '0')}`,
        mono(10.5),
        'dim',
      ),
    );
    for (const part of parts) {
      const from = Math.max(part.offset, row * LINE_BYTES);
      const to = Math.min(part.offset + part.size, (row + 1) * LINE_BYTES);
      if (to > from) marks.push(block(part, from, to, row, y, grid, input));
    }
  }
  return { ...size, label: `Layout of ${input.name}`, layers: [], marks: [...marks, ...ruler(grid, size)] };
}

/** Ruler on top, under which rows scroll. */
function ruler({ left, byte, top }: Grid, size: Size): Mark[] {
  if (top < 20) return [];
  const ground = rect('ruler', { x: 0, y: 0, width: size.width, height: top - 3 }, 0, { fill: 'surface-1' });
  const steps = Array.from({ length: 8 }, (_, i) =>
    text(`ruler.${i}`, { x: left + i * 8 * byte, y: 14 }, `+${i * 8}`, mono(10.5), 'dim'),
  );
  return [ground, ...steps];
}

interface Look {
  readonly fill: PaintName;
  readonly ink: PaintName;
  readonly quiet: PaintName;
}

function lookOf(part: Part, input: StructInput): Look {
  const { bytes, before, lit } = input;
  if (part.kind !== 'field') return { fill: 'hole-hatch', ink: 'muted', quiet: 'muted' };
  if (lit === part.path) return { fill: 'selection', ink: 'on-selection', quiet: 'on-selection' };
  const state = stateIn(part, input);
  if (state) return { fill: STATE_PAINT[state].solid, ink: 'on-state', quiet: 'on-state' };
  if (changed(part, bytes, before)) return { fill: 'changed-tint', ink: 'changed', quiet: 'changed' };
  const end = Math.min(Math.ceil(part.offset + part.size), bytes.length);
  const empty = bytes.subarray(Math.floor(part.offset), end).every((byte) => byte === 0);
  return { fill: empty ? 'surface-3' : 'inuse-tint', ink: empty ? 'muted' : 'text', quiet: 'muted' };
}

/** Truncates text without an ellipsis, since the full name is in the block's tip. */
function cutText(words: string, width: number, size: number): string {
  const count = Math.floor(width / (size * 0.6));
  return count < 2 ? '' : words.slice(0, count);
}

function holeWords(part: Part, width: number): string {
  const font = ui(10.5);
  if (part.bitSize > 0) return '';
  const long = part.kind === 'hole' ? `${part.size}-byte hole` : `${part.size} bytes padding`;
  const room = width - 10;
  if (textWidth(long, font) <= room) return long;
  const short = `${part.size} B`;
  return textWidth(short, font) <= room ? short : '';
}

function block(part: Part, from: number, to: number, row: number, y: number, grid: Grid, input: StructInput): Mark {
  const look = lookOf(part, input);
  const x = grid.left + (from - row * LINE_BYTES) * grid.byte;
  const width = Math.max(1, (to - from) * grid.byte - (grid.height > 30 ? 2.4 : 1.6));
  const id = `block.${part.offset}.${part.path}.${row}`;
  const hole = part.kind !== 'field';
  const box = { x: 0, y: 0, width, height: grid.height };
  const value = valueText(part, input.bytes, input.resolve);
  const children: Mark[] = [
    rect(`${id}.body`, box, Math.min(5, width / 3), { fill: look.fill, ...(hole ? { stroke: 'line-strong' } : {}) }),
    ...(hole ? holeName(id, part, box, look) : fieldName(id, part, box, look, value)),
  ];
  const place = `${part.offset} + ${part.size}`;
  const label = hole
    ? `${part.kind}, ${part.bitSize > 0 ? `${part.bitSize} bits` : `${part.size} bytes`} at ${Math.floor(part.offset)}`
    : `${part.path}, ${part.type}, bytes ${place}${value === '' ? '' : `: ${value}`}`;
  return group(id, { x, y }, children, {
    label,
    ...(hole ? {} : { action: { command: 'select.field', args: { path: part.path } } }),
    hit: { ...box, radius: 5 },
    focus: part.offset,
  });
}

type Area = { readonly width: number; readonly height: number };

function holeName(id: string, part: Part, { width, height }: Area, look: Look): Mark[] {
  const words = holeWords(part, width);
  if (words === '') return [];
  const at = { x: width / 2, y: height / 2 + 3.8 };
  return [text(`${id}.name`, at, words, ui(10.5, 500), look.ink, { anchor: 'middle', halo: 'surface-1' })];
}

function fieldName(id: string, part: Part, { width, height }: Area, look: Look, value: string): Mark[] {
  const font = mono(10.5, 500);
  const name = cutText(part.name || part.type, width - 4, font.size);
  if (name === '') return [];
  const two = height >= WITH_VALUES && part.size > 4;
  const middle = { anchor: 'middle' as const };
  const marks: Mark[] = [
    text(`${id}.name`, { x: width / 2, y: two ? height * 0.42 : height / 2 + 3.8 }, name, font, look.ink, middle),
  ];
  // a block shows only the place in the image; the other views say that it is a trampoline
  const shown = fitText(value.replace(/^tramp /, ''), width - 4, mono(10.5));
  if (two && shown !== '')
    marks.push(text(`${id}.value`, { x: width / 2, y: height * 0.8 }, shown, mono(10.5), look.quiet, middle));
  return marks;
}
