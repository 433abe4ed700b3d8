/* Draws the bytes of a struct as a hex dump; adjacent bytes of one look are one text. */
import { entryOf } from '../lists.ts';
import type { PaintName } from '../paint.ts';
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { group, mono, rect, text } from '../shapes.ts';
import type { Font } from '../text-metrics.ts';
import type { Part, StructInput } from './fields.ts';
import { listLeast } from '../zoom.ts';
import { changed, partsOf, stateIn } from './fields.ts';

const ROW = 21;
const TOP = 8;
const LEFT = 12;
/** Font sizes, px: the usual one, and the least for a row of 16 bytes. */
const USUAL = 12.5;
const LEAST = 11;
/** Characters before the first byte: `0x0c0  ` */
const OFFSET_ROOM = 7;
/** Characters between the last byte and its letters. */
const TEXT_GAP = 1.5;

/** How a picture of a given width is divided. */
interface Grid {
  /** bytes in a row */
  readonly count: number;
  readonly font: Font;
  /** width of a character, px */
  readonly character: number;
}

const gridWith = (count: number, size: number): Grid => ({ count, font: mono(size), character: size * 0.6 });

/** Characters of a row of 16 bytes, from its offset to its letters. */
const WIDE_ROW = OFFSET_ROOM + 16 * 3 + 1 + TEXT_GAP + 16;

/** 16 bytes a row, in letters a little smaller if that is needed; otherwise 8. */
function gridOf(width: number): Grid {
  const fits = Math.floor(((width - 2 * LEFT) / WIDE_ROW / 0.6) * 4) / 4;
  return fits >= LEAST ? gridWith(16, Math.min(USUAL, fits)) : gridWith(8, USUAL);
}

const perRow = (width: number): number => gridOf(width).count;

/** Least room, for large text: of a row of 8 bytes. */
export const hexLeast = listLeast(2 * LEFT + (OFFSET_ROOM + 8 * 3 + TEXT_GAP + 8) * USUAL * 0.6);

export const hexHeight = (input: StructInput, width: number): number =>
  TOP * 2 + Math.ceil(input.bytes.length / perRow(width)) * ROW;

/** Top of the row with a field's first byte, px; null when it is not shown. */
export function hexTop(input: StructInput, path: string, width: number): number | null {
  const part = partsOf(input.rows, input.flipped).find((one) => one.path === path && one.kind === 'field');
  return part ? TOP + Math.floor(part.offset / perRow(width)) * ROW : null;
}

interface Look {
  readonly ink: PaintName;
  readonly ground: PaintName;
  readonly weight: number;
}

const ZERO: Look = { ink: 'dim', ground: 'none', weight: 400 };
const VALUE: Look = { ink: 'text', ground: 'none', weight: 500 };

/** The look of each byte; bytes of one field with equal looks share the object. */
function looksOf(input: StructInput, parts: readonly Part[]): Look[] {
  const looks = Array.from(input.bytes, (byte) => (byte === 0 ? ZERO : VALUE));
  for (const part of parts) {
    if (part.kind !== 'field') continue;
    const look = fieldLook(part, input);
    if (look) looks.fill(look, Math.floor(part.offset), Math.ceil(part.offset + part.size));
  }
  return looks;
}

function fieldLook(part: Part, input: StructInput): Look | null {
  const { lit, bytes, before } = input;
  if (lit === part.path) return { ink: 'on-selection', ground: 'selection', weight: 650 };
  if (changed(part, bytes, before)) return { ink: 'changed', ground: 'changed-tint', weight: 650 };
  const state = stateIn(part, input);
  if (state) return { ink: 'on-state', ground: STATE_PAINT[state].solid, weight: 650 };
  return null;
}

export function structHexScene(input: StructInput, size: Size): Scene {
  const grid = gridOf(size.width);
  const { count } = grid;
  const parts = partsOf(input.rows, input.flipped);
  const looks = looksOf(input, parts);
  const first = Math.max(0, Math.floor((input.scroll - TOP) / ROW));
  const last = Math.min(Math.ceil(input.bytes.length / count), Math.ceil((input.scroll + size.height) / ROW));
  const marks: Mark[] = [];
  for (let row = first; row < last; row++) marks.push(hexRow(row, grid, looks, input));
  return {
    ...size,
    label: `Bytes of ${input.name}`,
    layers: [],
    marks: [...marks, ...targets(parts, grid, first, last, input)],
  };
}

/** x of a byte; there is a gap after the eighth. */
const byteX = (column: number, { character }: Grid): number =>
  LEFT + (OFFSET_ROOM + column * 3 + (column > 7 ? 1 : 0)) * character;

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
const printable = (byte: number): string => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '·');

/** Runs of bytes with the same look within half a row. */
function runsOf(from: number, count: number, looks: readonly Look[], length: number): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let i = from; i < Math.min(from + count, length); i++) {
    const last = runs.at(-1);
    if (last && looks[last.start] === looks[i] && (i - from) % 8 !== 0) last.end = i + 1;
    else runs.push({ start: i, end: i + 1 });
  }
  return runs;
}

function hexRow(row: number, grid: Grid, looks: readonly Look[], { bytes, scroll }: StructInput): Mark {
  const { count, font, character } = grid;
  const from = row * count;
  const id = `hex.${row}`;
  const y = TOP + row * ROW - scroll;
  const slice = bytes.subarray(from, from + count);
  const offset = `0x${from.toString(16).padStart(2, '0')}`;
  const children: Mark[] = [text(`${id}.offset`, { x: LEFT, y: 15 }, offset, font, 'dim')];
  for (const { start, end } of runsOf(from, count, looks, bytes.length)) {
    const look = entryOf(looks, start);
    const x = byteX(start - from, grid);
    const words = Array.from(bytes.subarray(start, end), hexByte).join(' ');
    const width = words.length * character;
    if (look.ground !== 'none')
      children.push(
        rect(`${id}.${start}.ground`, { x: x - 2, y: 1, width: width + 4, height: ROW - 3 }, 3, { fill: look.ground }),
      );
    children.push(text(`${id}.${start}`, { x, y: 15 }, words, { ...font, weight: look.weight }, look.ink));
  }
  children.push(
    text(
      `${id}.text`,
      { x: byteX(count, grid) + character * TEXT_GAP, y: 15 },
      Array.from(slice, printable).join(''),
      font,
      'muted',
    ),
  );
  return group(id, { x: 0, y }, children, { label: `${offset}: ${Array.from(slice, hexByte).join(' ')}` });
}

/** Hit areas of fields, at each field's first bytes in a row. */
function targets(parts: readonly Part[], grid: Grid, first: number, last: number, input: StructInput): Mark[] {
  const { count, character } = grid;
  return parts
    .filter(({ kind, bitSize }) => kind === 'field' && bitSize === 0)
    .flatMap((part): Mark[] => {
      const row = Math.floor(part.offset / count);
      if (row < first || row >= last) return [];
      const column = part.offset - row * count;
      const end = Math.min(column + part.size, count);
      const x = byteX(column, grid) - 2;
      const hit = { x: 0, y: 0, width: byteX(end - 1, grid) + character * 2 + 2 - x, height: ROW - 1, radius: 3 };
      return [
        group(`target.${part.offset}.${part.path}`, { x, y: TOP + row * ROW - input.scroll }, [], {
          label: `${part.path}, bytes ${part.offset} to ${part.offset + part.size - 1}`,
          action: { command: 'select.field', args: { path: part.path } },
          hit,
          focus: part.offset,
        }),
      ];
    });
}
