/* Draws the fields of a struct as lines: offset, path, value; changes of the last step are marked. */
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { group, mono, rect, text } from '../shapes.ts';
import { fitText, textWidth } from '../text-metrics.ts';
import type { Part, StructInput } from './fields.ts';
import { listLeast } from '../zoom.ts';
import { changed, partsOf, stateIn, valueText } from './fields.ts';

const ROW = 23;
const TOP = 4;
const FONT = mono(11.5);

export const fieldsHeight = (input: StructInput): number => TOP * 2 + partsOf(input.rows, input.flipped).length * ROW;
/** Least room, for large text. */
export const fieldsLeast = listLeast(270);

/** Top of a field's line, px, for scrolling to it; null when it is not shown. */
export function fieldTop(input: StructInput, path: string): number | null {
  const index = partsOf(input.rows, input.flipped).findIndex((part) => part.path === path);
  return index < 0 ? null : TOP + index * ROW;
}

export function structFieldsScene(input: StructInput, size: Size): Scene {
  const parts = partsOf(input.rows, input.flipped);
  const first = Math.max(0, Math.floor((input.scroll - TOP) / ROW));
  const last = Math.ceil((input.scroll + size.height) / ROW);
  const marks = parts
    .slice(first, last)
    .map((part, i) => row(part, TOP + (first + i) * ROW - input.scroll, input, size.width, first + i));
  return { ...size, label: `Fields of ${input.name}`, layers: [], marks };
}

/** Shortens a long path at its start. */
function fitPath(path: string, width: number): string {
  if (textWidth(path, FONT) <= width) return path;
  const count = Math.max(0, Math.floor(width / textWidth('0', FONT)) - 1);
  return count < 2 ? '' : `…${path.slice(-count)}`;
}

function row(part: Part, y: number, input: StructInput, width: number, index: number): Mark {
  const id = `field.${part.offset}.${part.path}`;
  const hole = part.kind !== 'field';
  const lit = !hole && input.lit === part.path;
  const isNew = !hole && changed(part, input.bytes, input.before);
  const value = valueText(part, input.bytes, input.resolve);
  const said = stateIn(part, input);
  const state = said === null ? null : STATE_PAINT[said].ink;
  const offset = String(Math.floor(part.offset));
  const right = width - 12;
  const shownValue = fitText(value, width * 0.42, FONT);
  const nameRoom = right - 58 - textWidth(shownValue, FONT) - 12;
  const middle = ROW / 2 + 4;
  const children: Mark[] = [];
  if (lit || isNew)
    children.push(
      rect(`${id}.ground`, { x: 0, y: 0, width, height: ROW }, 0, { fill: lit ? 'selection-tint' : 'changed-tint' }),
    );
  if (lit) children.push(rect(`${id}.bar`, { x: 0, y: 0, width: 2, height: ROW }, 0, { fill: 'selection' }));
  const quiet = hole ? 'dim' : 'text';
  const ink = state ?? (isNew ? 'changed' : lit ? 'text' : 'muted');
  const name = hole ? (part.kind === 'hole' ? 'hole' : 'padding') : fitPath(part.path, nameRoom);
  children.push(
    text(`${id}.offset`, { x: 12, y: middle }, offset, FONT, 'dim'),
    text(`${id}.name`, { x: 58, y: middle }, name, FONT, quiet, hole ? { italic: true } : {}),
    text(`${id}.value`, { x: right, y: middle }, shownValue, { ...FONT, weight: isNew ? 650 : 400 }, ink, {
      anchor: 'end',
    }),
  );
  const label = hole
    ? `${part.kind}, ${part.size} bytes at ${offset}`
    : `${part.path} at ${offset}: ${value}${isNew ? ', changed' : ''}`;
  if (hole) return group(id, { x: 0, y }, children, { label });
  return group(id, { x: 0, y }, children, {
    label,
    tip: `${part.path}: ${part.type}, ${part.size} bytes, ${value}`,
    action: { command: 'select.field', args: { path: part.path } },
    hit: { x: 2, y: 1, width: width - 4, height: ROW - 2, radius: 4 },
    focus: index,
  });
}
